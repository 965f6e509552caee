import {expect, test} from 'vitest';
import {barResultsOf, type Series} from './result.ts';
import type {Bar, Scenario} from './scenario.ts';
import {tablesOf} from './table.ts';

const seriesOf = (contestant: string, wallMs: readonly number[], more: Partial<Series> = {}): Series => ({
  contestant,
  title: contestant,
  wallMs,
  cpuMs: [],
  peakBytes: 50 * 2 ** 20,
  ...more,
});

function resultOf(column: string, series: readonly Series[], bars: readonly Bar[]) {
  const group = {title: '100 packages', column, notes: ['Others are left out.']};
  const scenario: Scenario = {name: column, title: column, group, rounds: 3, contestants: [], bars};
  return {name: column, title: column, group, series, bars: barResultsOf(scenario, series)};
}

test('scenarios of a group share a table, and who was not timed has no number', () => {
  const ratio = {kind: 'ratio', contestant: 'own', against: 'other', limit: 1, aim: 0.6} as const;
  const memory = {kind: 'memory', contestant: 'own', limit: 50e6} as const;
  const tables = tablesOf({
    name: 'peers',
    date: '2026-11-21T00:00:00.000Z',
    machine: {processor: 'P', cores: 2, memoryBytes: 2 ** 30, system: 'linux', node: 'v24'},
    versions: {own: '1'},
    missing: [],
    settings: {jobs: 2},
    scenarios: [
      resultOf('cold', [seriesOf('own', [10, 20, 30]), seriesOf('other', [40, 40])], [ratio]),
      resultOf(
        'warm',
        [seriesOf('own', [1, 1, 1], {written: 3}), seriesOf('other', [], {wrong: 'x'})],
        [ratio, memory],
      ),
    ],
  });
  expect(tables).toMatchInlineSnapshot(`
    "| 100 packages | cold | warm |
    | --- | --: | --: |
    | own | 20 ms (10 ms - 30 ms) | 1.0 ms (1.0 ms - 1.0 ms), 3 written |
    | other | 40 ms (40 ms - 40 ms) | wrong |

    | Largest process | cold | warm |
    | --- | --: | --: |
    | own | 50 MiB | 50 MiB |
    | other | 50 MiB | 50 MiB |

    Others are left out.

    - cold: own / other: 0.38, bar 1 (aim 0.6): met
    - warm: own: 52 MB, bar 50 MB: **not met**

    Measured 2026-11-21: P, 2 cores, 1 GiB, linux, Node v24. Medians of 2 or 3 interleaved rounds; jobs 2; own 1."
  `);
});

test('growth compares what a file costs, whatever the start costs', () => {
  const sizes = [10, 100, 200].map((files) => ({contestant: `${files}`, files}));
  const [small, middle, large] = sizes;
  const bar: Bar = {kind: 'growth', sizes: [small!, middle!, large!], limit: 1.2};
  const growthOf = (...wallMs: number[]) =>
    resultOf(
      'growth',
      sizes.map(({contestant}, index) => seriesOf(contestant, [wallMs[index] ?? 0])),
      [bar],
    ).bars;
  expect(growthOf(1010, 1100, 1200)).toEqual([{...bar, measured: 1, met: true}]);
  expect(growthOf(1010, 1100, 1300)).toEqual([{...bar, measured: 2, met: false}]);
});
