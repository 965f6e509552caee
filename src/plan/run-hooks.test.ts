import {expect, test} from 'vitest';
import {edgeLines, planOf, waiting} from '../../test/support/plan.ts';
import {call, hook, inOrder, phase, project, shell, together, workspace} from '../../test/support/project.ts';

const none = project([]).hooks;

test('before_all comes first, in its written order', () => {
  const hooks = {...none, beforeAll: hook(shell('a'), shell('b'), 'setup', shell('c'))};
  const planned = planOf(
    project([phase('setup'), phase('build', {needs: [together('generate')]}), phase('generate')], [], {hooks}),
    ['build'],
  );
  expect(edgeLines(planned.plan)).toMatchInlineSnapshot(`
    [
      "before_all -> generate after",
      "before_all -> setup order",
      "before_all~2 -> generate after",
      "generate -> build needs",
      "setup -> before_all~2 order",
      "setup -> generate after",
    ]
  `);
  expect(planned.tasks.get('before_all' as never)!.commands).toHaveLength(2);
});

test('what before_all needs runs before it', () => {
  const hooks = {...none, beforeAll: hook('setup')};
  const phases = [
    phase('setup', {needs: [together('tools')]}),
    phase('tools'),
    phase('build', {needs: [together('tools')]}),
  ];
  const waits = waiting(planOf(project(phases, [], {hooks}), ['build']).plan);
  expect(waits('setup', 'tools')).toBe(true);
  expect(waits('build', 'setup')).toBe(true);
  expect(waits('tools', 'setup')).toBe(false);
});

test('every task waits for before_all, through a gate where there are many', () => {
  const hooks = {...none, beforeAll: hook('one', 'two')};
  const members = Array.from({length: 20}, (_, number) => workspace(`w${number}`, [phase('build')]));
  const planned = planOf(project([phase('one'), phase('two')], members, {hooks}), ['build']);
  const waits = waiting(planned.plan);
  for (const member of members) expect(waits(`${member.name}#build`, 'two')).toBe(true);
  expect(planned.plan.edges.length).toBeLessThan(30);
});

test('the prefetch stage runs before everything but what says that it does not need it', () => {
  const phases = [
    phase('lint', {needsPrefetch: false}),
    phase('build', {needs: [together('lint')]}),
    phase('test', {needs: [together('build')]}),
  ];
  const planned = planOf(project(phases, [], {prefetch: phase('prefetch')}), ['test']);
  const waits = waiting(planned.plan);
  expect(waits('lint', 'prefetch')).toBe(false);
  for (const id of ['build', 'test']) expect(waits(id, 'prefetch')).toBe(true);
  expect(planned.tasks.get('prefetch' as never)!.stage).toBe('prefetch');
});

test('before_all has what the prefetch stage brings', () => {
  const hooks = {...none, beforeAll: hook(shell('hello'))};
  const planned = planOf(project([phase('build')], [], {prefetch: phase('prefetch'), hooks}), ['build']);
  expect(edgeLines(planned.plan)).toEqual(['before_all -> build after', 'prefetch -> before_all after']);
});

test('a phase that has the name of a stage is another task', () => {
  const hooks = {...none, beforeAll: hook(shell('hello'))};
  const phases = [
    phase('prefetch'),
    phase('before_all'),
    phase('build', {needs: [together('prefetch', 'before_all')]}),
  ];
  const planned = planOf(project(phases, [], {prefetch: phase('prefetch'), hooks}), ['build']);
  expect(planned.tasks.size).toBe(5);
  expect(new Set(planned.plan.nodes.map((node) => node.id)).size).toBe(planned.plan.nodes.length);
});

test('after_all, on_error and on_success are finals, with what only they need', () => {
  const hooks = {
    ...none,
    afterAll: hook('clean', shell('bye')),
    onError: hook('report'),
    onSuccess: hook(shell('well done')),
  };
  const phases = [
    phase('build'),
    phase('clean'),
    phase('report', {needs: [together('collect', 'build')]}),
    phase('collect'),
  ];
  const planned = planOf(project(phases, [], {hooks}), ['build']);
  expect(planned.finals).toMatchInlineSnapshot(`
    Map {
      "report" => "on_error",
      "collect" => "on_error",
      "on_success" => "on_success",
      "clean" => "after_all",
      "after_all~1" => "after_all",
    }
  `);
  expect(planned.tasks.get('build' as never)!.stage).toBe('main');
  expect(waiting(planned.plan)('after_all~1', 'clean')).toBe(true);
});

test('hooks for both ends may name the same phase, and each has its own task of it', () => {
  const hooks = {...none, afterAll: hook('notify'), onError: hook('notify'), onSuccess: hook('notify')};
  const planned = planOf(
    project([phase('build'), phase('notify', {needs: [together('login')]}), phase('login')], [], {hooks}),
    ['build'],
  );
  const stages = [...planned.finals].map(([id, stage]) => `${stage}: ${id}`);
  expect(stages.sort()).toMatchInlineSnapshot(`
    [
      "after_all: login~after_all",
      "after_all: notify~after_all",
      "on_error: login",
      "on_error: notify",
      "on_success: login~on_success",
      "on_success: notify~on_success",
    ]
  `);
});

test('the parts of a hook that calls phases are finals too', () => {
  const hooks = {...none, afterAll: hook('report')};
  const planned = planOf(
    project([phase('build'), phase('report', {commands: [shell('a'), call('send'), shell('b')]}), phase('send')], [], {
      hooks,
    }),
    ['build'],
  );
  expect([...planned.finals.keys()].sort()).toEqual(['report', 'report~1', 'send']);
});

test('a group between many steps of a hook at the end belongs to the end', () => {
  const names = (prefix: string) => Array.from({length: 4}, (_, number) => `${prefix}${number}`);
  const phases = [...names('a'), ...names('b')].map((name) => phase(name, {parallel: true}));
  const middle = phase('middle', {commands: [], needs: [together(...names('a'))], after: [together(...names('b'))]});
  const ends = phase('ends', {needs: [inOrder('middle', 'behind')]});
  const behind = phase('behind', {commands: [], needs: [together('c0', 'c1', 'c2', 'c3')]});
  const more = names('c').map((name) => phase(name));
  const hooks = {...none, afterAll: hook('ends')};
  const planned = planOf(project([phase('build'), ...phases, middle, ends, behind, ...more], [], {hooks}), ['build']);
  for (const node of planned.plan.nodes) expect(planned.finals.has(node.id), node.id).toBe(node.id !== 'build');
  expect(planned.plan.nodes.some((node) => node.id.startsWith('order:'))).toBe(true);
});

test('hooks are left out when only the tasks themselves are asked for', () => {
  const hooks = {
    beforeAll: hook(shell('a')),
    afterAll: hook(shell('b')),
    onError: hook(shell('c')),
    onSuccess: hook(shell('d')),
  };
  const phases = [
    phase('build', {needs: [together('generate')], commands: [shell('x'), call('generate'), shell('y')]}),
    phase('generate'),
  ];
  const planned = planOf(project(phases, [], {hooks, prefetch: phase('prefetch')}), ['build'], {only: true});
  expect(planned.plan.nodes.map((node) => node.id).sort()).toEqual(['build', 'build~1']);
  expect(edgeLines(planned.plan)).toEqual(['build~1 -> build needs']);
  expect(planned.finals.size).toBe(0);
});

test('only: a phase that ends with a call keeps its first part', () => {
  const phases = [phase('deploy', {commands: [shell('x'), call('test')]}), phase('test')];
  const planned = planOf(project(phases), ['deploy'], {only: true});
  expect(planned.plan.nodes.map((node) => node.id)).toEqual(['deploy~1']);
});

test('only: a phase that just names others is an error, not an empty run', () => {
  const phases = [phase('all', {commands: [], needs: [together('build')]}), phase('build')];
  expect(() => planOf(project(phases), ['all'], {only: true})).toThrow(
    expect.objectContaining({code: 'E_NOTHING_SELECTED'}),
  );
});

test('a hook that runs once runs its phase in the root, whoever else has it', () => {
  const setup = phase('setup');
  const hooks = {...none, beforeAll: hook('setup')};
  const rootPhases = new Map([[setup.name, setup]]);
  const planned = planOf(project([], [workspace('web', [setup, phase('build')])], {hooks, rootPhases}), ['build']);
  expect(edgeLines(planned.plan)).toEqual(['setup -> web#build after']);
});
