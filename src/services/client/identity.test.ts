import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {beforeEach, expect, test} from 'vitest';
import {temporaryFolder} from '../../../test/support/temporary-folder.ts';
import {type ServiceOptions, serviceOf} from '../service-options.ts';
import {identityOf} from './identity.ts';

let folder: string;

beforeEach(() => {
  folder = temporaryFolder();
  writeFileSync(join(folder, 'a.sql'), 'select 1');
  writeFileSync(join(folder, 'b.sql'), 'select 2');
  mkdirSync(join(folder, 'migrations', 'deep'), {recursive: true});
  writeFileSync(join(folder, 'migrations', 'deep', '1.sql'), 'one');
});

const known = (): ServiceOptions => ({
  plugin: 'postgres',
  name: 'db',
  directory: folder,
  args: ['-c', 'a=1'],
  env: {A: '1', B: '2'},
  init: {sql: ['a.sql', 'b.sql'], files: ['migrations']},
  needs: [{plugin: 'redis', env: {X: '1'}}],
});
const identity = (options: ServiceOptions): string => identityOf(serviceOf(options));

test('is the same for the same, however it is written down', () => {
  const before = identity(known());
  expect(identity(known())).toBe(before);
  expect(identity({...known(), env: {B: '2', A: '1'}})).toBe(before);
  expect(identity({...known(), name: 'other', pool: {min: 1, max: 2}, startTimeoutMs: 5})).toBe(before);
});

test.each<[what: string, change: Partial<ServiceOptions>]>([
  ['an argument', {args: ['-c', 'a=2']}],
  ['the order of arguments', {args: ['a=1', '-c']}],
  ['a variable', {env: {A: '1', B: '3'}}],
  ['the level', {level: 'cluster'}],
  ['the order of files', {init: {sql: ['b.sql', 'a.sql'], files: ['migrations']}}],
  ['the migration', {init: {sql: ['a.sql', 'b.sql'], files: ['migrations'], migrate: 'true'}}],
  ['what it needs', {needs: [{plugin: 'redis', env: {X: '2'}}]}],
  ['that it needs nothing', {needs: []}],
  ['the image', {image: 'postgres:16'}],
])('differs with %s', (_, change) => {
  expect(identity({...known(), ...change})).not.toBe(identity(known()));
});

test.each<[what: string, change: () => void]>([
  ['the content of a file', () => writeFileSync(join(folder, 'a.sql'), 'select 3')],
  ['a file deep in a folder', () => writeFileSync(join(folder, 'migrations', 'deep', '1.sql'), 'two')],
  ['a new file', () => writeFileSync(join(folder, 'migrations', '2.sql'), '')],
  ['a new folder', () => mkdirSync(join(folder, 'migrations', 'more'))],
])('differs with %s', (_, change) => {
  const before = identity(known());
  change();
  expect(identity(known())).not.toBe(before);
});

test('has the name in it where the variables of leases have', () => {
  const api: ServiceOptions = {plugin: 'process', name: 'api', binary: 'server', directory: folder};
  expect(identity({...api, name: 'web'})).not.toBe(identity(api));
});

test('names the file that is missing', () => {
  expect(() => identity({...known(), init: {sql: ['no.sql']}})).toThrow(
    expect.objectContaining({code: 'E_SERVICE_INIT', message: expect.stringContaining(join(folder, 'no.sql'))}),
  );
});
