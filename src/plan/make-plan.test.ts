import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {planOf, waiting} from '../../test/support/plan.ts';
import {call, hook, phase, pipeline, project, reference, shell, workspace} from '../../test/support/project.ts';
import {digraph} from '../graph/digraph.ts';
import {topologicalOrder} from '../graph/topological-order.ts';
import type {Phase, Project, Sequence} from '../project/project.ts';
import type {Plan} from './plan.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e'];
const MEMBERS = ['w0', 'w1', 'w2', 'w3'];

/** Needs only name earlier letters, so there is no cycle of needs; hooks and lists may name anything. */
function needsBefore(index: number): fc.Arbitrary<readonly Sequence[]> {
  if (index === 0) return fc.constant([]);
  const own = fc.constantFrom(...NAMES.slice(0, index)).map((name) => `${name}?`);
  const upstream = fc.constantFrom(...NAMES.slice(0, index + 1)).map((name) => `^${name}`);
  return fc
    .array(fc.record({names: fc.array(fc.oneof(own, upstream), {minLength: 1, maxLength: 3}), ordered: fc.boolean()}), {
      maxLength: 2,
    })
    .map((lists) => lists.map(({names, ordered}) => ({references: names.map(reference), ordered})));
}

function anyPhase(index: number): fc.Arbitrary<Phase> {
  const earlier = NAMES.slice(0, index).map((name) => `${name}?`);
  return fc
    .record({needs: needsBefore(index), parallel: fc.boolean(), calls: fc.subarray(earlier), isCaller: fc.boolean()})
    .map(({needs, parallel, calls, isCaller}) => {
      const commands = isCaller && calls.length > 0 ? [shell('x'), call(...calls), shell('y')] : [shell('x')];
      return phase(NAMES[index]!, {needs, parallel, commands});
    });
}

const anyPhases = fc
  .tuple(...NAMES.map((_, index) => fc.option(anyPhase(index), {nil: undefined})))
  .map((phases) => phases.filter((one) => one !== undefined));

const anyProject: fc.Arbitrary<Project> = fc
  .record({
    root: anyPhases,
    members: fc.tuple(...MEMBERS.map((_, index) => fc.tuple(anyPhases, fc.subarray(MEMBERS.slice(0, index))))),
    list: fc.array(fc.constantFrom(...NAMES), {minLength: 1, maxLength: 4}),
    isHooked: fc.boolean(),
    isPrefetched: fc.boolean(),
  })
  .map(({root, members, list, isHooked, isPrefetched}) =>
    project(
      [...root, phase('z')],
      members.map(([phases, on], index) => workspace(MEMBERS[index]!, phases, {on})),
      {
        pipelines: pipeline('list', ...list.map((name) => `${name}?`), 'z'),
        ...(isHooked && {
          hooks: {beforeAll: hook(shell('s'), 'z'), afterAll: hook('z'), onError: hook(shell('e')), onSuccess: []},
        }),
        ...(isPrefetched && {prefetch: phase('prefetch')}),
      },
    ),
  );

function isAcyclic(plan: Plan): boolean {
  const numbers = new Map(plan.nodes.map((node, number) => [node.id, number]));
  const from = plan.edges.map((edge) => numbers.get(edge.from)!);
  const to = plan.edges.map((edge) => numbers.get(edge.to)!);
  return topologicalOrder(digraph(plan.nodes.length, from, to)).acyclic;
}

test('a plan has no cycle, each task once, and edges between its own nodes', () => {
  fc.assert(
    fc.property(anyProject, fc.boolean(), (given, inOrder) => {
      const {plan, tasks, finals} = planOf(given, ['list', 'z'], {inOrder});
      const ids = new Set<string>(plan.nodes.map((node) => node.id));
      expect(ids.size).toBe(plan.nodes.length);
      for (const edge of plan.edges) expect(ids.has(edge.from) && ids.has(edge.to)).toBe(true);
      for (const id of [...tasks.keys(), ...finals.keys()]) expect(ids.has(id)).toBe(true);
      expect(new Set(plan.edges.map(({from, to}) => `${from} ${to}`)).size).toBe(plan.edges.length);
      expect(isAcyclic(plan)).toBe(true);
    }),
  );
});

/** What a task needs by its own phase, read off the project. */
function neededBy(given: Project, id: string): readonly string[] {
  const [, member = '//', name = ''] = /^(?:(.*)#)?(.*)$/.exec(id)!;
  const own = given.workspaces.get(member as never)!;
  const idOf = (of: string, phaseName: string): string => (of === '//' ? phaseName : `${of}#${phaseName}`);
  const upstream = (from: string, phaseName: string): readonly string[] =>
    given.workspaces
      .get(from as never)!
      .dependencies.flatMap((dependency) =>
        given.workspaces.get(dependency)!.phases.has(phaseName as never)
          ? [idOf(dependency, phaseName)]
          : upstream(dependency, phaseName),
      );
  return own.phases.get(name as never)!.needs.flatMap(({references}) =>
    references.flatMap(({phase: wanted, where}) => {
      if (where.kind === 'dependencies') return upstream(member, wanted);
      if (own.phases.has(wanted)) return [idOf(member, wanted)];
      return given.rootPhases.has(wanted) ? [wanted] : [];
    }),
  );
}

test('every need is an edge', () => {
  fc.assert(
    fc.property(anyProject, (given) => {
      const {plan, tasks} = planOf(given, ['list']);
      const edges = new Set(plan.edges.map(({from, to, kind}) => `${from} ${to} ${kind}`));
      for (const {id, stage, workspace: own} of tasks.values()) {
        if (stage !== 'main' || /~|^before_all/.test(id) || !own.phases.has(id.replace(/.*#/, '') as never)) continue;
        for (const needed of neededBy(given, id)) expect(edges).toContain(`${needed} ${id} needs`);
      }
    }),
  );
});

test('a later step of a pipeline waits for the earlier ones, where nothing forbids it', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray(NAMES, {minLength: 2}), fc.integer({min: 1, max: 4}), (list, count) => {
      const members = MEMBERS.slice(0, count).map((name) =>
        workspace(
          name,
          NAMES.map((one) => phase(one)),
        ),
      );
      const waits = waiting(planOf(project([], members, {pipelines: pipeline('list', ...list)}), ['list']).plan);
      for (const [place, name] of list.entries()) {
        for (const earlier of list.slice(0, place)) {
          for (const one of members)
            for (const other of members) expect(waits(`${one.name}#${name}`, `${other.name}#${earlier}`)).toBe(true);
        }
      }
    }),
  );
});

test('equal input makes an equal plan', () => {
  fc.assert(
    fc.property(anyProject, (given) => {
      expect(planOf(structuredClone(given), ['list'])).toEqual(planOf(given, ['list']));
    }),
  );
});

test.each(['wide', 'deep'] as const)('plans 10,000 nodes of a %s project with as many edges as needs', (shape) => {
  const size = 5000;
  const step = shape === 'deep' ? 1 : 4;
  const phases = [
    phase('build', {needs: [{references: [reference('^build')], ordered: false}]}),
    phase('test', {needs: [{references: [reference('build'), reference('lint')], ordered: true}]}),
    phase('lint'),
  ];
  const members = Array.from({length: size}, (_, number) => {
    const first = Math.floor(number / step);
    const on = [first - 1, first - 2, first - 3].filter((other) => other >= 0).map((other) => `w${other}`);
    return workspace(`w${number}`, phases, {on});
  });
  const {plan} = planOf(project([], members), ['test']);
  expect(plan.nodes).toHaveLength(3 * size);
  // each test needs two, each lint is ordered behind its build, each build needs those of its dependencies
  const dependencies = members.reduce((sum, member) => sum + member.dependencies.length, 0);
  expect(plan.edges).toHaveLength(3 * size + dependencies);
});
