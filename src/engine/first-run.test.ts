import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {taskOf} from '../../test/support/order.ts';
import {phase, project, workspace} from '../../test/support/project.ts';
import {temporaryFolder} from '../../test/support/temporary-folder.ts';
import {firstRunSkip} from './first-run.ts';

const setup = phase('setup', {firstRunOnly: true});

function given(
  files: Readonly<Record<string, string>>,
  skipIfExists: readonly string[] = [],
): ReturnType<typeof project> {
  const root = temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), {recursive: true});
    writeFileSync(join(root, path), text);
  }
  return project([], [], {root, state: {file: '.ggen/state.json', history: true, skipIfExists}});
}

test('a phase that succeeded in this checkout need not run again', () => {
  const skip = firstRunSkip(given({}), new Set(['web#setup']));
  expect(skip(taskOf(setup))).toBe('first_run_only, and it has succeeded here before');
  expect(skip(taskOf(setup, workspace('api', [setup])))).toBe(undefined);
  expect(skip(taskOf(phase('setup')))).toBe(undefined);
});

test('successes that ggen recorded count, in the folder that they are of', () => {
  const history = [{phase: 'setup', success: true}, {phase: 'seed', success: false}, {phase: 7, success: true}, null];
  const entries = history.filter((entry) => entry !== null);
  const skip = firstRunSkip(
    given({'packages/web/.ggen/state.json': JSON.stringify({phase_history: entries})}),
    new Set(),
  );
  expect(skip(taskOf(setup))).toBe('first_run_only, and .ggen/state.json records its success');
  expect(skip(taskOf(phase('seed', {firstRunOnly: true})))).toBe(undefined);
  expect(skip(taskOf(setup, workspace('//', [setup])))).toBe(undefined);
});

test.each(['', 'no json', '[]', '{"phase_history": {}}', 'null'])('a state file of %j records nothing', (text) => {
  expect(firstRunSkip(given({'packages/web/.ggen/state.json': text}), new Set())(taskOf(setup))).toBe(undefined);
});

test('files that are all there mean that it was done', () => {
  const files = {'.setup': '', db: ''};
  const skipped = (paths: readonly string[]) => firstRunSkip(given(files, paths), new Set())(taskOf(setup));
  expect(skipped(['.setup', 'db'])).toBe('first_run_only, and .setup, db are there');
  expect(skipped(['.setup'])).toBe('first_run_only, and .setup is there');
  expect(skipped(['.setup', 'cache'])).toBe(undefined);
  expect(skipped([])).toBe(undefined);
});
