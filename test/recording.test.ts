import {existsSync, readFileSync, rmSync, statfsSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {expect, test} from 'vitest';
import {z} from 'zod';
import type {Usage} from '../src/record/events.ts';
import {type Run, SPAN_KINDS, type Span, type SpanKind} from '../src/record/run.ts';
import {readRun} from '../src/record/run-file.ts';
import {runJsonSchema, runSchema} from '../src/record/run-schema.ts';
import {outcomes} from './rig/events.ts';
import {untilGone} from './rig/processes.ts';
import {Rig} from './rig/rig.ts';

const measures = existsSync('/proc/self/io');
/** Memory, where writing is no writing to storage; statfs(2). */
const TMPFS = 0x01021994;

const SCHEMA = z.fromJSONSchema(runJsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);

/** What holds of every run: its shape, and spans that lie within their parents. */
function assertSound(run: Run): void {
  expect(runSchema.parse(run)).toEqual(run);
  expect(SCHEMA.safeParse(run).success).toBe(true);
  expect(readRun(JSON.stringify(run), 'run.json')).toEqual({run, problems: []});
  for (const [place, span] of run.spans.entries()) {
    expect(span.id).toBe(place);
    const parent = span.parent === undefined ? undefined : run.spans[span.parent]!;
    expect(parent === undefined, span.kind).toBe(span.kind === 'run');
    const [from, to] = [parent?.start ?? 0, parent?.end ?? run.wallMs];
    expect(from <= span.start && span.start <= span.end && span.end <= to, `${span.kind} of ${span.task}`).toBe(true);
    if (parent?.task !== undefined) expect(parent.task).toBe(span.task);
  }
}

function spansOf(run: Run, task: string): readonly Span[] {
  return run.spans.filter((span) => span.task === task);
}

/** Kinds of the spans of a task with those of their parents: `command < attempt`. */
function nesting(run: Run, task: string): readonly string[] {
  return spansOf(run, task)
    .map(({kind, parent}) => `${kind} < ${run.spans[parent ?? 0]!.kind}`)
    .sort();
}

function only(run: Run, task: string, kind: SpanKind): Span {
  const [span, another] = spansOf(run, task).filter((one) => one.kind === kind);
  if (span === undefined || another !== undefined) throw new Error(`${task} has not just one span ${kind}`);
  return span;
}

function usageOf(run: Run, task: string): Usage {
  return run.tasks.find((one) => one.task === task)?.usage ?? {};
}

test('everything that happens in a run is a span within its parent', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [lifecycle.build]
      command = "mkdir -p dist && cat in.txt > dist/out.txt"
      cache = true
      inputs = ["in.txt"]
      outputs = ["dist/"]
      [lifecycle.test]
      command = "test -e tried || { touch tried; exit 1; }"
      depends_on = ["build"]
      retries = 1
      retry_delay = "20ms"
      [lifecycle.lint]
      command = "true"
      depends_on = ["build"]
      [lifecycle.never]
      command = "true"
      condition = {env_set = ["NOBODY_SETS_THIS"]}
      [hooks]
      before_lint = "echo before"
    `,
    'in.txt': 'one',
  });
  const first = await rig.events(['build', 'test', 'lint', '--jobs', '1']);
  expect(first).toMatchObject({code: 0, stderr: ''});
  const run = await rig.recorded();
  assertSound(run);
  expect(nesting(run, 'build')).toEqual([
    'attempt < task',
    'command < attempt',
    'lookup < task',
    'store < task',
    'task < run',
    'wait < run',
  ]);
  expect(nesting(run, 'test')).toEqual([
    'attempt < task',
    'attempt < task',
    'command < attempt',
    'command < attempt',
    'retry < task',
    'task < run',
    'wait < run',
  ]);
  expect(nesting(run, 'lint')).toEqual([
    'attempt < task',
    'command < attempt',
    'hook < attempt',
    'task < run',
    'wait < run',
  ]);
  const kinds = new Set(run.spans.map(({kind}) => kind));
  expect(SPAN_KINDS.filter((kind) => !kinds.has(kind))).toEqual(['restore', 'lease']);

  rmSync(rig.path('dist'), {recursive: true});
  expect(outcomes((await rig.events(['build'])).events)).toEqual(['build cached']);
  const again = await rig.recorded();
  assertSound(again);
  expect(nesting(again, 'build')).toEqual(['lookup < task', 'restore < task', 'task < run', 'wait < run']);
  const [cached] = again.tasks;
  expect(cached?.start).toBe(only(again, 'build', 'task').start);
  expect(cached).toMatchObject({cacheable: true, outputs: {files: 1, bytes: 3}});
});

test('waiting begins when the last of what a task needs has ended, and ends with its slot', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [lifecycle.a]
      command = "exec rig a"
      [lifecycle.b]
      command = "exec rig b"
      [lifecycle.c]
      command = "true"
      depends_on = ["a"]
    `,
  });
  const program = rig.start(['run', 'a', 'b', 'c', '--jobs', '1', '--output', 'ndjson']);
  const [a, b] = [rig.command('a').nextInvocation(), rig.command('b').nextInvocation()];
  // the longer chain first
  (await a).exit(0);
  (await b).exit(0);
  expect((await program.ended).code).toBe(0);
  const run = await rig.recorded();
  assertSound(run);
  const finishOf = (task: string): number => run.tasks.find((one) => one.task === task)!.finish;
  const [waitOfB, waitOfC] = [only(run, 'b', 'wait'), only(run, 'c', 'wait')];
  expect(waitOfC.start).toBeGreaterThanOrEqual(finishOf('a'));
  expect(waitOfC.end).toBe(only(run, 'c', 'task').start);
  expect(waitOfB.start).toBeLessThan(only(run, 'a', 'command').start);
  expect(waitOfB.end).toBeGreaterThanOrEqual(finishOf('a'));
});

test('a run that was killed is a run: what was running is cancelled, and what was not told is absent', async () => {
  const rig = await Rig.make({
    'make.toml':
      '[lifecycle.build]\ncommand = "true"\n[lifecycle.test]\ncommand = "exec rig test"\ndepends_on = ["build"]\n',
  });
  const program = rig.start(['run', 'test']);
  const invocation = await rig.command('test').nextInvocation();
  program.signal('SIGKILL');
  await program.ended;
  const run = await rig.recorded();
  await invocation.gone;
  assertSound(run);
  expect(run).toMatchObject({
    status: 'interrupted',
    tasks: [
      {task: 'build', status: 'passed'},
      {task: 'test', status: 'cancelled', reason: 'paceline was killed'},
    ],
  });
  expect(run.counters).toBe(undefined);
});

test.skipIf(!measures)('what tasks take of the processors and of memory', async () => {
  const rig = await Rig.make({
    'burn.mjs':
      'const s = process.cpuUsage(); for (let u = s; u.user + u.system < 5e5; u = process.cpuUsage(s)) for (let i = 0; i < 1e6; i++);',
    'hold.mjs': 'const bytes = Buffer.alloc(100e6, 1); setTimeout(() => bytes.at(0), 1000);',
    'make.toml': `
      [lifecycle.burn]
      command = "node burn.mjs"
      [lifecycle.grandchild]
      command = "sh -c 'node burn.mjs; true'; true"
      [lifecycle.sleep]
      command = "sleep 0.3"
      [lifecycle.hold]
      command = "node hold.mjs"
      [lifecycle.short]
      command = "true"
    `,
  });
  const names = ['burn', 'grandchild', 'sleep', 'hold', 'short'];
  expect((await rig.run(['run', ...names, '--jobs', '1'])).code).toBe(0);
  const run = await rig.recorded();
  assertSound(run);
  for (const task of ['burn', 'grandchild']) {
    expect(usageOf(run, task).cpuMs).toBeGreaterThan(300);
    expect(usageOf(run, task).cpuMs).toBeLessThan(900);
  }
  expect(usageOf(run, 'sleep').cpuMs).toBeLessThan(50);
  expect(usageOf(run, 'hold').peakMemoryBytes).toBeGreaterThan(90e6);
  expect(usageOf(run, 'short')).not.toHaveProperty('peakMemoryBytes');
  for (const name of names) expect(usageOf(run, name)).not.toHaveProperty('shared');
  expect(run.counters?.cpuMs).toBeGreaterThan(0);
});

test.skipIf(!measures || statfsSync(tmpdir()).type === TMPFS)('what tasks write to storage', async () => {
  const rig = await Rig.make({
    'make.toml':
      '[lifecycle.write]\ncommand = "head -c 20000000 /dev/zero > out.bin"\n[lifecycle.idle]\ncommand = "true"\n',
  });
  expect((await rig.run(['run', 'write', 'idle', '--jobs', '1'])).code).toBe(0);
  const run = await rig.recorded();
  expect(usageOf(run, 'write').writtenBytes).toBeGreaterThanOrEqual(20_000_000);
  expect(usageOf(run, 'idle').writtenBytes).toBeLessThan(1_000_000);
});

test.skipIf(!measures)('commands that end in one moment share what was measured', async () => {
  const rig = await Rig.make({
    'make.toml': '[lifecycle.a]\ncommand = "exec rig a"\n[lifecycle.b]\ncommand = "exec rig b"\n',
  });
  const program = rig.start(['run', 'a', 'b', '--jobs', '2']);
  const invocations = await Promise.all(['a', 'b'].map((name) => rig.command(name).nextInvocation()));
  // it sees both ends at once, when it goes on
  program.signal('SIGSTOP');
  for (const invocation of invocations) invocation.exit(0);
  await Promise.all(invocations.map(({pid}) => untilGone(pid)));
  const measured = invocations.map(({pid}) => cpuMsOf(pid)).reduce((sum, ms) => sum + ms, 0);
  program.signal('SIGCONT');
  expect((await program.ended).code).toBe(0);
  const run = await rig.recorded();
  const usages = ['a', 'b'].map((name) => usageOf(run, name));
  expect(usages).toMatchObject([{shared: true}, {shared: true}]);
  const sum = usages.reduce((total, {cpuMs = 0}) => total + cpuMs, 0);
  expect(sum).toBeGreaterThan(0);
  // whole ticks of 10 ms each, of time in the program and in the kernel
  expect(Math.abs(sum - measured)).toBeLessThanOrEqual(40);
});

/** Of a process that has ended and was not waited for yet; proc(5). */
function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const [, , , , , , , , , , , user, system] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(user) + Number(system)) * 10;
}
