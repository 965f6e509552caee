import fc from 'fast-check';
import {expect, test} from 'vitest';
import {planOf} from '../../test/support/plan.ts';
import {inOrder, phase, project, together, workspace} from '../../test/support/project.ts';
import type {NodeId} from '../plan/plan.ts';
import type {Task, TaskPlan} from '../plan/task.ts';
import {Upstream} from './upstream.ts';

function ids(tasks: Iterable<Task>): readonly string[] {
  return [...tasks].map(({id}) => id).sort();
}

function task(planned: TaskPlan, id: string): Task {
  return planned.tasks.get(id as NodeId)!;
}

/** c needs b, b needs a; `all` is a group of them. */
function chain(): TaskPlan {
  const phases = [
    phase('a'),
    phase('b', {needs: [together('a')]}),
    phase('c', {needs: [together('b')]}),
    phase('all', {commands: [], needs: [together('c')]}),
    phase('top', {needs: [together('all')]}),
  ];
  return planOf(project(phases), ['top']);
}

test('direct needs, and everything below them', () => {
  const upstream = new Upstream(chain());
  expect(ids(upstream.direct('c' as NodeId))).toEqual(['b']);
  expect(ids(upstream.closure('c' as NodeId))).toEqual(['a', 'b']);
  expect(ids(upstream.closure('a' as NodeId))).toEqual([]);
});

test('groups are looked through', () => {
  const upstream = new Upstream(chain());
  expect(ids(upstream.direct('top' as NodeId))).toEqual(['c']);
  expect(ids(upstream.closure('top' as NodeId))).toEqual(['a', 'b', 'c']);
});

test('what only stands earlier in a list is not needed', () => {
  const planned = planOf(project([phase('a'), phase('b'), phase('all', {needs: [inOrder('a', 'b')]})]), ['all']);
  const upstream = new Upstream(planned);
  expect(ids(upstream.direct('b' as NodeId))).toEqual([]);
  expect(ids(upstream.direct('all' as NodeId))).toEqual(['a', 'b']);
});

test('files count as looked at since the last end of anything that came before, needed or not', () => {
  const planned = planOf(project([phase('a'), phase('b'), phase('all', {needs: [inOrder('a', 'b')]})]), ['all']);
  const upstream = new Upstream(planned);
  expect(upstream.freshness('a' as NodeId)).toBe(0);
  upstream.hasRun(task(planned, 'a'), 100);
  expect(upstream.freshness('b' as NodeId)).toBe(100);
  upstream.hasRun(task(planned, 'b'), 50);
  expect(upstream.freshness('all' as NodeId)).toBe(100);
});

test('what is unknown makes everything above it unknown, and nothing else', () => {
  const planned = chain();
  const upstream = new Upstream(planned);
  expect(upstream.dependsOnUnknown(task(planned, 'top'))).toBe(false);
  upstream.isUnknown(task(planned, 'b'));
  expect(['a', 'b', 'c', 'top'].map((id) => upstream.dependsOnUnknown(task(planned, id)))).toEqual([
    false,
    false,
    true,
    true,
  ]);
});

test('the closure is what can be reached through needs', () => {
  const edges = fc.array(fc.tuple(fc.nat(7), fc.nat(7)), {maxLength: 16});
  fc.assert(
    fc.property(edges, (pairs) => {
      const needs = (of: number): readonly number[] => [
        ...new Set(
          pairs.flatMap(([from, to]) => (Math.max(from, to) === of && from !== to ? [Math.min(from, to)] : [])),
        ),
      ];
      const members = Array.from({length: 8}, (_, at) =>
        workspace(`w${at}`, [phase('build', {needs: [together('^build')]})], {on: needs(at).map((one) => `w${one}`)}),
      );
      const upstream = new Upstream(planOf(project([], members), ['build']));
      const reached = (of: number): ReadonlySet<number> => new Set(needs(of).flatMap((one) => [one, ...reached(one)]));
      for (let at = 0; at < 8; at++) {
        const expected = [...reached(at)].map((one) => `w${one}#build`).sort();
        expect(ids(upstream.closure(`w${at}#build` as NodeId))).toEqual(expected);
      }
    }),
    {numRuns: 50},
  );
});
