import {expect, test} from 'vitest';
import {edgeLines, planOf, waiting} from '../../test/support/plan.ts';
import {call, inOrder, phase, pipeline, project, together, workspace} from '../../test/support/project.ts';

function warnings(planned: ReturnType<typeof planOf>): readonly string[] {
  return planned.diagnostics.map(({code, message, origin}) => `${code} ${origin.line}: ${message}`);
}

test('a written list makes order edges between everything that its steps bring', () => {
  const phases = [
    phase('ci', {needs: [inOrder('lint', 'test', 'pack')]}),
    phase('lint'),
    phase('test', {needs: [together('build')]}),
    phase('build'),
    phase('pack', {needs: [together('build')]}),
  ];
  expect(edgeLines(planOf(project(phases), ['ci']).plan)).toMatchInlineSnapshot(`
    [
      "build -> pack needs",
      "build -> test needs",
      "lint -> build order",
      "lint -> ci needs",
      "pack -> ci needs",
      "test -> ci needs",
      "test -> pack order",
    ]
  `);
});

test('a list without an order makes none', () => {
  const phases = [phase('ci', {needs: [together('lint', 'test')]}), phase('lint'), phase('test')];
  expect(edgeLines(planOf(project(phases), ['ci']).plan)).toEqual(['lint -> ci needs', 'test -> ci needs']);
});

test('neighbours that say parallel are one step', () => {
  const parallel = {parallel: true};
  const phases = [
    phase('ci', {needs: [inOrder('first', 'lint', 'test', 'last')]}),
    phase('first'),
    phase('lint', parallel),
    phase('test', parallel),
    phase('last'),
  ];
  const waits = waiting(planOf(project(phases), ['ci']).plan);
  expect(waits('test', 'lint') || waits('lint', 'test')).toBe(false);
  for (const middle of ['lint', 'test']) {
    expect(waits(middle, 'first')).toBe(true);
    expect(waits('last', middle)).toBe(true);
  }
});

test('an order that would close a cycle gives way, with a warning', () => {
  const phases = [
    phase('ci', {needs: [inOrder('test@4', 'build@4')]}),
    phase('release', {needs: [inOrder('build@9', 'test@9')]}),
    phase('build'),
    phase('test'),
  ];
  const planned = planOf(project(phases), ['ci', 'release']);
  expect(warnings(planned)).toMatchInlineSnapshot(`
    [
      "W_ORDER_DROPPED 4: "test" is written before "build", but waits for it: the written order gives way.",
    ]
  `);
  expect(edgeLines(planned.plan).filter((edge) => edge.endsWith('order'))).toHaveLength(1);
});

test('a list that names a need before its dependent is no contradiction', () => {
  const phases = [
    phase('ci', {needs: [inOrder('test', 'build')]}),
    phase('build'),
    phase('test', {needs: [together('build')]}),
  ];
  const planned = planOf(project(phases), ['ci']);
  expect(planned.diagnostics).toEqual([]);
  expect(edgeLines(planned.plan).filter((edge) => edge.endsWith('order'))).toEqual([]);
});

test('what stands behind a step that an earlier one brought waits for all of them', () => {
  const phases = [
    phase('ci', {needs: [inOrder('build', 'test', 'ship')]}),
    phase('build', {needs: [together('test')], after: [together('docs')]}),
    phase('test'),
    phase('docs'),
    phase('ship'),
  ];
  const planned = planOf(project(phases), ['ci']);
  const waits = waiting(planned.plan);
  for (const earlier of ['test', 'build', 'docs']) expect(waits('ship', earlier), earlier).toBe(true);
  expect(planned.diagnostics).toEqual([]);
});

test('the hooks behind a step belong to it, also where a later step waits for them', () => {
  const phases = [
    phase('ci', {needs: [inOrder('build', 'audit', 'pack')]}),
    phase('build', {after: [together('docs')]}),
    phase('docs'),
    phase('audit'),
    phase('pack', {needs: [together('build')]}),
  ];
  expect(edgeLines(planOf(project(phases), ['ci']).plan).filter((edge) => edge.endsWith('order'))).toEqual([
    'audit -> pack order',
    'build -> audit order',
    'docs -> audit order',
  ]);
});

test('what a hook behind a step needs waits for the steps before that one', () => {
  const phases = [
    phase('ci', {needs: [inOrder('setup', 'optimize', 'pack')]}),
    phase('setup'),
    phase('optimize', {after: [together('bench')]}),
    phase('bench', {needs: [together('build')]}),
    phase('build'),
    phase('pack'),
  ];
  const waits = waiting(planOf(project(phases), ['ci']).plan);
  expect(waits('build', 'setup')).toBe(true);
  expect(waits('build', 'optimize')).toBe(false);
  expect(waits('pack', 'bench')).toBe(true);
});

test('calls of phases that one of them brings pass a failure of each on', () => {
  const phases = [
    phase('release', {commands: [call('build', 'test', 'deploy')]}),
    phase('build', {needs: [together('test')]}),
    phase('test'),
    phase('deploy'),
  ];
  const edges = edgeLines(planOf(project(phases), ['release']).plan);
  expect(edges.filter((edge) => edge.includes('-> deploy'))).toEqual(['build -> deploy after', 'test -> deploy after']);
});

test('where only what a name brings cannot wait, the name itself still does', () => {
  const phases = [
    phase('ci', {needs: [inOrder('database', 'tests')]}),
    phase('tests', {needs: [inOrder('unit', 'integration')]}),
    phase('unit'),
    phase('integration', {needs: [together('database')]}),
    phase('database'),
  ];
  const planned = planOf(project(phases), ['ci']);
  expect(edgeLines(planned.plan).filter((edge) => edge.endsWith('order'))).toEqual([
    'database -> unit order',
    'unit -> integration order',
  ]);
  expect(planned.diagnostics).toEqual([]);
});

test('what stands behind a step that gave way waits for the steps before that one', () => {
  const phases = [
    phase('release', {needs: [inOrder('build', 'test')]}),
    phase('ci', {needs: [inOrder('test', 'build', 'ship')]}),
    phase('build'),
    phase('test'),
    phase('ship'),
  ];
  const planned = planOf(project(phases), ['ci', 'release']);
  const waits = waiting(planned.plan);
  expect(waits('test', 'build')).toBe(true);
  expect(waits('ship', 'build')).toBe(true);
  expect(waits('ship', 'test')).toBe(true);
  expect(warnings(planned)).toHaveLength(1);
});

test('members that share a list get one warning for it', () => {
  const phases = [phase('ci', {needs: [forth]}), phase('release', {needs: [back]}), phase('build'), phase('test')];
  const planned = planOf(
    project(
      [],
      ['a', 'b', 'c'].map((name) => workspace(name, phases)),
    ),
    ['ci', 'release'],
  );
  expect(warnings(planned)).toHaveLength(1);
  expect(warnings(planned)[0]).toContain('(and 2 more like it)');
});

const forth = inOrder('test@4', 'build@4');
const back = inOrder('build@9', 'test@9');

test('many behind many go through a group', () => {
  const members = Array.from({length: 10}, (_, number) => workspace(`w${number}`, [phase('build'), phase('test')]));
  const planned = planOf(project([], members, {pipelines: pipeline('ci', 'build', 'test')}), ['ci']);
  expect(planned.plan.edges).toHaveLength(20);
  expect(planned.plan.nodes.filter((node) => node.kind === 'group')).toHaveLength(1);
  const waits = waiting(planned.plan);
  for (let one = 0; one < 10; one++)
    for (let other = 0; other < 10; other++) expect(waits(`w${one}#test`, `w${other}#build`)).toBe(true);
});

test('a group that is part of a cycle gives way edge by edge, and is not named', () => {
  const members = Array.from({length: 4}, (_, number) => workspace(`w${number}`, [phase('build'), phase('test')]));
  const backwards = phase('odd', {needs: [inOrder('w0#test@5', 'w1#build@5')]});
  const planned = planOf(project([backwards], members, {pipelines: pipeline('ci', 'build', 'test')}), ['odd', 'ci']);
  const waits = waiting(planned.plan);
  for (let one = 0; one < 4; one++) {
    for (let other = 0; other < 4; other++) {
      const given = one === 0 && other === 1;
      expect(waits(`w${one}#test`, `w${other}#build`), `w${one}#test behind w${other}#build`).toBe(!given);
    }
  }
  expect(warnings(planned).join()).not.toContain('order:');
});

test('a pipeline runs step behind step, each over all workspaces', () => {
  const phases = (name: string) => [
    phase('build', {needs: [together('^build')]}),
    phase('test'),
    ...(name === 'b' ? [phase('deploy')] : []),
  ];
  const members = ['a', 'b', 'c'].map((name) => workspace(name, phases(name), {on: name === 'a' ? ['c'] : []}));
  const planned = planOf(project([], members, {pipelines: pipeline('ship', 'test', 'build', 'b#deploy')}), ['ship']);
  const waits = waiting(planned.plan);
  for (const one of ['a', 'b', 'c']) {
    expect(waits('b#deploy', `${one}#build`)).toBe(true);
    for (const other of ['a', 'b', 'c']) expect(waits(`${one}#build`, `${other}#test`)).toBe(true);
  }
  expect(planned.inOrder).toBe(true);
  expect([...planned.tasks.values()].every((task) => task.requested)).toBe(true);
});

test('a step of a pipeline that is only in the root runs there; one that is nowhere is an error', () => {
  const members = [workspace('a', [phase('build')])];
  const rootPhases = project([phase('announce'), phase('build')]).rootPhases;
  const planned = planOf(project([], members, {rootPhases, pipelines: pipeline('ship', 'build', 'announce')}), [
    'ship',
  ]);
  expect([...planned.tasks.keys()]).toEqual(['a#build', 'announce']);
  expect(() =>
    planOf(project([], members, {rootPhases, pipelines: pipeline('ship', 'build', 'anounce@6')}), ['ship']),
  ).toThrow(
    expect.objectContaining({
      code: 'E_UNKNOWN_PHASE',
      hint: 'Did you mean "announce"?',
      origin: {file: 'make.toml', line: 6, column: 1},
    }),
  );
});

test('targets are a set, unless they are asked for in order', () => {
  const given = project([phase('a'), phase('b'), phase('c', {needs: [together('d')]}), phase('d')]);
  expect(edgeLines(planOf(given, ['a', 'b', 'c']).plan)).toEqual(['d -> c needs']);
  const ordered = planOf(given, ['a', 'b', 'c'], {inOrder: true});
  expect(edgeLines(ordered.plan)).toEqual(['a -> b order', 'b -> d order', 'd -> c needs']);
  expect(ordered.inOrder).toBe(true);
  expect(planOf(given, ['a', 'b']).inOrder).toBe(false);
});

test("a member's list orders its own tasks and what it names, not what those need elsewhere", () => {
  const phases = [
    phase('build', {needs: [inOrder('generate', '^build')]}),
    phase('generate', {needs: [together('clean')]}),
    phase('clean'),
  ];
  const planned = planOf(project([], [workspace('app', phases, {on: ['lib']}), workspace('lib', phases)]), [
    'app#build',
  ]);
  expect(edgeLines(planned.plan).filter((edge) => edge.endsWith('order'))).toEqual(['app#generate -> lib#build order']);
});

test('a hook that two steps share is no word about the order that was written', () => {
  const phases = [
    phase('build', {after: [inOrder('notify')]}),
    phase('test', {needs: [together('build')], after: [inOrder('notify')]}),
    phase('notify'),
  ];
  const planned = planOf(project(phases, [], {pipelines: pipeline('ship', 'build', 'test')}), ['ship']);
  expect(planned.diagnostics).toEqual([]);
});
