import {z} from 'zod';
import {RUN_FORMAT, SPAN_KINDS} from './run.ts';

// What a Run is as JSON. Members that are not named here are left out when a file is read: a newer paceline may have added them.

const time = z.number().describe('ms since the start of the run');
const interval = z.object({start: time, end: time});
const origin = z.object({file: z.string(), line: z.number().optional(), column: z.number().optional()}).loose();

const end = z.discriminatedUnion('kind', [
  z.object({kind: z.literal('exit'), code: z.number()}),
  z.object({kind: z.literal('signal'), signal: z.string()}),
  z.object({kind: z.literal('timeout'), limitMs: z.number(), of: z.enum(['command', 'phase', 'run'])}),
  z.object({kind: z.literal('unstartable'), reason: z.string()}),
]);

const usage = z
  .object({
    cpuMs: z.number().optional().describe('ms on processors, in steps of 10 ms on Linux'),
    shared: z.boolean().optional().describe('measured together with another command'),
    peakMemoryBytes: z.number().optional(),
    readBytes: z.number().optional().describe('bytes from storage'),
    writtenBytes: z.number().optional().describe('bytes to storage'),
  })
  .describe('What was taken of the machine; what is not known is absent');

const log = z.object({file: z.string(), start: z.number(), end: z.number()});

const plan = z.object({
  nodes: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(['task', 'group', 'step', 'job']),
      parent: z.string().optional(),
      takes: z.record(z.string(), z.number().min(0)).describe('units of each pool that it holds while it runs'),
      origin: origin.optional(),
      final: z.enum(['after_all', 'on_error', 'on_success']).optional(),
    }),
  ),
  edges: z.array(
    z.object({from: z.string(), to: z.string(), kind: z.enum(['needs', 'after', 'order']), origin: origin.optional()}),
  ),
  pools: z.array(z.object({name: z.string(), capacity: z.union([z.number().min(0), z.literal('unbounded')])})),
});

const status = z.enum(['passed', 'cached', 'failed', 'tolerated', 'skipped', 'blocked', 'cancelled', 'stopped']);

const task = z.object({
  task: z.string(),
  status,
  attempts: z.number(),
  flaky: z.boolean(),
  reason: z.string().optional(),
  end: end.optional(),
  line: z.string().optional().describe('the command that failed'),
  log: log.optional(),
  savedMs: z.number().optional().describe('of a cached task: how long its execution took, ms'),
  missed: z.string().optional().describe('why there was no stored result to use'),
  missedBy: z.array(z.string()).optional(),
  cacheable: z.boolean().optional(),
  start: time.optional(),
  finish: time,
  ready: time.optional(),
  times: z
    .object({
      free: time,
      slot: time.optional(),
      lookup: interval.optional(),
      restore: interval.optional(),
      lease: interval.optional(),
      store: interval.optional(),
    })
    .optional(),
  usage: usage.optional(),
  outputs: z.object({files: z.number(), bytes: z.number()}).optional(),
  logDigest: z.string().optional().describe('SHA-256 of what it printed'),
});

const span = z.object({
  id: z.number(),
  parent: z.number().optional(),
  kind: z.enum(SPAN_KINDS),
  task: z.string().optional(),
  label: z.string().optional(),
  start: time,
  end: time,
  ok: z.boolean(),
  usage: usage.optional(),
});

const count = z.number();

/** As `paceline history show <run> --json` prints it. */
export const runSchema = z
  .object({
    format: z.number().int().min(1).max(RUN_FORMAT),
    id: z.string(),
    at: z.number().describe('Unix time of the start, ms'),
    version: z.string(),
    root: z.string(),
    command: z.array(z.string()),
    profile: z.string().optional(),
    jobs: z.number(),
    status: z.enum(['passed', 'failed', 'interrupted', 'timeout']),
    exitCode: z.number(),
    wallMs: z.number(),
    machine: z
      .object({cores: z.number(), memoryBytes: z.number(), platform: z.string(), load: z.number().optional()})
      .optional(),
    counters: z
      .object({
        filesStatted: count,
        filesHashed: count,
        hashedBytes: count,
        filesHashedTwice: count,
        filesRestored: count,
        bytesStored: count,
        stateWrites: count,
        cpuMs: count,
        peakMemoryBytes: count,
      })
      .optional(),
    plan,
    tasks: z.array(task),
    spans: z.array(span),
    notices: z.array(
      z.object({
        level: z.enum(['info', 'warning']),
        code: z.string(),
        message: z.string(),
        task: z.string().optional(),
      }),
    ),
  })
  .meta({
    title: 'paceline run',
    description: `One run: what should happen (plan) and what did (tasks, spans). Format ${RUN_FORMAT}; earlier formats lack members.`,
  });

/** JSON Schema, draft 2020-12. Members that it does not name are allowed, as they are when a file is read. */
export function runJsonSchema(): object {
  return z.toJSONSchema(runSchema, {io: 'input'});
}
