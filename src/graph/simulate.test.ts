import * as fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {acyclicGraph} from '../../test/support/random-graph.ts';
import {at, digraph} from './digraph.ts';
import {longestRemaining} from './longest-path.ts';
import {Schedule} from './schedule.ts';
import {lowerBound, type Simulation, type SimulationInput, sequentialMs, simulate, type Work} from './simulate.ts';

/** Rounding of many small steps, as a part of the whole. */
const ROUNDING = 1e-6;

/** Tasks without edges, a slot each. */
function flat(works: readonly Work[], jobs: number, cores: number): Simulation {
  return simulate({
    graph: digraph(works.length, [], []),
    priorities: works.map(() => 0),
    capacities: [jobs],
    takes: () => [[0, 1]],
    work: (node) => works[node]!,
    cores,
  });
}

const ends = ({end}: Simulation): readonly number[] => [...end].map((one) => Math.round(one * 1000) / 1000);

describe('cores that are shared', () => {
  test('two tasks that compute take twice as long on one core', () => {
    expect(
      ends(
        flat(
          [
            {ms: 100, width: 1},
            {ms: 100, width: 1},
          ],
          2,
          1,
        ),
      ),
    ).toEqual([200, 200]);
  });

  test('a task that is alone again goes on at full speed', () => {
    expect(
      ends(
        flat(
          [
            {ms: 100, width: 1},
            {ms: 300, width: 1},
          ],
          2,
          1,
        ),
      ),
    ).toEqual([200, 400]);
  });

  test('tasks that wait do not slow each other down', () => {
    expect(
      ends(
        flat(
          [
            {ms: 100, width: 0},
            {ms: 150, width: 0},
            {ms: 100, width: 1},
          ],
          3,
          1,
        ),
      ),
    ).toEqual([100, 150, 100]);
  });

  test('a task of width 4 takes twice as long on 2 cores, beside another one four times', () => {
    expect(ends(flat([{ms: 100, width: 4}], 1, 2))).toEqual([200]);
    expect(
      ends(
        flat(
          [
            {ms: 100, width: 4},
            {ms: 100, width: 4},
          ],
          2,
          2,
        ),
      ),
    ).toEqual([400, 400]);
  });

  test('tasks that compute half of their time leave no core idle and use no more than there are', () => {
    // each computes for 50 ms: ten of them are 500 ms on one core
    const {ms} = flat(
      Array.from({length: 10}, () => ({ms: 100, width: 0.5})),
      10,
      1,
    );
    expect(ms).toBeCloseTo(500, 3);
  });

  test('what computes little is hardly slowed down by what computes all the time', () => {
    const [little, much] = ends(
      flat(
        [
          {ms: 100, width: 1 / 64},
          {ms: 1000, width: 1},
          {ms: 1000, width: 1},
        ],
        3,
        1,
      ),
    );
    expect(little).toBeLessThan(105);
    expect(much).toBeGreaterThan(1990);
  });
});

test('one thread starts tasks, one after the other; who waits for it computes no more', () => {
  const work = {ms: 100, width: 1, startMs: 10};
  expect(ends(flat([work, work, work], 3, 8))).toEqual([100, 110, 120]);
  const short = {ms: 10, width: 0.8, startMs: 10};
  expect(ends(flat([short, short], 2, 2))).toEqual([10, 20]);
  // starting takes no longer than the task, and nothing takes nothing
  expect(ends(flat([{ms: 5, width: 0, startMs: 90}, {ms: 0, width: 0, startMs: 90}, work], 3, 8))).toEqual([5, 0, 105]);
});

const scenario = fc.record({
  random: acyclicGraph,
  works: fc.array(
    fc.record({
      ms: fc.oneof(fc.constant(0), fc.integer({min: 1, max: 1000})),
      width: fc.oneof(fc.constant(0), fc.constant(1), fc.double({min: 0, max: 3, noNaN: true})),
    }),
    {minLength: 14, maxLength: 14},
  ),
  jobs: fc.constantFrom(1, 2, 3, Number.POSITIVE_INFINITY),
  // as many as the widest task wants, at least
  cores: fc.constantFrom(3, 4, Number.POSITIVE_INFINITY),
  takes: fc.array(fc.integer({min: 1, max: 3}), {minLength: 14, maxLength: 14}),
});

type Scenario = typeof scenario extends fc.Arbitrary<infer Value> ? Value : never;

function inputOf({random, works, jobs, cores, takes}: Scenario): SimulationInput {
  return {
    graph: random.graph,
    priorities: longestRemaining(
      random.graph,
      works.map(({ms}) => ms),
    ),
    capacities: [jobs],
    takes: (node) => [[0, takes[node]!]],
    work: (node) => works[node]!,
    cores,
  };
}

function longestChain({random, works}: Scenario): number {
  const longest = longestRemaining(
    random.graph,
    works.map(({ms}) => ms),
  );
  return Math.max(0, ...longest);
}

test('is no faster than the longest chain and all computing on all cores, and no slower than one by one', () => {
  fc.assert(
    fc.property(scenario, (chosen) => {
      const works = chosen.works.slice(0, chosen.random.size);
      const {ms} = simulate(inputOf(chosen));
      const bound = lowerBound(longestChain(chosen), works, chosen.cores);
      expect(ms).toBeGreaterThanOrEqual(bound.ms * (1 - ROUNDING));
      expect(ms).toBeLessThanOrEqual(sequentialMs(works.length, (node) => works[node]!) * (1 + ROUNDING));
    }),
    {numRuns: 500},
  );
});

test('takes exactly the longest chain when nothing is short', () => {
  fc.assert(
    fc.property(scenario, (chosen) => {
      const {ms} = simulate(inputOf({...chosen, jobs: Number.POSITIVE_INFINITY, cores: Number.POSITIVE_INFINITY}));
      expect(ms).toBeCloseTo(longestChain(chosen), 6);
    }),
  );
});

test('more jobs are never slower for equal tasks that do not need each other', () => {
  fc.assert(
    fc.property(fc.integer({min: 1, max: 40}), fc.integer({min: 1, max: 8}), fc.nat({max: 8}), (count, jobs, more) => {
      const works = Array.from({length: count}, () => ({ms: 100, width: 1}));
      // as many cores as jobs: beyond that, tasks only go on slower side by side
      const [few, many] = [flat(works, jobs, 16), flat(works, jobs + more, 16)];
      expect(many.ms).toBeLessThanOrEqual(few.ms * (1 + ROUNDING));
      expect(few.ms).toBeCloseTo(100 * Math.ceil(count / jobs), 6);
    }),
  );
});

/** The same policy and the same cores, plainly: every step looks at everything. */
function slowly({graph, work, cores, ...rest}: SimulationInput): Simulation {
  const start = new Float64Array(graph.size);
  const end = new Float64Array(graph.size);
  const schedule = new Schedule({graph, ...rest});
  const left = new Map<number, number>();
  let now = 0;
  for (;;) {
    for (let node = schedule.next(); node !== undefined; node = schedule.next()) {
      start[node] = now;
      left.set(node, work(node).ms);
    }
    if (left.size === 0) return {start, end, ms: now};
    const stretch = (node: number, slowness: number): number => {
      const share = at([Math.min(1, work(node).width)], 0);
      return 1 - share + share * slowness;
    };
    const busy = (slowness: number): number =>
      [...left.keys()].reduce((sum, node) => sum + work(node).width / stretch(node, slowness), 0);
    let [low, high] = [1, 1000];
    for (let turn = 0; turn < 100; turn++) {
      const middle = (low + high) / 2;
      if (busy(middle) > cores) low = middle;
      else high = middle;
    }
    const msLeft = [...left].map(([node, ms]) => ({node, ms: ms * stretch(node, low)}));
    const first = msLeft.reduce((least, one) => (one.ms < least.ms ? one : least));
    for (const [node, ms] of left) left.set(node, ms - first.ms / stretch(node, low));
    now += first.ms;
    left.delete(first.node);
    end[first.node] = now;
    schedule.finish(first.node);
  }
}

test('starts and ends every task when the policy of the engine and shared cores say', () => {
  fc.assert(
    fc.property(scenario, (chosen) => {
      // times that never meet, and widths that the classes of speed hold exactly
      const works = chosen.works.map(({ms, width}, node) => ({
        ms: ms + 1 + node / 97,
        width: width > 1 ? width : Math.ceil(width * 64) / 64,
      }));
      const input = inputOf({...chosen, works});
      const [quick, slow] = [simulate(input), slowly(input)];
      for (let node = 0; node < chosen.random.size; node++) {
        expect(at(quick.start, node)).toBeCloseTo(at(slow.start, node), 3);
        expect(at(quick.end, node)).toBeCloseTo(at(slow.end, node), 3);
      }
    }),
    {numRuns: 300},
  );
});

test('no task starts before what it waits for has ended', () => {
  fc.assert(
    fc.property(scenario, (chosen) => {
      const {start, end} = simulate(inputOf(chosen));
      for (const [from, to] of chosen.random.edges) expect(at(end, from)).toBeLessThanOrEqual(at(start, to));
    }),
  );
});

/** How often the simulation asks about a node. */
function questions(size: number, jobs: number): number {
  const from = Array.from({length: size - 1}, (_, node) => Math.floor(node / 3));
  const to = from.map((_, node) => node + 1);
  const graph = digraph(size, from, to);
  let asked = 0;
  const {end} = simulate({
    graph,
    priorities: longestRemaining(
      graph,
      Array.from({length: size}, () => 1),
    ),
    capacities: [jobs],
    takes: () => {
      asked++;
      return [[0, 1]];
    },
    work: (node) => {
      asked++;
      return {ms: 100 + (node % 7), width: (node % 5) / 4};
    },
    cores: 4,
  });
  expect(end.every((one) => one > 0)).toBe(true);
  return asked;
}

test('100,000 tasks are asked about as often as a hundred times 1,000', () => {
  for (const jobs of [8, Number.POSITIVE_INFINITY])
    expect(questions(100_000, jobs)).toBeLessThan(110 * questions(1000, jobs));
});

test('the lower bound says what it comes from', () => {
  const works = [
    {ms: 100, width: 1},
    {ms: 100, width: 3},
  ];
  expect(lowerBound(150, works, 2)).toEqual({ms: 200, by: 'cores'});
  expect(lowerBound(250, works, 2)).toEqual({ms: 250, by: 'chain'});
  expect(lowerBound(250, works, Number.POSITIVE_INFINITY)).toEqual({ms: 250, by: 'chain'});
});

test('an empty graph takes no time', () => {
  expect(flat([], 1, 1).ms).toBe(0);
});
