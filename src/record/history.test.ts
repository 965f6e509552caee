import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {closeSync, existsSync, openSync, readdirSync, statSync, writeFileSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {planOfTasks, runStarted} from '../../test/support/run-events.ts';
import {temporaryFolder} from '../../test/support/temporary-folder.ts';
import type {NodeId} from '../plan/plan.ts';
import type {RunEvent, RunId} from './events.ts';
import {foldEvents} from './fold.ts';
import {History, KEPT_RUNS} from './history.ts';
import type {Run} from './run.ts';
import {openStateFolder, type StateFolder} from './state-folder.ts';

const log = {file: '1.log', start: 0, end: 0};

/** A run of one task that took `ms`. */
function runOf(id: string, at: number, {task = 'build', ms = 10, status = 'passed' as 'passed' | 'failed'} = {}): Run {
  const node = task as NodeId;
  const events: readonly RunEvent[] = [
    runStarted({run: id as RunId, at, plan: planOfTasks(task)}),
    {kind: 'task-started', time: 5, task: node, attempt: 1, log},
    {kind: 'task-finished', time: 5 + ms, task: node, status, attempts: 1, flaky: false},
    {kind: 'run-finished', time: 6 + ms, status, exitCode: status === 'passed' ? 0 : 1},
  ];
  return foldEvents(events)!;
}

function opened(folder: StateFolder = openStateFolder(temporaryFolder())): History {
  const history = new History(folder);
  onTestFinished(() => history.close());
  return history;
}

test('keeps a run whole', () => {
  const history = opened();
  const small = runOf('a', 1);
  const large = {
    ...runOf('b', 2, {status: 'failed'}),
    notices: [{level: 'info' as const, code: 'N', message: 'ü\0\ud83d\ude00 '.repeat(20_000)}],
  };
  history.add([small, large]);
  expect(history.get('a' as RunId)).toEqual(small);
  expect(history.get('b' as RunId)).toEqual(large);
  expect(history.get('c' as RunId)).toBe(undefined);
  expect(history.list(10)).toEqual([
    {id: 'b', at: 2, wallMs: 16, status: 'failed', exitCode: 1, command: ['run', 'build'], tasks: 1, failed: 1},
    {id: 'a', at: 1, wallMs: 16, status: 'passed', exitCode: 0, command: ['run', 'build'], tasks: 1, failed: 0},
  ]);
});

test('a run that is there already is left as it is, and teaches nothing twice', () => {
  const history = opened();
  history.add([runOf('a', 1, {ms: 100})]);
  history.add([runOf('a', 1, {ms: 900}), runOf('a', 2, {ms: 900})]);
  expect(history.list(10)).toHaveLength(1);
  expect(history.durations()).toEqual(new Map([['build', 100]]));
});

test('forgets the oldest runs over the limit, but not what has succeeded, nor how long it took', () => {
  const history = opened();
  history.add([runOf('first', 1, {task: 'once'}), runOf('second', 2)]);
  history.add(Array.from({length: KEPT_RUNS}, (_, index) => runOf(`r${index}`, 10 + index)));
  expect(KEPT_RUNS).toBe(500);
  expect(history.list(1000)).toHaveLength(500);
  expect(history.get('second' as RunId)).toBe(undefined);
  expect(history.get('r0' as RunId)).not.toBe(undefined);
  expect(history.succeeded()).toEqual(new Set(['once', 'build']));
  expect(history.durations().has('once')).toBe(true);
  history.add([runOf('last', 9999)], 2);
  expect(history.list(10).map((run) => run.id)).toEqual(['last', 'r499']);
});

test('learns durations from what passed, the latest run weighing most', () => {
  const history = opened();
  history.add([runOf('a', 1, {ms: 100}), runOf('b', 2, {ms: 200}), runOf('c', 3, {ms: 9999, status: 'failed'})]);
  expect(history.durations().get('build')).toBeCloseTo(130);
  history.add([runOf('d', 4, {ms: 30, task: 'fails', status: 'failed'})]);
  expect(history.durations().has('fails')).toBe(false);
  expect(history.succeeded()).toEqual(new Set(['build']));
});

test('finds runs by the beginning of their ids, and takes the beginning literally', () => {
  const history = opened();
  history.add(['ab1', 'ab2', 'a_c', 'a%c', 'a!c', 'b'].map((id, at) => runOf(id, at)));
  expect(history.find('ab')).toEqual(['ab1', 'ab2']);
  expect(history.find('a_')).toEqual(['a_c']);
  expect(history.find('a%')).toEqual(['a%c']);
  expect(history.find('a!')).toEqual(['a!c']);
  expect(history.find('%')).toEqual([]);
  expect(history.find('_')).toEqual([]);
  expect(history.find("'")).toEqual([]);
  expect(history.find('latest')).toEqual(['b']);
});

test('a new history knows nothing', () => {
  const history = opened();
  expect([history.list(5), history.find('latest'), [...history.durations()], [...history.succeeded()]]).toEqual([
    [],
    [],
    [],
    [],
  ]);
});

test('a file that is no database is moved away, and a new history begins', () => {
  const folder = openStateFolder(temporaryFolder());
  writeFileSync(folder.history, 'this is not a database, and long enough to be looked at as one'.repeat(100));
  const history = opened(folder);
  expect(readdirSync(folder.path)).toContain(history.movedAway!.slice(folder.path.length + 1));
  history.add([runOf('a', 1)]);
  expect(history.list(5)).toHaveLength(1);
  expect(opened(folder).movedAway).toBe(undefined);
});

test('a database whose pages are broken is moved away when that shows', () => {
  const folder = openStateFolder(temporaryFolder());
  const first = new History(folder);
  first.add(Array.from({length: 100}, (_, index) => runOf(`r${index}`, index)));
  first.close();
  const file = openSync(folder.history, 'r+');
  writeSync(file, Buffer.alloc(statSync(folder.history).size - 4096, 0xa5), 0, undefined, 4096);
  closeSync(file);
  const history = opened(folder);
  history.add([runOf('new', 1000)]);
  expect(history.list(5).map((run) => run.id)).toEqual(['new']);
  expect(existsSync(history.movedAway!)).toBe(true);
});

test('a folder that refuses the file is an error with a code', () => {
  const folder = openStateFolder(temporaryFolder());
  expect(() => new History({...folder, history: join(folder.path, 'nowhere', 'history.db')})).toThrow(
    expect.objectContaining({code: 'E_HISTORY'}),
  );
});

test('two that are open at once see what the other adds', () => {
  const folder = openStateFolder(temporaryFolder());
  const [one, other] = [opened(folder), opened(folder)];
  one.add([runOf('a', 1)]);
  other.add([runOf('b', 2)]);
  one.add([runOf('c', 3)]);
  for (const history of [one, other]) expect(history.list(5).map((run) => run.id)).toEqual(['c', 'b', 'a']);
});

test('many programs may begin a history at once', async () => {
  const folder = openStateFolder(temporaryFolder());
  const script = `
    import {History} from ${JSON.stringify(join(import.meta.dirname, 'history.ts'))};
    const run = JSON.parse(process.argv[1]);
    process.stdin.once('end', () => {
      const history = new History({history: ${JSON.stringify(folder.history)}});
      history.add([run]);
      history.close();
    }).resume();`;
  const children = Array.from({length: 8}, (_, index) => {
    const args = ['--input-type=module-typescript', '--eval', script, JSON.stringify(runOf(`r${index}`, index))];
    return spawn(process.execPath, args, {stdio: ['pipe', 'ignore', 'inherit']});
  });
  for (const child of children) child.stdin.end();
  const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0] as number));
  expect(codes).toEqual(codes.map(() => 0));
  expect(opened(folder).list(20)).toHaveLength(8);
});
