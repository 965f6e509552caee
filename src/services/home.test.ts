import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statfsSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {basename, join} from 'node:path';
import {getuid} from 'node:process';
import {expect, onTestFinished, test} from 'vitest';
import {openHome} from './home.ts';

const uid = getuid?.() ?? 0;

function freshFolder(): string {
  const folder = mkdtempSync('/tmp/pl-');
  chmodSync(folder, 0o755);
  onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
  return folder;
}

const opened = (path: string) => openHome({PACELINE_SERVICES_DIR: path});

test('makes the folder that is asked for, with nothing for others to read', () => {
  const path = join(freshFolder(), 'with a space');
  const home = opened(path);
  expect(home.path).toBe(path);
  expect(statSync(path).mode & 0o777).toBe(0o711);
  for (const one of [home.servers, home.logs]) expect(statSync(one).mode & 0o777).toBe(0o711);
  expect(opened(path)).toEqual(home);
});

test('takes a relative path from where it is', () => {
  const folder = freshFolder();
  const from = process.cwd();
  onTestFinished(() => process.chdir(from));
  process.chdir(folder);
  expect(opened('mine').path).toBe(join(folder, 'mine'));
});

test('is in memory, and named after its user, when nothing is said', () => {
  const folder = mkdtempSync('/dev/shm/pl-');
  chmodSync(folder, 0o755);
  onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
  const home = openHome({XDG_RUNTIME_DIR: folder, PACELINE_SERVICES_DIR: ''}, 0);
  expect([home.path, home.inMemory]).toEqual([join(folder, `paceline-${uid}`), true]);
});

test('is not in memory where that is too small for the data of servers', () => {
  const folder = mkdtempSync('/dev/shm/pl-');
  chmodSync(folder, 0o755);
  onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
  const {blocks, bsize} = statfsSync(folder);
  const env = {XDG_RUNTIME_DIR: folder, HOME: folder};
  expect(openHome(env, blocks * bsize).path).toBe(join(folder, `paceline-${uid}`));
  expect(openHome(env, Infinity).path).toBe(join(tmpdir(), `paceline-${uid}`));
});

test('what is known of starts outlives the memory, where that can be written', () => {
  const folder = freshFolder();
  const startTimes = (env: Readonly<Record<string, string>>): string =>
    openHome({XDG_RUNTIME_DIR: folder, ...env}, 0).startTimes;
  expect(startTimes({HOME: folder})).toBe(join(folder, '.local/state/paceline/start-times.db'));
  expect(startTimes({HOME: folder, XDG_STATE_HOME: join(folder, 'state')})).toBe(
    join(folder, 'state/paceline/start-times.db'),
  );
  expect(opened(join(folder, 'own')).startTimes).toBe(join(folder, 'own/start-times.db'));
  writeFileSync(join(folder, 'file'), '');
  const home = openHome({XDG_RUNTIME_DIR: folder, HOME: join(folder, 'file')});
  expect(home.startTimes).toBe(join(home.path, 'start-times.db'));
});

test.skipIf(uid !== 0)('is not where servers that root starts as somebody else cannot get in', () => {
  const folder = mkdtempSync('/dev/shm/pl-');
  onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
  expect(openHome({XDG_RUNTIME_DIR: folder, HOME: folder}, 0).path).toBe(`/dev/shm/paceline-${uid}`);
});

test('refuses what is not a folder of its user', () => {
  const folder = freshFolder();
  const code = 'E_SERVICES_FOLDER';
  writeFileSync(join(folder, 'file'), '');
  expect(() => opened(join(folder, 'file'))).toThrow(expect.objectContaining({code}));
  mkdirSync(join(folder, 'real'));
  symlinkSync('real', join(folder, 'link'));
  expect(() => opened(join(folder, 'link'))).toThrow('it is not a folder');
  expect(() => opened(join(folder, 'file', 'below'))).toThrow(expect.objectContaining({code}));
});

test.skipIf(uid !== 0)('refuses the folder of somebody else', () => {
  const path = join(freshFolder(), 'other');
  mkdirSync(path);
  chownSync(path, 65_534, 65_534);
  expect(() => opened(path)).toThrow('it belongs to somebody else');
});

test('refuses a path that is too long for sockets, counted in bytes', () => {
  const folder = freshFolder();
  const room = 62 - Buffer.byteLength(folder) - 1;
  expect(basename(opened(join(folder, 'x'.repeat(room))).path)).toHaveLength(room);
  expect(() => opened(join(folder, 'x'.repeat(room + 1)))).toThrow('it has 63 bytes, at most 62 fit');
  expect(() => opened(join(folder, '\u00e9'.repeat(room - 2)))).toThrow('than the system allows');
});
