import {mkdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {expect, test} from 'vitest';
import {taskOf} from '../../test/support/order.ts';
import {phase, shell, workspace} from '../../test/support/project.ts';
import {temporaryFolder} from '../../test/support/temporary-folder.ts';
import type {Task} from '../plan/task.ts';
import {usedNotice, withheldNotice} from './withheld.ts';

function running(line: string, inputs?: readonly string[]): Task {
  const plain = phase('build');
  const build = {
    ...plain,
    commands: [shell(line)],
    caching: {...plain.caching, enabled: true, ...(inputs !== undefined && {inputs})},
  };
  return taskOf(build, workspace('web', [build]));
}

/** A root with files of the workspace. */
function files(all: Readonly<Record<string, string>>): string {
  const root = temporaryFolder();
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(root, 'packages/web', path)), {recursive: true});
    writeFileSync(join(root, 'packages/web', path), text);
  }
  return root;
}

test.for<readonly [string, readonly string[]]>([
  ['echo $API_URL', ['API_URL']],
  ['echo ${API_URL}', ['API_URL']],
  ['echo ${API_URL:-x}', ['API_URL']],
  ['echo "$API_URL/v1"', ['API_URL']],
  ['echo $API_URLS', []],
  ['echo API_URL', []],
  ['echo $API', ['API']],
  ['echo $PWD $OLDPWD', []],
])('%s uses %j', ([line, names]) => {
  const message = usedNotice(running(line), ['API_URL', 'API', 'PWD', 'OLDPWD', '_'], 'lifecycle');
  if (names.length === 0) expect(message).toBeUndefined();
  else expect(message).toMatch(new RegExp(`^web#build uses ${names.join(', ')}, which`));
});

test('a failed task is searched: its inputs for the names as whole words', () => {
  const root = files({'src/a.js': 'process.env.API_URL', 'src/deep/b.js': 'MY_TOKEN TOKENS', 'c.sh': 'x=$SECRET'});
  const message = withheldNotice(running('node src/a.js'), ['TOKEN', 'SECRET', 'API_URL', 'OTHER'], {
    root,
    dialect: 'lifecycle',
  });
  expect(message).toMatch(/^web#build failed. It mentions API_URL, SECRET:/);
});

test('only inputs are searched', () => {
  const root = files({'src/a.js': 'API_URL', 'other/b.js': 'SECRET'});
  expect(withheldNotice(running('true', ['other/**']), ['API_URL', 'SECRET'], {root, dialect: 'lifecycle'})).toMatch(
    /It mentions SECRET:/,
  );
  expect(withheldNotice(running('true', ['none/**']), ['API_URL'], {root, dialect: 'lifecycle'})).toBeUndefined();
});

test('what the command uses was told before, and is not told again', () => {
  const root = files({'src/a.js': 'API_URL'});
  expect(withheldNotice(running('echo $API_URL'), ['API_URL'], {root, dialect: 'lifecycle'})).toBeUndefined();
});

test('nothing withheld, nothing told', () => {
  const root = files({'src/a.js': 'API_URL'});
  expect(withheldNotice(running('echo'), [], {root, dialect: 'lifecycle'})).toBeUndefined();
  expect(usedNotice(running('echo $A'), [], 'lifecycle')).toBeUndefined();
});
