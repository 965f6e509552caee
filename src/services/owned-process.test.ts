import {spawn} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {once} from 'node:events';
import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {beforeEach, describe, expect, onTestFinished, test} from 'vitest';
import {temporaryFolder} from '../../test/support/temporary-folder.ts';
import {processIdentity, processStat} from '../base/living-process.ts';
import {Ledger, livingOf, type OwnedProcesses, PROCESS_MARK} from './ledger.ts';
import {endAll, OwnedProcess} from './owned-process.ts';

let folder: string;
let ledger: Ledger;

beforeEach(() => {
  folder = temporaryFolder();
  ledger = new Ledger(join(folder, 'ledger.db'), 'b');
  onTestFinished(() => ledger.close());
});

function shell(line: string, env: Readonly<Record<string, string>> = {}): OwnedProcess {
  const one = new OwnedProcess(
    {
      program: '/bin/sh',
      args: ['-c', line],
      env: {PATH: process.env.PATH ?? '', ...env},
      directory: folder,
      log: join(folder, 'log'),
    },
    ledger,
  );
  onTestFinished(() => one.stop('SIGKILL'));
  return one;
}

/** Resolves when the process has written a line. */
async function printed(one: OwnedProcess, line: string): Promise<void> {
  while (!one.tail().includes(line)) await new Promise((resolve) => setTimeout(resolve, 2));
}

async function written(path: string): Promise<string> {
  while (!existsSync(path) || readFileSync(path, 'utf8') === '') await new Promise((resolve) => setTimeout(resolve, 2));
  return readFileSync(path, 'utf8').trim();
}

test('says how it ended, and leaves the ledger when it is stopped', async () => {
  const one = shell('echo out; echo err >&2; exit 3');
  expect(await one.ended).toBe('exit code 3');
  expect(one.tail()).toBe('out\nerr');
  expect(one.isRunning).toBe(false);
  expect(ledger.size).toBe(1);
  await one.stop();
  expect(ledger.size).toBe(0);
});

test('ends politely when it can', async () => {
  const one = shell("trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.01; done");
  await printed(one, 'up');
  expect(one.isRunning).toBe(true);
  await one.stop();
  expect(one.end).toBe('exit code 0');
  expect(one.tail()).toContain('bye');
});

test('is killed when it does not listen', async () => {
  const one = shell("trap '' TERM; echo up; while :; do sleep 0.01; done");
  await printed(one, 'up');
  await one.stop('SIGTERM', 20);
  expect(one.end).toBe('SIGKILL');
});

test.each([
  ['in its session', 'sleep 1000 & echo $! > child; exec sleep 1000'],
  ['in a session of its own', "setsid sh -c 'echo $$ > child; exec sleep 1000' & exec sleep 1000"],
  [
    'in another one without the mark',
    `setsid env -u ${PROCESS_MARK} sh -c 'echo $$ > child; exec sleep 1000' & exec sleep 1000`,
  ],
])('ends what it started: %s', async (where, line) => {
  const one = shell(line);
  const child = Number(await written(join(folder, 'child')));
  onTestFinished(() => {
    if (processStat(child) !== undefined) process.kill(child, 'SIGKILL');
  });
  const isKnown = !where.includes('without');
  await one.stop('SIGKILL');
  expect(processStat(child) === undefined).toBe(isKnown);
});

test('leaves nothing when it cannot be started', async () => {
  const none = new OwnedProcess(
    {program: '/no/such/program', args: [], env: {}, directory: folder, log: join(folder, 'log')},
    ledger,
  );
  expect(await none.ended).toContain('cannot be started');
  expect(none.isRunning).toBe(false);
  await none.stop();
  expect(ledger.size).toBe(0);
  const order = {program: '/bin/true', args: [], env: {}, directory: folder, log: join(folder, 'no', 'log')};
  expect(() => new OwnedProcess(order, ledger)).toThrow('ENOENT');
  expect(ledger.size).toBe(0);
});

describe('what is left of a broker that was killed', () => {
  /** A process that nobody looks after, with its traces. */
  async function stray(env: Readonly<Record<string, string>>) {
    const child = spawn('sleep', ['1000'], {env: {...process.env, ...env}, stdio: 'ignore', detached: true});
    await once(child, 'spawn');
    const pid = child.pid ?? 0;
    const ended = once(child, 'exit');
    onTestFinished(() => void child.kill('SIGKILL'));
    return {pid, identity: processIdentity(pid), ended};
  }

  test('is known by its mark, and ended', async () => {
    const mark = randomUUID();
    const {pid, ended} = await stray({[PROCESS_MARK]: mark});
    const traces: OwnedProcesses = {kind: 'process', mark};
    expect(livingOf(traces)).toMatchObject([{pid}]);
    await endAll(() => livingOf(traces));
    await ended;
    expect(livingOf(traces)).toEqual([]);
  });

  test('is known by its session, unless its number was given to another process, or the machine started anew', async () => {
    const {identity} = await stray({});
    const of = (first: OwnedProcesses['first'] & object) => livingOf({kind: 'process', mark: randomUUID(), first});
    expect(of(identity)).toEqual([identity]);
    expect(of({...identity, started: `${identity.started}1`})).toEqual([]);
    expect(of({...identity, boot: 'another'})).toEqual([]);
  });

  test('is known by where its output goes', async () => {
    const one = shell('echo up; exec env -i sleep 1000');
    await printed(one, 'up');
    const log = join(folder, 'log');
    expect(livingOf({kind: 'process', mark: randomUUID(), log}).map(({pid}) => pid)).toEqual([one.pid]);
    expect(livingOf({kind: 'process', mark: randomUUID(), log: `${log}2`})).toEqual([]);
  });
});
