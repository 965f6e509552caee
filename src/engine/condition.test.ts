import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../../test/support/temporary-folder.ts';
import type {Condition} from '../project/project.ts';
import {conditionFailure, conditionFailureOf} from './condition.ts';

const PLATFORM = process.platform === 'darwin' ? 'mac' : 'linux';
const env = {PATH: process.env.PATH ?? '', NAME: 'a', YES: 'Yes', ZERO: '0', NO: 'NO', EMPTY: '', FALSE: 'False'};

function failureOf(condition: Condition, profile?: string): string | undefined {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'src'));
  writeFileSync(join(folder, 'src', 'a'), '');
  return conditionFailure(condition, {folder, env, ...(profile !== undefined && {profile})});
}

test.each<[Condition, string | undefined]>([
  [{}, undefined],
  [{filesExist: ['src', 'src/${NAME}', '/']}, undefined],
  [{filesExist: ['src', 'src/b', 'lib']}, 'src/b does not exist'],
  [{filesNotExist: ['lib', '${NAME}']}, undefined],
  [{filesNotExist: ['lib', 'src/${NAME}']}, 'src/${NAME} exists'],
  [{envSet: ['NAME', 'EMPTY']}, undefined],
  [{envSet: ['NAME', 'OTHER']}, 'OTHER is not set'],
  [{envNotSet: ['OTHER']}, undefined],
  [{envNotSet: ['OTHER', 'EMPTY']}, 'EMPTY is set'],
  [{envEquals: {NAME: 'a', EMPTY: ''}}, undefined],
  [{envEquals: {NAME: 'b'}}, 'NAME is not "b"'],
  [{envEquals: {OTHER: ''}}, 'OTHER is not ""'],
  [{envTrue: ['YES', 'NAME']}, undefined],
  [{envTrue: ['YES', 'ZERO']}, 'ZERO is not true'],
  [{envTrue: ['OTHER']}, 'OTHER is not true'],
  [{envFalse: ['ZERO', 'NO', 'EMPTY', 'FALSE', 'OTHER']}, undefined],
  [{envFalse: ['NO', 'YES']}, 'YES is true'],
  [{platforms: ['windows', PLATFORM]}, undefined],
  [{platforms: ['windows', 'beos']}, `this is ${PLATFORM}, not windows or beos`],
  [{profiles: ['development']}, undefined],
  [{profiles: ['production', 'ci']}, 'the env profile is development, not production or ci'],
  [{script: ['test -d src', 'test "$NAME" = a']}, undefined],
  [{script: ['test -d lib', 'true']}, 'its condition script said no'],
  [{filesExist: ['lib'], envSet: ['OTHER'], failMessage: 'build the library first'}, 'build the library first'],
  [{filesExist: ['src'], failMessage: 'build the library first'}, undefined],
])('%j: %s', (condition, failure) => {
  expect(failureOf(condition)).toBe(failure);
});

test('a profile in force is the one that is asked about', () => {
  expect(failureOf({profiles: ['ci']}, 'ci')).toBe(undefined);
  expect(failureOf({profiles: ['development']}, 'ci')).toBe('the env profile is ci, not development');
});

test('a script is waited for without holding up anything else, and ends when nobody waits any more', async () => {
  const controller = new AbortController();
  const context = {folder: temporaryFolder(), env, signal: controller.signal};
  expect(await conditionFailureOf({script: ['test "$NAME" = a']}, context)).toBeUndefined();
  expect(await conditionFailureOf({script: ['false', 'true']}, context)).toBe('its condition script said no');
  expect(await conditionFailureOf({script: ['false'], failMessage: 'not now'}, context)).toBe('not now');
  expect(await conditionFailureOf({filesExist: ['lib'], script: ['exit 7']}, context)).toBe('lib does not exist');
  const hangs = conditionFailureOf({script: ['sleep 600; true']}, context);
  controller.abort();
  expect(await hangs).toBe('its condition script said no');
});
