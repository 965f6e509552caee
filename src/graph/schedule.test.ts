import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {acyclicGraph} from '../../test/support/random-graph.ts';
import {digraph} from './digraph.ts';
import {Schedule, type ScheduleInput} from './schedule.ts';

type Take = readonly [pool: number, amount: number];
type Step = {readonly kind: 'start' | 'finish'; readonly node: number};

/** Two pools; amounts in tenths, which no binary number is exactly; sometimes more than there is. */
const scenario = fc.record({
  random: acyclicGraph,
  priorities: fc.array(fc.nat({max: 3}), {minLength: 14, maxLength: 14}),
  capacities: fc.tuple(fc.constantFrom(1, 1.1, 2, 0.3, Number.POSITIVE_INFINITY), fc.constantFrom(1, 0.7, 3)),
  takes: fc.array(fc.tuple(fc.integer({min: 0, max: 14}), fc.integer({min: 0, max: 14})), {
    minLength: 14,
    maxLength: 14,
  }),
  choices: fc.array(fc.nat(), {minLength: 14, maxLength: 14}),
  releases: fc.array(fc.boolean(), {minLength: 14, maxLength: 14}),
});

type Scenario = typeof scenario extends fc.Arbitrary<infer Value> ? Value : never;

function inputOf({random, priorities, capacities, takes}: Scenario): ScheduleInput {
  const all = takes.map(([one, other]): Take[] => [
    [0, one / 10],
    [1, other / 10],
  ]);
  return {graph: random.graph, priorities, capacities, takes: (node) => all[node]!};
}

/** Starts whatever may start, then finishes one of what runs, until nothing runs. `look` is called before each finish. */
function simulate(
  input: ScheduleInput,
  {choices, releases}: Pick<Scenario, 'choices' | 'releases'>,
  look: (running: readonly number[]) => void = () => {},
): readonly Step[] {
  const schedule = new Schedule(input);
  const steps: Step[] = [];
  const running: number[] = [];
  for (let turn = 0; ; turn++) {
    for (let node = schedule.next(); node !== undefined; node = schedule.next()) {
      running.push(node);
      steps.push({kind: 'start', node});
    }
    expect(schedule.running).toBe(running.length);
    expect(schedule.left).toBe(input.graph.size - steps.filter((step) => step.kind === 'start').length);
    look(running);
    const [node] = running.splice(choices[turn % choices.length]! % Math.max(1, running.length), 1);
    if (node === undefined) return steps;
    if (releases[node] === true) schedule.release(node);
    schedule.finish(node, releases[node]);
    steps.push({kind: 'finish', node});
  }
}

function used(input: ScheduleInput, running: readonly number[], pool: number): number {
  const shares = running.flatMap((node) => input.takes(node).filter(([of]) => of === pool));
  return shares.reduce((sum, [, amount]) => sum + Math.min(amount, input.capacities[pool]!), 0);
}

const SLACK = 1e-6;

test('runs every node once, behind all its predecessors, and is never stuck', () => {
  fc.assert(
    fc.property(scenario, (chosen) => {
      const steps = simulate(inputOf(chosen), chosen);
      const place = (kind: Step['kind'], node: number): number =>
        steps.findIndex((step) => step.kind === kind && step.node === node);
      const started = steps.flatMap((step) => (step.kind === 'start' ? [step.node] : []));
      expect([...started].sort((one, other) => one - other)).toEqual(
        Array.from({length: chosen.random.size}, (_, node) => node),
      );
      for (const [from, to] of chosen.random.edges) expect(place('finish', from)).toBeLessThan(place('start', to));
    }),
  );
});

test('takes no more from a pool than there is', () => {
  fc.assert(
    fc.property(scenario, (chosen) => {
      const input = inputOf(chosen);
      simulate(input, chosen, (running) => {
        for (const pool of [0, 1])
          expect(used(input, running, pool)).toBeLessThanOrEqual(input.capacities[pool]! + SLACK);
      });
    }),
  );
});

test('holds back a free node only for one of higher priority that does not fit', () => {
  fc.assert(
    fc.property(scenario, (chosen) => {
      const input = inputOf(chosen);
      const done = new Set<number>();
      let before: readonly number[] = [];
      simulate(input, chosen, (running) => {
        for (const node of before) if (!running.includes(node)) done.add(node);
        before = [...running];
        const isFree = (node: number): boolean =>
          chosen.random.edges.every(([from, to]) => to !== node || done.has(from));
        const free = Array.from({length: chosen.random.size}, (_, node) => node).filter(
          (node) => !done.has(node) && !running.includes(node) && isFree(node),
        );
        const first = free.sort((one, other) => chosen.priorities[other]! - chosen.priorities[one]! || one - other)[0];
        if (first === undefined) return;
        const fits = [0, 1].every((pool) => used(input, [...running, first], pool) <= input.capacities[pool]! - SLACK);
        expect(fits).toBe(false);
      });
    }),
  );
});

test('decides the same for equal input', () => {
  fc.assert(
    fc.property(scenario, (chosen) => {
      expect(simulate(inputOf(chosen), chosen)).toEqual(simulate(inputOf(chosen), chosen));
    }),
  );
});

/** Nodes without edges that take something of one pool. */
function flat(amounts: readonly number[], priorities: readonly number[], capacity: number): Schedule {
  return new Schedule({
    graph: digraph(amounts.length, [], []),
    priorities,
    capacities: [capacity],
    takes: (node) => [[0, amounts[node]!]],
  });
}

test('small nodes do not overtake a large one that waits for room', () => {
  const schedule = flat([1, 2, 1], [3, 2, 1], 2);
  expect(schedule.next()).toBe(0);
  expect(schedule.next()).toBe(undefined);
  schedule.finish(0);
  expect(schedule.next()).toBe(1);
  expect(schedule.next()).toBe(undefined);
});

test('gives pools back once when they are released early', () => {
  const schedule = flat([2, 2, 2], [3, 2, 1], 2);
  expect(schedule.next()).toBe(0);
  schedule.release(0);
  expect(schedule.running).toBe(1);
  expect(schedule.next()).toBe(1);
  schedule.finish(0, true);
  expect(schedule.next()).toBe(undefined);
  schedule.finish(1);
  expect(schedule.next()).toBe(2);
});

test('a node that wants more than there is gets all of it', () => {
  const schedule = flat([5, 1], [1, 1], 2);
  expect(schedule.next()).toBe(0);
  expect(schedule.next()).toBe(undefined);
  schedule.finish(0);
  expect(schedule.next()).toBe(1);
});

test('shares that are no exact binary numbers do not wear a pool out', () => {
  const schedule = flat([0.1, 0.2, 0.3, 0.6], [4, 3, 2, 1], 0.6);
  for (const node of [0, 1, 2]) expect(schedule.next()).toBe(node);
  for (const node of [1, 0, 2]) schedule.finish(node);
  expect(schedule.next()).toBe(3);
});

test('says of each node once when it becomes free: after the last of its predecessors, and before it may start', () => {
  fc.assert(
    fc.property(scenario, (chosen) => {
      const free: number[] = [];
      const done = new Set<number>();
      let before: readonly number[] = [];
      const isFree = (node: number): boolean =>
        chosen.random.edges.every(([from, to]) => to !== node || done.has(from));
      const onFree = (node: number): void => void free.push(node);
      const look = (running: readonly number[]): void => {
        for (const node of before) if (!running.includes(node)) done.add(node);
        before = [...running];
        const all = Array.from({length: chosen.random.size}, (_, node) => node);
        expect([...free].sort((one, other) => one - other)).toEqual(all.filter(isFree));
        for (const node of running) expect(free).toContain(node);
      };
      simulate({...inputOf(chosen), onFree}, chosen, look);
      expect(new Set(free).size).toBe(free.length);
      expect(free.length).toBe(chosen.random.size);
    }),
  );
});
