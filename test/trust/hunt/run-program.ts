import {execFile} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {parseLines} from '../../rig/events.ts';
import type {Outcome, RunHere} from './run-here.ts';

const BIN = join(import.meta.dirname, '../../../dist/bin.js');

/** The same by the program that people run. */
export async function runProgram({root, targets, env, cacheFolder, mode}: RunHere): Promise<Outcome> {
  const flags = {on: [], write: ['--force'], off: ['--no-cache']}[mode];
  const words = [BIN, 'run', ...targets, '--output', 'ndjson', '--jobs', '2', ...flags];
  const {stdout, code} = await new Promise<{stdout: string; code: number}>((resolve) => {
    execFile(
      process.execPath,
      words,
      {cwd: root, env: {...env, PACELINE_CACHE_DIR: cacheFolder}, maxBuffer: 1 << 28},
      (error, stdout) => resolve({stdout, code: error === null ? 0 : 1}),
    );
  });
  const events = parseLines(stdout);
  const run = events.find((event) => event.kind === 'run-started')?.run ?? '';
  const finished = events.flatMap((event) => (event.kind === 'task-finished' ? [event] : []));
  return {
    failed: code !== 0,
    tasks: new Map(
      finished.map(({task, status, log, reason = ''}) => {
        const bytes = log === undefined ? Buffer.of() : readFileSync(join(root, '.paceline/logs', run, log.file));
        return [task, {status, log: bytes.subarray(log?.start, log?.end).toString('utf8'), reason}];
      }),
    ),
    notices: events.flatMap((event) => (event.kind === 'notice' ? [{code: event.code, message: event.message}] : [])),
  };
}
