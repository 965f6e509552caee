import {expect, test} from 'vitest';
import {planOf} from '../../test/support/plan.ts';
import {phase, pipeline, project, together, workspace} from '../../test/support/project.ts';

const members = [
  workspace('web', [phase('build'), phase('secret', {private: true})]),
  workspace('api', [phase('build'), phase('serve')]),
];
const given = project([phase('docs')], members, {pipelines: pipeline('ship', 'build', 'docs')});

function ids(targets: readonly string[], more = {}): readonly string[] {
  return planOf(given, targets, more).plan.nodes.map((node) => node.id);
}

function failure(targets: readonly string[]): unknown {
  try {
    planOf(given, targets);
  } catch (error) {
    const {code, message, hint} = error as {code: string; message: string; hint?: string};
    return `${code}: ${message} ${hint ?? ''}`;
  }
  return undefined;
}

test('a phase is asked for in every workspace that has it, or in one', () => {
  expect(ids(['build'])).toEqual(['web#build', 'api#build']);
  expect(ids(['api#build'])).toEqual(['api#build']);
  expect(ids(['//#docs'])).toEqual(['docs']);
  expect(ids(['ship'])).toEqual(['web#build', 'api#build', 'docs']);
});

test('a name may hold a # itself', () => {
  const odd = project([], [workspace('web', [phase('a#b')])]);
  for (const word of ['a#b', 'web#a#b'])
    expect(planOf(odd, [word]).plan.nodes.map((node) => node.id)).toEqual(['web#a#b']);
});

test('only selected workspaces are asked; what they need may lie elsewhere', () => {
  const selected = new Set(['web']);
  expect(ids(['build'], {workspaces: selected})).toEqual(['web#build']);
  const dependent = project(
    [],
    [
      workspace('web', [phase('build', {needs: [together('^build')]})], {on: ['lib']}),
      workspace('lib', [phase('build')]),
    ],
  );
  const planned = planOf(dependent, ['build'], {workspaces: selected as never});
  expect([...planned.tasks.values()].map((task) => [task.id, task.requested])).toEqual([
    ['web#build', true],
    ['lib#build', false],
  ]);
});

test('words for the command go to what was asked for, and to nothing else', () => {
  const planned = planOf(project([phase('test', {needs: [together('build')]}), phase('build')]), ['test'], {
    args: ['-u'],
  });
  expect([...planned.tasks.values()].map((task) => [task.id, task.args])).toEqual([
    ['test', ['-u']],
    ['build', []],
  ]);
});

test('what is not there is an error with the nearest name', () => {
  expect(failure(['biuld'])).toMatchInlineSnapshot(
    `"E_UNKNOWN_PHASE: There is no phase or pipeline called "biuld". Did you mean "build"?"`,
  );
  expect(failure(['shop'])).toMatchInlineSnapshot(
    `"E_UNKNOWN_PHASE: There is no phase or pipeline called "shop". Did you mean "ship"?"`,
  );
  expect(failure(['quite-another'])).toMatchInlineSnapshot(
    `"E_UNKNOWN_PHASE: There is no phase or pipeline called "quite-another". Known: docs, build, secret, serve, ship."`,
  );
  expect(failure(['wbe#build'])).toMatchInlineSnapshot(
    `"E_UNKNOWN_WORKSPACE: There is no workspace called "wbe". Did you mean "web#build"?"`,
  );
  expect(failure(['web#serve'])).toMatchInlineSnapshot(
    `"E_UNKNOWN_PHASE: Workspace "web" has no phase called "serve". It has: build, secret."`,
  );
  expect(failure(['api#serv'])).toMatchInlineSnapshot(
    `"E_UNKNOWN_PHASE: Workspace "api" has no phase called "serv". Did you mean "api#serve"?"`,
  );
  expect(failure(['secret'])).toMatchInlineSnapshot(
    `"E_PRIVATE_PHASE: Phase "secret" is private: only other phases may name it. Ask for a phase that needs it, or remove \`private = true\`."`,
  );
});

test('a selection without the phase is an error', () => {
  expect(() => ids(['serve'], {workspaces: new Set(['web'])})).toThrow(
    expect.objectContaining({code: 'E_NOTHING_SELECTED'}),
  );
});

test('tasks take slots and memory, never more than there is; persistent ones take none', () => {
  const takesOf = (more: Parameters<typeof phase>[1]): unknown =>
    planOf(project([phase('a', more)]), ['a'], {jobs: 4, memoryBytes: 100}).plan.nodes[0]!.takes;
  expect(takesOf({})).toEqual({slots: 1});
  expect(takesOf({resources: {cpu: 9, exclusive: false}})).toEqual({slots: 4});
  expect(takesOf({resources: {cpu: 1, exclusive: true}})).toEqual({slots: 4});
  expect(takesOf({resources: {cpu: 1, exclusive: false, memoryBytes: 300}})).toEqual({slots: 1, memory: 100});
  expect(takesOf({resources: {cpu: 2, exclusive: false, memoryBytes: 50}})).toEqual({slots: 2, memory: 50});
  expect(takesOf({persistent: true})).toEqual({});
});
