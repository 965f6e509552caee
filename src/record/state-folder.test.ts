import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../../test/support/temporary-folder.ts';
import {openStateFolder, stateFolder} from './state-folder.ts';

test('naming the places touches nothing', () => {
  const root = temporaryFolder();
  expect(stateFolder(root).history).toBe(join(root, '.paceline', 'history.db'));
  expect(existsSync(join(root, '.paceline'))).toBe(false);
});

test('git ignores the folder through a file of its own, which is left alone when it is there', () => {
  const root = temporaryFolder();
  const {path} = openStateFolder(root);
  expect(readFileSync(join(path, '.gitignore'), 'utf8')).toBe('*\n');
  writeFileSync(join(path, '.gitignore'), 'mine\n');
  openStateFolder(root);
  expect(readFileSync(join(path, '.gitignore'), 'utf8')).toBe('mine\n');
});

test.each(['.paceline', '.paceline/journal', '.paceline/logs'])('a file at %s is an error that says so', (place) => {
  const root = temporaryFolder();
  mkdirSync(join(root, place, '..'), {recursive: true});
  writeFileSync(join(root, place), '');
  expect(() => openStateFolder(root)).toThrow(expect.objectContaining({code: 'E_STATE_FOLDER'}));
});
