import {expect, test} from 'vitest';
import {edgeLines, planOf, waiting} from '../../test/support/plan.ts';
import {call, inOrder, phase, project, reference, shell, together, workspace} from '../../test/support/project.ts';

const build = phase('build', {needs: [together('^build')]});

test('a phase needs phases of its own workspace, of its dependencies and of others by name', () => {
  const check = phase('check', {needs: [together('build', '^lint', 'docs#spell', '//#licences')]});
  const planned = planOf(
    project(
      [phase('licences')],
      [
        workspace('web', [check, build], {on: ['lib']}),
        workspace('lib', [phase('build'), phase('lint')]),
        workspace('docs', [phase('spell')]),
      ],
    ),
    ['web#check'],
  );
  expect(edgeLines(planned.plan)).toMatchInlineSnapshot(`
    [
      "docs#spell -> web#check needs",
      "lib#build -> web#build needs",
      "lib#lint -> web#check needs",
      "licences -> web#check needs",
      "web#build -> web#check needs",
    ]
  `);
});

test('a reference to its own workspace falls back to the root', () => {
  const planned = planOf(
    project([phase('setup')], [workspace('web', [phase('build', {needs: [together('setup')]})])]),
    ['build'],
  );
  expect(edgeLines(planned.plan)).toEqual(['setup -> web#build needs']);
});

test('a reference to another workspace does not', () => {
  const members = [workspace('web', []), workspace('app', [phase('build', {needs: [together('web#setup')]})])];
  expect(() => planOf(project([phase('setup')], members), ['build'])).toThrow(
    expect.objectContaining({message: 'There is no phase "setup" in workspace "web".'}),
  );
});

test('each task is in the plan once, however often it is reached', () => {
  const members = [
    workspace('app', [build], {on: ['left', 'right']}),
    workspace('left', [build], {on: ['base']}),
    workspace('right', [build], {on: ['base']}),
    workspace('base', [build]),
  ];
  const planned = planOf(project([phase('all', {needs: [together('app#build', 'base#build')]})], members), [
    'all',
    'build',
    'all',
  ]);
  expect(planned.plan.nodes.map((node) => node.id).sort()).toEqual([
    'all',
    'app#build',
    'base#build',
    'left#build',
    'right#build',
  ]);
  expect(planned.plan.edges).toHaveLength(6);
});

test('a dependency without the phase passes ^phase on to its own dependencies', () => {
  const members = [
    workspace('app', [build], {on: ['styles', 'icons']}),
    workspace('styles', [], {on: ['icons', 'tokens']}),
    workspace('icons', [], {on: ['tokens', 'styles', 'app']}),
    workspace('tokens', [build]),
  ];
  expect(edgeLines(planOf(project([], members), ['build']).plan)).toEqual(['tokens#build -> app#build needs']);
});

test('passing on through 20,000 workspaces needs no deep stack', () => {
  const members = Array.from({length: 20_000}, (_, number) => workspace(`w${number}`, [], {on: [`w${number + 1}`]}));
  const planned = planOf(
    project([], [workspace('app', [build], {on: ['w0']}), ...members, workspace('w20000', [build])]),
    ['build'],
  );
  expect(edgeLines(planned.plan)).toEqual(['w20000#build -> app#build needs']);
});

test('after hooks follow their phase, and what needs the phase waits for them and for the hooks behind them', () => {
  const phases = [
    phase('build', {after: [together('sign')]}),
    phase('sign', {after: [together('upload')]}),
    phase('upload'),
    phase('test', {needs: [together('build')]}),
  ];
  const planned = planOf(project(phases), ['test']);
  expect(edgeLines(planned.plan)).toMatchInlineSnapshot(`
    [
      "build -> sign after",
      "build -> test needs",
      "sign -> test after",
      "sign -> upload after",
      "upload -> test after",
    ]
  `);
});

test('a dependent that the hook itself needs does not wait for the hook', () => {
  const phases = [
    phase('build', {after: [together('report')]}),
    phase('test', {needs: [together('build')]}),
    phase('report', {needs: [together('test')]}),
    phase('deploy', {needs: [together('build')]}),
  ];
  const waits = waiting(planOf(project(phases), ['deploy']).plan);
  expect(waits('deploy', 'report')).toBe(true);
  expect(waits('report', 'test')).toBe(true);
  expect(waits('test', 'report')).toBe(false);
});

test('a call of phases cuts a task in parts', () => {
  const phases = [
    phase('setup'),
    phase('build'),
    phase('release', {
      needs: [together('setup')],
      commands: [shell('a'), shell('b'), call('build'), shell('c'), call('publish'), shell('d')],
    }),
    phase('publish'),
  ];
  const planned = planOf(project(phases), ['release'], {args: ['--now']});
  const commands = [...planned.tasks.values()].map((task) => [
    task.id,
    ...task.commands.map((command) => 'line' in command && command.line),
  ]);
  expect(commands.sort()).toMatchInlineSnapshot(`
    [
      [
        "build",
        "echo build",
      ],
      [
        "publish",
        "echo publish",
      ],
      [
        "release",
        "d",
      ],
      [
        "release~1",
        "a",
        "b",
      ],
      [
        "release~2",
        "c",
      ],
      [
        "setup",
        "echo setup",
      ],
    ]
  `);
  const waits = waiting(planned.plan);
  const order = ['setup', 'release~1', 'build', 'release~2', 'publish', 'release'];
  for (const [place, id] of order.entries())
    for (const earlier of order.slice(0, place)) expect(waits(id, earlier)).toBe(true);
});

test('a phase that is called does not start when the command before the call fails', () => {
  const phases = [phase('deploy'), phase('ship', {commands: [shell('check'), call('deploy')]})];
  expect(edgeLines(planOf(project(phases), ['ship']).plan)).toContain('ship~1 -> deploy after');
});

test('a hook that calls phases follows its phase with its first part, whoever named it first', () => {
  const phases = [
    phase('notify', {commands: [shell('prepare'), call('send')]}),
    phase('send'),
    phase('build', {after: [together('notify')]}),
  ];
  for (const targets of [
    ['notify', 'build'],
    ['build', 'notify'],
  ]) {
    expect(waiting(planOf(project(phases), targets).plan)('notify~1', 'build')).toBe(true);
  }
});

test('an unknown phase is an error with the line and the nearest name, once a line', () => {
  const members = ['a', 'b', 'c'].map((name) => workspace(name, [phase('build', {needs: [shared]})]));
  const action = () => planOf(project([phase('generate')], members), ['build']);
  expect(action).toThrow(
    expect.objectContaining({
      code: 'E_UNKNOWN_PHASE',
      message: 'There is no phase "genrate" in workspace "c".',
      hint: 'Did you mean "generate"?',
      origin: {file: 'make.toml', line: 7, column: 1},
      diagnostics: [expect.anything()],
    }),
  );
});

const shared = together('genrate@7');

test('an optional reference to what is not there is nothing', () => {
  expect(reference('lint?').optional).toBe(true);
  const planned = planOf(project([phase('build', {needs: [together('lint?', 'web#lint?', '^lint')]})]), ['build']);
  expect(planned.plan.edges).toEqual([]);
});

test('a cycle is an error that names each edge with its line', () => {
  const phases = [
    phase('build', {needs: [together('generate@3')]}),
    phase('generate', {needs: [together('docs@8')]}),
    phase('docs', {needs: [together('generate@12')], after: [together('build@13')]}),
  ];
  const lines: string[] = [];
  try {
    planOf(project(phases), ['build']);
  } catch (error) {
    const {code, message, diagnostics} = error as {
      code: string;
      message: string;
      diagnostics: readonly {message: string; origin: {line: number}}[];
    };
    lines.push(code, message, ...diagnostics.map((one) => `${one.origin.line}: ${one.message}`));
  }
  expect(lines).toMatchInlineSnapshot(`
    [
      "E_CYCLE",
      "These tasks wait for each other: generate -> docs -> generate.",
      "8: generate needs docs",
      "12: docs needs generate",
    ]
  `);
});

test('a phase with commands beside no others is a group when it only names them', () => {
  const planned = planOf(
    project([phase('ci', {commands: [], needs: [inOrder('lint', 'test')]}), phase('lint'), phase('test')]),
    ['ci'],
  );
  expect(planned.plan.nodes.map(({id, kind, takes}) => ({id, kind, takes}))).toMatchInlineSnapshot(`
    [
      {
        "id": "ci",
        "kind": "group",
        "takes": {},
      },
      {
        "id": "lint",
        "kind": "task",
        "takes": {
          "slots": 1,
        },
      },
      {
        "id": "test",
        "kind": "task",
        "takes": {
          "slots": 1,
        },
      },
    ]
  `);
  expect([...planned.tasks.keys()].sort()).toEqual(['lint', 'test']);
});

test('seen from the root, a phase that only members run means that of all members', () => {
  const members = [
    workspace('web', [build, phase('test')], {on: ['lib']}),
    workspace('lib', [phase('build'), phase('test')]),
  ];
  const deploy = phase('deploy', {needs: [together('test')]});
  const copies = [deploy, phase('test'), phase('build'), phase('setup')];
  const rootPhases = new Map(copies.map((one) => [one.name, one]));
  const planned = planOf(project([deploy], members, {rootPhases}), ['deploy']);
  expect(edgeLines(planned.plan)).toEqual(['lib#test -> deploy needs', 'web#test -> deploy needs']);
});

test('where the root runs a phase itself, and for what no member has, the root means its own', () => {
  const members = [workspace('web', [phase('test')])];
  const deploy = phase('deploy', {needs: [together('test', 'setup')]});
  const rootPhases = new Map([deploy, phase('test'), phase('setup')].map((one) => [one.name, one]));
  const planned = planOf(project([deploy, phase('test')], members, {rootPhases}), ['deploy']);
  expect(edgeLines(planned.plan)).toEqual(['setup -> deploy needs', 'test -> deploy needs']);
});

test('a member that names a phase which only other members run means theirs; the root does not run it for that', () => {
  const needsE2e = phase('test', {needs: [together('e2e')]});
  const members = [workspace('web', [phase('e2e'), needsE2e]), workspace('api', [needsE2e])];
  // the root's file defines all of them, and says where they run
  const rootPhases = new Map([needsE2e, phase('e2e')].map((one) => [one.name, one]));
  const planned = planOf(project([], members, {rootPhases}), ['test']);
  expect(edgeLines(planned.plan)).toEqual(['web#e2e -> api#test needs', 'web#e2e -> web#test needs']);
  expect([...planned.tasks.keys()].sort()).toEqual(['api#test', 'web#e2e', 'web#test']);
});
