import {chmodSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, it} from 'vitest';
import {type FailedCandidate, missingEngine} from './missing-engine.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'missing-engine-'));
});
afterEach(() => rmSync(folder, {recursive: true, force: true}));

const failed = (code: string, saidBy?: string): FailedCandidate => ({
  candidate: {address: 'unix:///x.sock', ...(saidBy !== undefined && {saidBy})},
  code,
  message: `connect ${code}`,
});

it('names the group of a socket that may not be opened, before all else', () => {
  const error = missingEngine([failed('ENOENT'), failed('EACCES', 'DOCKER_HOST')], {});
  expect(error).toMatchObject({
    code: 'E_NO_ENGINE',
    message: 'You may not use the container engine at unix:///x.sock',
    hint: '`sudo usermod -aG docker $USER`, then log in again.',
  });
});

it('names who named it', () => {
  const error = missingEngine([failed('ECONNREFUSED', 'DOCKER_HOST')], {});
  expect(error.message).toBe(
    'The container engine that DOCKER_HOST names does not answer: unix:///x.sock (connect ECONNREFUSED)',
  );
  expect(error.hint).toMatch(/^Start it \(`sudo .*docker.*`\), or correct DOCKER_HOST\.$/);
});

it('tells one that is installed to be started, and why it does not answer', () => {
  writeFileSync(join(folder, 'dockerd'), '');
  chmodSync(join(folder, 'dockerd'), 0o755);
  const error = missingEngine([failed('ENOENT'), failed('ECONNREFUSED')], {PATH: folder});
  expect(error.message).toBe('Docker is installed, but does not answer: unix:///x.sock (connect ECONNREFUSED)');
  expect(error.hint).toMatch(/start/);
});
