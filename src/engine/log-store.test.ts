import {existsSync, mkdirSync, readdirSync, writeSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../../test/support/temporary-folder.ts';
import type {RunId} from '../record/events.ts';
import {readLog} from '../record/read-log.ts';
import {LogStore, pruneLogs} from './log-store.ts';

test('tasks that follow each other share a file, and each has its own part', () => {
  const logs = new LogStore(temporaryFolder(), 'r1' as RunId);
  const first = logs.take();
  writeSync(first.descriptor, 'one');
  const one = logs.range(first);
  logs.giveBack(first, one.end);
  const second = logs.take();
  const beside = logs.take();
  writeSync(second.descriptor, 'zwei');
  writeSync(beside.descriptor, 'beside');
  expect(logs.range(second)).toEqual({file: '1.log', start: 3, end: 7});
  expect(logs.range(beside)).toEqual({file: '2.log', start: 0, end: 6});
  const texts = [one, logs.range(second), logs.range(beside)].map((range) => readLog(logs.folder, range).toString());
  expect(texts).toEqual(['one', 'zwei', 'beside']);
  expect(readLog(logs.folder, logs.range(second), 2).toString()).toBe('ei');
  logs.close();
});

test('a run without output leaves no folder', () => {
  const folder = temporaryFolder();
  new LogStore(folder, 'r1' as RunId).close();
  expect(readdirSync(folder)).toEqual([]);
});

test('the newest logs are kept, and those of runs under way', () => {
  const folder = temporaryFolder();
  const runs = Array.from({length: 25}, (_, number) => `run${String(number).padStart(2, '0')}`);
  for (const run of runs) mkdirSync(join(folder, run));
  pruneLogs(folder, new Set(['run01']));
  expect(readdirSync(folder).sort()).toEqual(['run01', ...runs.slice(5)]);
  expect(existsSync(join(folder, 'run24'))).toBe(true);
});
