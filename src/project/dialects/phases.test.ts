import {expect, test} from 'vitest';
import {errors, lines, load, needs, phase, sequenceText, warnings} from '../loaded-project.ts';

const make = `[project]
name = "demo"
[lifecycle]
name = "hidden"
version = "3.1.0"
[phases.lint]
commands = ["lint"]
error_handling = "warn"
timeout = 60
[phases.test]
commands = ["test"]
required = false
coverage_threshold = 80
cache_key = "build-{{ env.GIT_SHA | default('local') }}-{{ hash('Cargo.lock') }}"
[phases.release]
depends_on = ["lint"]
requires = ["test"]
error_handling = "continue"
[phases.release.hooks]
before = ["echo before", "lint"]
after = ["echo after"]
[pipelines]
quick = ["lint", "test"]
[hooks]
before_test = ["lint"]
on_init = ["lint"]
[performance]
parallel_execution = true
max_workers = 8
cache_enabled = false
cache_dir = ".cache"
[env.production]
logging.level = "warn"
monitoring.enabled = true
`;

test('phases have what they need, what a failure means, limits and hooks of their own', () => {
  const project = load(make);
  expect(project.dialect).toBe('phases');
  expect([project.name, project.version]).toEqual(['demo', '3.1.0']);
  const release = phase(project, 'release');
  expect(needs(release)).toEqual(['lint', 'test', 'lint']);
  expect(lines(release)).toEqual(['before: echo before', 'after: echo after']);
  expect(['lint', 'test', 'release'].map((name) => phase(project, name).onFailure)).toEqual(['warn', 'warn', 'ignore']);
  expect(phase(project, 'lint').limits.timeoutMs).toBe(60_000);
  expect(needs(phase(project, 'test'))).toEqual(['lint']);
  expect(phase(project, 'test').caching.extraKey).toEqual([
    {kind: 'text', text: 'build-'},
    {kind: 'env', name: 'GIT_SHA', fallback: 'local'},
    {kind: 'text', text: '-'},
    {kind: 'file', path: 'Cargo.lock'},
  ]);
});

test('[performance] is about the runner, [pipelines] are lists in order', () => {
  const project = load(make);
  expect(project.limits.jobs).toBe(8);
  expect(project.cache).toMatchObject({enabled: false, directory: '.cache'});
  expect(sequenceText(project.pipelines.get('quick')!.sequence)).toBe('lint then test');
  expect(load(make.replace('parallel_execution = true', 'parallel_execution = false')).limits.jobs).toBe(1);
});

test('dotted names of a profile are put together again', () => {
  const {env} = phase(load(make, {}, {profile: 'production'}), 'lint');
  expect(env.slice(2).map(({name, source}) => [name, source])).toEqual([
    ['logging.level', {kind: 'value', value: 'warn'}],
    ['monitoring.enabled', {kind: 'value', value: 'true'}],
  ]);
});

test('what is not acted on is named', () => {
  expect(warnings(load(make))).toEqual([
    'warning W_NOT_YET make.toml:13:1 "coverage_threshold" is understood, but not acted on: coverage is not measured',
    'warning W_UNKNOWN_PHASE make.toml:26:1 "after_init" is a hook of a phase that does not exist: it never runs',
  ]);
});

test('an unknown phase in requires is refused', () => {
  expect(errors('[phases.a]\nrequires = ["b"]\n')).toEqual([
    'error E_UNKNOWN_PHASE make.toml:2:13 there is no phase called "b" (Known: a.)',
  ]);
});
