import {spawnSync} from 'node:child_process';
import {appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, expect, test} from 'vitest';
import {outputFoldersOf, setAside, wrongOutputs} from './outputs.ts';
import {tasks, workloadOf, writeWorkload} from './workload.ts';

const parent = mkdtempSync(join(tmpdir(), 'paceline-workload-'));
afterEach(() => rmSync(parent, {recursive: true, force: true}));

test('packages depend on the layer below, at the offsets (i + 7k) mod width', () => {
  const {members} = workloadOf({packages: 100, files: 1, bytes: 64, layers: 10, fan: 3});
  expect(members[5]!.dependencies).toEqual([]);
  expect(members[42]!.dependencies.map(({index}) => index)).toEqual([32, 39, 36]);
  for (const {index, dependencies} of members) {
    for (const one of dependencies) expect(Math.floor(one.index / 10)).toBe(Math.floor(index / 10) - 1);
  }
});

test('a workload holds its sources, and its outputs are checked to the byte', () => {
  const workload = workloadOf({packages: 4, files: 12, bytes: 200, layers: 2, fan: 2});
  const folder = join(parent, 'workload');
  writeWorkload(folder, workload, {files: {'make.toml': ''}});
  expect(readFileSync(join(folder, 'packages/pkg-0003/src/d1/f11.ts')).length).toBe(200);
  expect(wrongOutputs(folder, workload)).toMatch(/^4 of 4 packages: .* is missing$/);

  const build = tasks.find(({name}) => name === 'build')!;
  for (const member of workload.members)
    spawnSync('sh', ['-c', build.line], {cwd: join(folder, member.folder), env: {...process.env, LC_ALL: 'C'}});
  expect(wrongOutputs(folder, workload)).toBe('');

  appendFileSync(join(folder, 'packages/pkg-0001/src/d0/f0.ts'), '// edited\n');
  expect(wrongOutputs(folder, workload)).toBe('1 of 4 packages: packages/pkg-0001/dist/d0/f0.ts differs');
  writeFileSync(join(folder, 'packages/pkg-0001/dist/extra'), '');
  expect(wrongOutputs(folder, workload)).toBe('1 of 4 packages: packages/pkg-0001/dist/extra is left over');

  setAside(folder, outputFoldersOf(workload), join(parent, 'aside'));
  expect(wrongOutputs(folder, workload)).toMatch(/^4 of 4 packages/);
});
