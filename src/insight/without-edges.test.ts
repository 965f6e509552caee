import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {acyclicGraph} from '../../test/support/random-graph.ts';
import {modelOfTasks, type NodeSketch} from '../../test/support/run.ts';
import {reach} from '../graph/reach.ts';
import {topologicalOrder} from '../graph/topological-order.ts';
import {graphOf, type Model, outcomeOf} from './model.ts';
import {withoutEdges} from './without-edges.ts';

/** When each task starts, with no limits. */
function startsOf(model: Model): Record<string, number> {
  const {simulation} = outcomeOf(model);
  return Object.fromEntries(
    model.nodes.flatMap(({id}, number) => (id === '' ? [] : [[id, simulation.start[number]!]])),
  );
}

test('the second no longer waits for the first, but for what that waits for; what is behind still waits for both', () => {
  const model = modelOfTasks({
    install: {ms: 10},
    lint: {ms: 100, needs: ['install']},
    test: {ms: 50, needs: ['lint']},
    deploy: {ms: 5, needs: ['test']},
  });
  expect(startsOf(withoutEdges(model, 'lint', 'test'))).toEqual({install: 0, lint: 10, test: 10, deploy: 110});
});

test('works on a phase in every workspace', () => {
  const model = modelOfTasks({
    'a#lint': {ms: 100},
    'b#lint': {ms: 100},
    'a#test': {ms: 50, needs: ['a#lint']},
    'b#test': {ms: 50, needs: ['b#lint']},
  });
  expect(startsOf(withoutEdges(model, 'lint', 'test'))).toMatchObject({'a#test': 0, 'b#test': 0});
  expect(startsOf(withoutEdges(model, 'a#lint', 'a#test'))).toMatchObject({'a#test': 0, 'b#test': 100});
});

test('sees through groups, which stay as they are for others', () => {
  const model = modelOfTasks({
    lint: {ms: 100},
    types: {ms: 30},
    inner: {ms: 0, group: true, behind: ['lint', 'types']},
    step: {ms: 0, group: true, behind: ['inner']},
    test: {ms: 50, behind: ['step']},
    e2e: {ms: 50, behind: ['step']},
  });
  expect(startsOf(withoutEdges(model, 'lint', 'test'))).toMatchObject({test: 30, e2e: 100});
  expect(startsOf(withoutEdges(model, 'step', 'test'))).toMatchObject({test: 100, e2e: 100});
});

test('leaves what the second needs where only written order is to go', () => {
  const model = modelOfTasks({
    'a#build': {ms: 100},
    'b#build': {ms: 300},
    step: {ms: 0, group: true, behind: ['a#build', 'b#build']},
    'a#test': {ms: 50, needs: ['a#build'], behind: ['step']},
  });
  expect(startsOf(withoutEdges(model, 'build', 'test', true))['a#test']).toBe(100);
  expect(startsOf(withoutEdges(model, 'build', 'test'))['a#test']).toBe(0);
});

test('a chain within one phase', () => {
  const model = modelOfTasks({
    'a#build': {ms: 100},
    'b#build': {ms: 100, needs: ['a#build']},
    'c#build': {ms: 100, needs: ['b#build']},
    'c#test': {ms: 10, needs: ['c#build']},
  });
  expect(startsOf(withoutEdges(model, 'build', 'build'))).toEqual({
    'a#build': 0,
    'b#build': 0,
    'c#build': 0,
    'c#test': 100,
  });
});

test('where there is no edge between them, nothing changes', () => {
  const model = modelOfTasks({a: {ms: 1}, b: {ms: 1, needs: ['a']}, c: {ms: 1, needs: ['b']}});
  expect(withoutEdges(model, 'a', 'c')).toBe(model);
});

test('all others wait as before, whatever the graph', () => {
  fc.assert(
    fc.property(
      acyclicGraph,
      fc.array(fc.boolean(), {minLength: 14, maxLength: 14}),
      fc.constantFrom('p', 'q'),
      fc.constantFrom('p', 'q'),
      fc.array(fc.constantFrom('p', 'q', 'r'), {minLength: 14, maxLength: 14}),
      ({size, edges}, groups, from, to, phases) => {
        const nameOf = (node: number): string => `w${node}#${groups[node] === true ? 'group' : phases[node]}`;
        const sketches = Array.from({length: size}, (_, node): [string, NodeSketch] => [
          nameOf(node),
          {
            ms: groups[node] === true ? 0 : 10,
            group: groups[node] === true,
            needs: edges.filter(([, target]) => target === node).map(([source]) => nameOf(source)),
          },
        ]);
        const model = modelOfTasks(Object.fromEntries(sketches));
        const changed = withoutEdges(model, from, to);
        expect(topologicalOrder(graphOf(changed)).acyclic).toBe(true);
        for (let one = 0; one < size; one++) {
          const [before, after] = [reach(graphOf(model), [one]), reach(graphOf(changed), [one])];
          for (let other = 0; other < size; other++) {
            // no new waits
            if (before[other] === 0) expect(after[other]).toBe(0);
            const isPair =
              phases[one] === from && phases[other] === to && groups[one] !== true && groups[other] !== true;
            const isGroup = groups[one] === true || groups[other] === true;
            if (before[other] === 1 && !isPair && !isGroup) expect(after[other]).toBe(1);
          }
        }
      },
    ),
    {numRuns: 500},
  );
});
