import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import {dirname, join} from 'node:path';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../../test/support/temporary-folder.ts';
import {findProgram, nodeVersion, platformName, steadyIdentity} from './toolchain.ts';

/** A `node` that says a version, and leaves a mark when it is asked. */
function fakeNode(version: string): {folder: string; program: string; asked: () => boolean} {
  const folder = temporaryFolder();
  const program = join(folder, 'node');
  writeFileSync(program, `#!/bin/sh\ntouch '${folder}/asked'\necho ${version}\n`);
  chmodSync(program, 0o755);
  return {folder, program, asked: () => existsSync(join(folder, 'asked'))};
}

test('the platform says system, processor and C library', () => {
  expect(platformName()).toMatch(/^(linux-\w+-(glibc|musl)|darwin-\w+)$/);
});

test('our own Node need not be asked', () => {
  const folder = temporaryFolder();
  symlinkSync(process.execPath, join(folder, 'node'));
  expect(nodeVersion(folder, undefined)?.version).toBe(process.version);
  expect(nodeVersion(dirname(process.execPath), undefined)?.version).toBe(process.version);
});

test('a Node that may stand in for others is asked every time', () => {
  const {folder, program, asked} = fakeNode('v99.0.0');
  const first = nodeVersion(folder, undefined);
  expect(first?.version).toBe('v99.0.0');
  expect(asked()).toBe(true);
  // what it starts is chosen elsewhere: its own file stays the same
  expect(nodeVersion(folder, {identity: first?.identity ?? '', version: 'v1.0.0'})?.version).toBe('v99.0.0');
  appendFileSync(program, 'echo more\n');
  expect(nodeVersion(folder, first)?.version).toBe('v99.0.0\nmore');
});

test('a real Node is asked once, as long as it is the same file', () => {
  const folder = temporaryFolder();
  copyFileSync(process.execPath, join(folder, 'node'));
  const first = nodeVersion(folder, undefined);
  expect(first?.version).toBe(process.version);
  const known = {identity: first?.identity ?? '', version: 'what it said'};
  expect(nodeVersion(folder, known)).toBe(known);
});

test('programs that choose a version when they start are not steady', () => {
  const folder = temporaryFolder();
  for (const place of ['bin', 'shims', '.cargo/bin']) {
    mkdirSync(join(folder, place), {recursive: true});
    copyFileSync('/bin/true', join(folder, place, 'cargo'));
    chmodSync(join(folder, place, 'cargo'), 0o755);
  }
  expect(steadyIdentity('cargo', join(folder, 'bin'))).toContain('/bin/cargo');
  expect(steadyIdentity('cargo', join(folder, 'shims'))).toBeUndefined();
  expect(steadyIdentity('cargo', join(folder, '.cargo/bin'))).toBeUndefined();
  expect(steadyIdentity('cargo', join(folder, 'nowhere'))).toBeUndefined();
});

test('a program with old times, put in place of another, is noticed', () => {
  const {folder, program} = fakeNode('v99.0.0');
  utimesSync(program, 1, 1);
  const first = nodeVersion(folder, undefined);
  writeFileSync(program, '#!/bin/sh\necho v98.0.0\n'.padEnd(200));
  utimesSync(program, 1, 1);
  expect(nodeVersion(folder, first)?.version).toBe('v98.0.0');
});

test('a Node that does not start has a version all the same, as long as it is the same', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'node'), '#!/bin/sh\nexit 1\n');
  chmodSync(join(folder, 'node'), 0o755);
  const first = nodeVersion(folder, undefined);
  expect(first?.version).toBe(nodeVersion(folder, undefined)?.version);
  expect(first?.version).toContain(join(folder, 'node'));
});

test('no Node at all', () => {
  expect(nodeVersion(temporaryFolder(), undefined)).toBeUndefined();
});

test('the first program on the PATH counts; folders and files that do not run are no programs', () => {
  const [one, two, three] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
  mkdirSync(join(one, 'tool'));
  writeFileSync(join(two, 'tool'), '');
  chmodSync(join(two, 'tool'), 0o644);
  writeFileSync(join(three, 'tool'), '');
  chmodSync(join(three, 'tool'), 0o755);
  expect(findProgram('tool', [one, two, join(one, 'missing'), three].join(':'))).toBe(join(three, 'tool'));
});
