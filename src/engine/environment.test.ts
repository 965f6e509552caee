import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {taskOf} from '../../test/support/order.ts';
import {line, phase, project, shell, workspace} from '../../test/support/project.ts';
import {temporaryFolder} from '../../test/support/temporary-folder.ts';
import type {EnvEntry, Project} from '../project/project.ts';
import {Environment} from './environment.ts';

type Source = EnvEntry['source'];

function entry(name: string, source: Source | string, condition?: EnvEntry['condition']): EnvEntry {
  const written = typeof source === 'string' ? ({kind: 'value', value: source} as const) : source;
  return {name, source: written, origin: line(1), ...(condition !== undefined && {condition})};
}

function expand(value: string): Source {
  return {kind: 'expand', value};
}

function environment(
  inherited: Record<string, string | undefined>,
  defined: Record<string, string> = {},
  given: Project = project([]),
): Environment {
  return new Environment({project: given, inherited, defined, marks: {PACELINE_RUN_ID: 'r1'}});
}

test('the command line wins over what the run adds, that over the phase, and the phase over what was inherited', () => {
  const build = phase('build', {
    env: [entry('A', 'phase'), entry('B', 'phase'), entry('C', 'phase'), entry('PACELINE_RUN_ID', 'phase')],
  });
  const variables = environment(
    {A: 'inherited', B: 'inherited', C: 'inherited', D: 'inherited', GONE: undefined},
    {A: 'defined'},
  ).forTask(taskOf(build), {A: 'extra', B: 'extra'});
  expect(variables).toMatchObject({A: 'defined', B: 'extra', C: 'phase', D: 'inherited'});
  expect('GONE' in variables).toBe(false);
});

test('a task knows who it is', () => {
  expect(environment({}).forTask(taskOf())).toEqual({
    PACELINE_RUN_ID: 'r1',
    PACELINE_TASK: 'web#build',
    PACELINE_WORKSPACE: 'web',
    PACELINE_PHASE: 'build',
    PATH: '/project/packages/web/node_modules/.bin:/project/node_modules/.bin',
  });
});

test('programs of the workspace come before those of the root, and these before all others', () => {
  const given = environment({PATH: '/usr/bin:/bin'});
  expect(given.forTask(taskOf()).PATH).toBe(
    '/project/packages/web/node_modules/.bin:/project/node_modules/.bin:/usr/bin:/bin',
  );
  const root = workspace('//', []);
  expect(given.forTask(taskOf(phase('build'), root)).PATH).toBe('/project/node_modules/.bin:/usr/bin:/bin');
  const own = phase('build', {env: [entry('PATH', expand('/opt:${PATH}'))]});
  expect(given.forTask(taskOf(own, root)).PATH).toBe('/project/node_modules/.bin:/opt:/usr/bin:/bin');
});

test('entries see those before them, and later ones win', () => {
  const env = [
    entry('A', '${HOME}'),
    entry('B', expand('${HOME}/${A}/${NOT}')),
    entry('C', 'first'),
    entry('C', expand('${C} second')),
    entry('D', {kind: 'unset'}),
  ];
  expect(environment({HOME: '/root', D: 'd'}).forTask(taskOf(phase('build', {env})))).toMatchObject({
    A: '${HOME}',
    B: '/root/${HOME}/${NOT}',
    C: 'first second',
  });
  expect('D' in environment({D: 'd'}).forTask(taskOf(phase('build', {env})))).toBe(false);
});

test('an entry with a condition is set where it holds', () => {
  const root = temporaryFolder();
  mkdirSync(join(root, 'packages', 'web'), {recursive: true});
  writeFileSync(join(root, 'packages', 'web', 'here'), '');
  const env = [
    entry('A', 'yes', {filesExist: ['here']}),
    entry('B', 'yes', {envSet: ['A']}),
    entry('C', 'yes', {profiles: ['ci']}),
  ];
  const build = phase('build', {env});
  const given = environment({}, {}, project([], [], {root, profile: 'ci'}));
  expect(given.forTask(taskOf(build))).toMatchObject({A: 'yes', B: 'yes', C: 'yes'});
  const elsewhere = given.forTask(taskOf(build, workspace('api', [])));
  expect([elsewhere.A, elsewhere.B, elsewhere.C]).toEqual([undefined, undefined, 'yes']);
});

test('a script runs once, in the root, and gives its trimmed output; a failing one gives nothing', () => {
  const root = temporaryFolder();
  const lines = ['echo x >> count', 'echo "  $GREETING from $(basename "$PWD")  "'];
  const env = [
    entry('GREETING', 'hello'),
    entry('A', {kind: 'script', lines}),
    entry('B', {kind: 'script', lines: ['echo some', 'false']}),
  ];
  const build = phase('build', {env});
  const given = environment({PATH: process.env.PATH}, {}, project([], [], {root}));
  const [one, other] = [given.forTask(taskOf(build)), given.forTask(taskOf(build, workspace('api', [])))];
  expect(one).toMatchObject({A: `hello from ${root.slice(root.lastIndexOf('/') + 1)}`, B: ''});
  expect(other.A).toBe(one.A);
  expect(readFileSync(join(root, 'count'), 'utf8')).toBe('x\n');
});

test('tasks do not share what one of them changes', () => {
  const given = environment({A: 'a'});
  const task = taskOf();
  given.forTask(task).A = 'changed';
  expect(given.forTask(task).A).toBe('a');
});

test('a package script sees what npm would show it, other commands do not', () => {
  const given = environment({});
  const task = taskOf(
    phase('build'),
    workspace('web', [], {manifest: {name: '@shop/web', version: '1.0.0', scripts: {}}}),
  );
  const variables = given.forTask(task);
  expect(given.forScript(task, shell('tsc'), variables)).toBe(variables);
  expect(given.forScript(task, shell('tsc', {packageScript: 'build'}), variables)).toMatchObject({
    PACELINE_TASK: 'web#build',
    npm_lifecycle_event: 'build',
    npm_lifecycle_script: 'tsc',
    npm_package_name: '@shop/web',
  });
});

test('package managers stay offline behind a prefetch stage, unless it or the phase says otherwise', () => {
  const isOffline = (
    prefetch: Parameters<typeof phase>[1] | undefined,
    more: Parameters<typeof phase>[1],
    stage: 'main' | 'prefetch' = 'main',
  ): boolean => {
    const given = project([], [], prefetch === undefined ? {} : {prefetch: phase('prefetch', prefetch)});
    return (
      environment({}, {}, given).forTask(taskOf(phase('build', more), undefined, {stage})).npm_config_offline === 'true'
    );
  };
  expect(isOffline({}, {})).toBe(true);
  expect(isOffline(undefined, {})).toBe(false);
  expect(isOffline({offline: false}, {})).toBe(false);
  expect(isOffline({}, {offline: false})).toBe(false);
  expect(isOffline({}, {needsPrefetch: false})).toBe(false);
  expect(isOffline({}, {}, 'prefetch')).toBe(false);
});
