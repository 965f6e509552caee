import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {chmodSync, copyFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../../test/support/temporary-folder.ts';
import {isAlive, processIdentity} from './living-process.ts';

test('this process is alive', () => {
  expect(isAlive(processIdentity(process.pid))).toBe(true);
});

test.runIf(process.platform === 'linux')('a process with its number but another start or boot is another', () => {
  const own = processIdentity(process.pid);
  expect(own.started).toMatch(/^\d+$/);
  expect(own.boot).not.toBe('');
  expect(isAlive({...own, started: `${own.started}0`})).toBe(false);
  expect(isAlive({...own, boot: 'another'})).toBe(false);
});

test('a process that ended is not alive', async () => {
  const child = spawn(process.execPath, ['--eval', 'process.stdin.resume()'], {stdio: ['pipe', 'ignore', 'ignore']});
  const identity = processIdentity(child.pid!);
  expect(isAlive(identity)).toBe(true);
  child.stdin.end();
  await once(child, 'exit');
  expect(isAlive(identity)).toBe(false);
  expect(isAlive({...identity, started: ''})).toBe(false);
});

test('without a start time the number alone decides', () => {
  expect(isAlive({pid: process.pid, started: '', boot: ''})).toBe(true);
});

test.runIf(process.platform === 'linux')('the name of a program does not confuse', async () => {
  const program = join(temporaryFolder(), 'a) 1 (b');
  copyFileSync('/bin/sleep', program);
  chmodSync(program, 0o700);
  const child = spawn(program, ['60']);
  await once(child, 'spawn');
  const identity = processIdentity(child.pid!);
  expect(identity.started).toMatch(/^\d+$/);
  expect(Number(identity.started)).toBeGreaterThanOrEqual(Number(processIdentity(process.pid).started));
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(isAlive(identity)).toBe(false);
});
