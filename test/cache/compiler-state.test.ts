import {existsSync, readFileSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {ran} from '../rig/cached.ts';
import {Rig} from '../rig/rig.ts';

const make = `
[project]
name = "p"

[lifecycle.build]
command = "tsc -p ."
outputs = ["dist/**"]
cache = true
`;

const options = {compilerOptions: {incremental: true, outDir: 'dist', rootDir: 'src', types: []}, include: ['src']};

async function rigOf(): Promise<Rig> {
  const rig = await Rig.make({
    'make.toml': make,
    'tsconfig.json': JSON.stringify({
      ...options,
      compilerOptions: {...options.compilerOptions, tsBuildInfoFile: 'tsconfig.tsbuildinfo'},
    }),
    'src/one.ts': 'export const one = 1;\n',
    'src/two.ts': 'export const two = 2;\n',
  });
  symlinkSync(join(import.meta.dirname, '../../node_modules'), rig.path('node_modules'));
  return rig;
}

test('a compiler that remembers its last run writes everything again when its outputs were removed', async () => {
  const rig = await rigOf();
  expect(await ran(rig, ['build'])).toEqual(['build passed']);
  rig.write({'src/two.ts': 'export const two = 22;\n'});
  expect(await ran(rig, ['build'])).toEqual(['build passed']);
  expect(readFileSync(rig.path('dist/one.js'), 'utf8')).toContain('one = 1');
  expect(readFileSync(rig.path('dist/two.js'), 'utf8')).toContain('two = 22');
  // neither what it remembers is an input, nor what is remembered of the older outputs believed after going back
  expect(await ran(rig, ['build'])).toEqual(['build cached']);
  rig.write({'src/two.ts': 'export const two = 2;\n'});
  expect(await ran(rig, ['build'])).toEqual(['build cached']);
  expect(existsSync(rig.path('tsconfig.tsbuildinfo'))).toBe(false);
  rig.write({'src/one.ts': 'export const one = 11;\n'});
  expect(await ran(rig, ['build'])).toEqual(['build passed']);
  expect(readFileSync(rig.path('dist/two.js'), 'utf8')).toContain('two = 2;');
});
