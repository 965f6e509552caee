import {
  appendFileSync,
  closeSync,
  openSync,
  readdirSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {temporaryFolder} from '../../test/support/temporary-folder.ts';
import {boundLog, endOfFile, pruneLogs} from './log-file.ts';

test('empties a log that has grown too long, while somebody appends to it', async () => {
  const path = join(temporaryFolder(), 'log');
  const file = openSync(path, 'a');
  onTestFinished(() => closeSync(file));
  writeSync(file, 'x'.repeat(2000));
  const stop = boundLog(path, 1000);
  onTestFinished(stop);
  while (statSync(path).size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  writeSync(file, 'after');
  stop();
  expect(endOfFile(path)).toBe('after');
});

test('looks once more when the process has ended', () => {
  const path = join(temporaryFolder(), 'log');
  const stop = boundLog(path, 1000);
  writeFileSync(path, 'x'.repeat(2000));
  stop();
  expect(statSync(path).size).toBe(0);
});

test('gives the end of a long file', () => {
  const path = join(temporaryFolder(), 'log');
  expect(endOfFile(path)).toBe('');
  writeFileSync(path, 'one');
  appendFileSync(path, 'two');
  expect(endOfFile(path)).toBe('onetwo');
  expect(endOfFile(path, 4)).toBe('etwo');
});

test('leaves the newest logs', () => {
  const folder = temporaryFolder();
  for (const [place, name] of ['c', 'a', 'b'].entries()) {
    writeFileSync(join(folder, name), '');
    utimesSync(join(folder, name), place, place);
  }
  pruneLogs(folder, 2);
  expect(readdirSync(folder).sort()).toEqual(['a', 'b']);
});
