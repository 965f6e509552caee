import {appendFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../../test/support/temporary-folder.ts';
import {GrowingLog} from './growing-log.ts';

function newLog(): {readonly path: string; readonly log: GrowingLog} {
  const path = join(temporaryFolder(), 'log');
  return {path, log: new GrowingLog(path)};
}

test('says what was said, also when much has been said since', () => {
  const {path, log} = newLog();
  expect(log.says(/up/)).toBe(false);
  writeFileSync(path, `up\n${'x'.repeat(5_000_000)}`);
  expect(log.says(/^up$/m)).toBe(true);
});

test('says what came in two parts', () => {
  const {path, log} = newLog();
  writeFileSync(path, `${'x\n'.repeat(100_000)}listening `);
  expect(log.says(/listening on é/)).toBe(false);
  appendFileSync(path, Buffer.from('on é').subarray(0, -1));
  expect(log.says(/listening on é/)).toBe(false);
  appendFileSync(path, Buffer.from('é').subarray(-1));
  expect(log.says(/^listening on é$/m)).toBe(true);
});

test('finds what stands where two chunks meet', () => {
  const {path, log} = newLog();
  writeFileSync(path, `${'x'.repeat(1024 * 1024 - 3)}\nready\n${'x'.repeat(3_000_000)}`);
  expect(log.says(/^ready$/m)).toBe(true);
});

test('takes no end of a line for a line', () => {
  const {path, log} = newLog();
  // what is read again begins at a line
  writeFileSync(path, `${'x'.repeat(100_000)}ready\n${'y'.repeat(64 * 1024 - 6)}`);
  expect(log.says(/^ready$/m)).toBe(false);
  appendFileSync(path, 'z');
  expect(log.says(/^ready$/m)).toBe(false);
});

test('goes on when it was emptied', () => {
  const {path, log} = newLog();
  writeFileSync(path, 'a long beginning\n');
  expect(log.says(/up/)).toBe(false);
  writeFileSync(path, 'up\n');
  expect(log.says(/^up/)).toBe(true);
});
