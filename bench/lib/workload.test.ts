import {spawnSync} from 'node:child_process';
import {appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {cleanEnvironment} from './environment.ts';
import {applyEdit, outputFoldersOf, setAside, writtenSince} from './outputs.ts';
import {type EditName, edits, type Workload, workloadOf, writeWorkload} from './workload.ts';
import {copy} from './workloads/copy.ts';
import {typescript} from './workloads/typescript.ts';

let parent: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'paceline-workload-'));
});
afterEach(() => rmSync(parent, {recursive: true, force: true}));

const small = {packages: 4, files: 12, bytes: 200, layers: 2, fan: 2};

function write(workload: Workload): string {
  const folder = join(parent, 'workload');
  writeWorkload(folder, workload, {files: {'make.toml': ''}});
  return folder;
}

/** Runs the goal and what it needs, in the order of the packages. */
function buildAll(folder: string, {kind, members}: Workload): void {
  const env = cleanEnvironment(join(parent, 'home'));
  const names = kind.goal === 'build' ? ['build'] : ['build', kind.goal];
  for (const member of members) {
    for (const {line} of kind.tasks.filter(({name}) => names.includes(name))) {
      expect(spawnSync('sh', ['-c', line], {cwd: join(folder, member.folder), env}).status).toBe(0);
    }
  }
}

test('packages depend on the layer below, at the offsets (i + 7k) mod width', () => {
  const {members} = workloadOf(copy, {packages: 100, files: 1, bytes: 64, layers: 10, fan: 3});
  expect(members[5]!.dependencies).toEqual([]);
  expect(members[42]!.dependencies.map(({index}) => index)).toEqual([32, 39, 36]);
  for (const {index, dependencies} of members) {
    for (const one of dependencies) expect(Math.floor(one.index / 10)).toBe(Math.floor(index / 10) - 1);
  }
});

test('without explicit inputs no task has any', () => {
  expect(workloadOf(copy, small, 'default').tasks.map(({inputs}) => inputs)).toEqual([undefined, undefined, undefined]);
});

test('a workload holds its sources, and its outputs are checked to the byte', () => {
  const workload = workloadOf(copy, small);
  const folder = write(workload);
  const check = copy.checkerOf(workload, parent);
  expect(readFileSync(join(folder, 'packages/pkg-0003/src/d1/f11.ts')).length).toBe(200);
  expect(check(folder)).toMatch(/^4 of 4 packages: .* is missing$/);
  buildAll(folder, workload);
  expect(check(folder)).toBe('');

  appendFileSync(join(folder, 'packages/pkg-0001/src/d0/f0.ts'), '// edited\n');
  expect(check(folder)).toBe('1 of 4 packages: packages/pkg-0001/dist/d0/f0.ts differs');
  writeFileSync(join(folder, 'packages/pkg-0001/dist/extra'), '');
  expect(check(folder)).toBe('1 of 4 packages: packages/pkg-0001/dist/extra is left over');

  setAside(folder, outputFoldersOf(workload), join(parent, 'aside'));
  expect(check(folder)).toMatch(/^4 of 4 packages/);
});

test.for([
  ['copy', copy],
  ['typescript', typescript],
] as const)('edits of the %s workload change outputs as their names say', {timeout: 30_000}, ([, kind]) => {
  const workload = workloadOf(kind, {packages: 2, files: 2, bytes: 400, layers: 2, fan: 1});
  const folder = write(workload);
  const check = kind.checkerOf(workload, join(parent, 'check'));
  buildAll(folder, workload);
  expect(check(folder)).toBe('');
  expect(writtenSince(folder, workload, 0)).toEqual(['pkg-0000', 'pkg-0001']);
  expect(writtenSince(folder, workload, Date.now() + 1000)).toEqual([]);

  const wrongPackageOf = (edit: EditName) => {
    applyEdit(folder, kind.editOf(edit, workload));
    const wrong = check(folder);
    buildAll(folder, workload);
    expect(check(folder)).toBe('');
    return /^1 of 2 packages: packages\/(pkg-\d+)/.exec(wrong)?.[1] ?? wrong;
  };
  expect(edits.map(wrongPackageOf)).toEqual(['pkg-0001', '', 'pkg-0000']);
  expect(wrongPackageOf('base-changed')).toBe('pkg-0000');
});
