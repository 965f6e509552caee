import {expect, test} from 'vitest';
import {oddRun} from '../../test/support/odd-run.ts';
import {NO_BUDGET} from '../insight/budget.ts';
import {compare} from '../insight/compare.ts';
import type {Finding} from '../insight/finding.ts';
import {type RunReport, reportOf} from '../insight/report.ts';
import type {NodeId} from '../plan/plan.ts';
import type {Run} from '../record/run.ts';
import {printComparison} from './comparison.ts';
import {columnsOf} from './fitted.ts';
import {printReport} from './report.ts';
import type {Screen} from './style.ts';

const LONG = 'packages/a-workspace-with-a-long-name#and-a-phase-that-has-one-too';

function printed(columns: number, print: (screen: Screen) => void): readonly string[] {
  let text = '';
  const write = (part: string): void => {
    text += part;
  };
  print({write, colour: false, live: false, columns: () => columns, rows: () => 40});
  expect(text.endsWith('\n')).toBe(true);
  return text.slice(0, -1).split('\n');
}

function finding(title: string): Finding {
  return {
    code: 'F_UNCACHED',
    title,
    tasks: [],
    evidence: Array(5).fill(
      `${title} was executed in all of the last 30 runs, and its inputs were the same in 28 of them`,
    ),
    advice:
      'Say `cache = true` in `[lifecycle.test]`, with `inputs` and `outputs`; `paceline why test` shows what is missing then.',
    impact: {ms: 1200, source: 'measured'},
    effort: 'low',
    risk: 'low',
    riskReason: '',
    changes: [],
  };
}

/** A report in which everything is long. */
function longReport(): RunReport {
  const run = oddRun();
  const tasks = run.tasks.flatMap((task) =>
    Array.from({length: 10}, (_, copy) => ({...task, task: `${LONG}-${copy}` as NodeId})),
  );
  const report = reportOf(run, [], {...NO_BUDGET, totalMs: 30, phases: new Map([['lib', 20]])});
  const [bottleneck] = report.bottlenecks;
  return {
    ...report,
    run: {...run, command: ['run', ...Array<string>(30).fill(LONG)]},
    criticalPath: {
      ...report.criticalPath,
      tasks: [...new Set(tasks.map(({task}) => task)), ...Array<NodeId>(40).fill('短い名前#ビルド' as NodeId)],
    },
    bottlenecks: bottleneck === undefined ? [] : Array(12).fill({...bottleneck, task: LONG as NodeId}),
    findings: Array(9).fill(finding(`${LONG} is not cached`)),
    steps: [
      {finding: finding(`${LONG} keeps everything waiting, beside cores that are idle`), totalMs: 30, gainMs: 12},
    ],
    gaps: [
      {
        kind: 'no-usage',
        message: `The processor time of 3 tasks is not known; ${LONG} is one of them, and there are others.`,
      },
    ],
  };
}

/** A run whose measured tasks have a long name, and one of wide letters. */
function renamedRun(): Run {
  const run = oddRun();
  const names: Readonly<Record<string, string>> = {passed: LONG, tolerated: '短い名前#ビルド'};
  return {...run, tasks: run.tasks.map((task) => ({...task, task: (names[task.status] ?? task.task) as NodeId}))};
}

test.each([80, 100, 140, 200])('no line is longer than %i columns, whatever the names', (columns) => {
  const [run, renamed] = [oddRun(), renamedRun()];
  const others = Array.from({length: 4}, () => renamed);
  const lines = [
    ...printed(columns, (screen) => printReport(screen, longReport())),
    ...printed(columns, (screen) => printComparison(screen, compare(others, others))),
    ...printed(columns, (screen) => printComparison(screen, compare([renamed], [run]))),
  ];
  // a sentence is broken at spaces, and a name in it has none
  expect(lines.filter((line) => columnsOf(line) > columns && !line.includes(LONG))).toEqual([]);
});

test('columns of a table begin at the same place in every line', () => {
  for (const columns of [80, 140]) {
    const lines = printed(columns, (screen) => printReport(screen, longReport()));
    const start = lines.findIndex((line) => line.startsWith('what the run would gain')) + 1;
    const [head = '', ...rows] = lines.slice(start, lines.indexOf('', start));
    expect(rows).toHaveLength(8);
    expect(new Set([head, ...rows].map(columnsOf)).size).toBe(1);
    expect(head.trim().split(/ {2,}/).length).toBe(columns === 80 ? 5 : 7);
  }
});

test('figures of a comparison begin at the same place, beside wide letters too', () => {
  const lines = printed(80, (screen) => printComparison(screen, compare([renamedRun()], [renamedRun()])));
  const rows = lines.slice(2, lines.indexOf('', 2));
  expect(rows).toHaveLength(3);
  expect(new Set(rows.map((row) => columnsOf(row.slice(0, row.indexOf(' ms'))))).size).toBe(1);
});

test('what is left out is counted', () => {
  const lines = printed(80, (screen) => printReport(screen, longReport()));
  expect(lines).toContain('  and 3 more: paceline report --format json');
  expect(lines).toContain('  and 30 shorter ones between them');
});

test('a report of a small run', () => {
  const report = reportOf(oddRun(), [], {...NO_BUDGET, totalMs: 30, phases: new Map([['lib', 20]])});
  const fixed = {
    ...report,
    bottlenecks: [],
    findings: [],
    steps: [],
    kpis: report.kpis.slice(0, 2),
    gaps: [],
    simulatedMs: 41,
    efficiency: 0.5,
    speedOfLight: {ms: 21, by: 'chain' as const},
  };
  expect(
    printed(80, (screen) => printReport(screen, fixed))
      .filter((line) => !/^(the|waiting)/.test(line))
      .slice(0, 4),
  ).toEqual([
    'failed in 42 ms  0run  paceline run web#say "a|b" <all>',
    expect.stringMatching(/^no schedule is faster than 21 ms \(its longest chain\): 50 % reached; \d\.\d tasks at$/),
    'once on average, 4 jobs',
    '',
  ]);
  const text = printed(80, (screen) => printReport(screen, fixed)).join('\n');
  expect(text).toContain(
    '\nbudget\n  total        42 ms of 30 ms     12 ms over  priority 1\n  lib           4 ms of 20 ms     16 ms left\n',
  );
  expect(text).toContain('\nsimulation: -2.4 % for this run; no earlier run to learn from');
});

test('a run in which nothing happened', () => {
  const run = {...oddRun(), tasks: [], spans: [], wallMs: 0, plan: {nodes: [], edges: [], pools: []}};
  const lines = printed(80, (screen) => printReport(screen, reportOf(run, [], NO_BUDGET)));
  expect(lines.join('\n')).not.toMatch(/NaN|Infinity|undefined/);
  expect(lines).not.toContain('critical path');
});

test('how long the same command took so far is one line, from three runs on', () => {
  const run = oddRun();
  const runs = [100, 400, 200].map((wallMs, place): Run => ({...run, id: `r${place}` as Run['id'], wallMs}));
  const lines = (earlier: readonly Run[]): readonly string[] =>
    printed(120, (screen) => printReport(screen, reportOf({...run, wallMs: 300}, earlier, NO_BUDGET)));
  expect(lines(runs)).toContain('the last 4 runs of this command: ▅█▃▆ (100 ms to 400 ms)');
  expect(lines(runs.slice(0, 1)).join('\n')).not.toContain('runs of this command');
});
