import {expect, test} from 'vitest';
import {planOfTasks, runStarted} from '../../test/support/run-events.ts';
import {NO_BUDGET} from '../insight/budget.ts';
import {compare} from '../insight/compare.ts';
import {reportOf} from '../insight/report.ts';
import type {NodeId} from '../plan/plan.ts';
import type {TaskStatus} from '../record/events.ts';
import {foldEvents} from '../record/fold.ts';
import type {Run} from '../record/run.ts';
import {htmlReport, type PageData, type PageParts} from './html.ts';

const BEFORE = '<p>before</p><script type="application/json">';
const AFTER = '</script>';
const TEMPLATE = `${BEFORE}"__REPORT_DATA__"${AFTER}`;

/** Tasks one behind the other, with so much time each, ms. */
function runOf(...tasks: readonly {name: string; ms: number; status?: TaskStatus; printed?: number}[]): Run {
  let time = 3;
  const events = tasks.flatMap(({name, ms, status = 'passed', printed = 10}) => {
    const task = name as NodeId;
    const log = {file: '1.log', start: 0, end: printed};
    const started = {kind: 'task-started', time, task, attempt: 1, log} as const;
    time += ms;
    return [started, {kind: 'task-finished', time, task, status, attempts: 1, flaky: false, log} as const];
  });
  const plan = planOfTasks(...tasks.map(({name}) => name));
  const run = foldEvents([
    runStarted({plan}),
    ...events,
    {kind: 'run-finished', time: time + 1, status: 'passed', exitCode: 0},
  ]);
  if (run === undefined) throw new Error('no run');
  return run;
}

function htmlOf(run: Run, parts: Partial<PageParts> = {}): string {
  return htmlReport(TEMPLATE, reportOf(run, [], NO_BUDGET), {logOf: () => '', profileOf: () => undefined, ...parts});
}

function dataIn(html: string): PageData {
  expect(html.startsWith(BEFORE)).toBe(true);
  expect(html.endsWith(AFTER)).toBe(true);
  return JSON.parse(html.slice(BEFORE.length, -AFTER.length)) as PageData;
}

test('no name and no output ends the script that holds them, or begins a comment in it', () => {
  const nasty = [
    '</script><script>alert(1)</script>',
    '<!--',
    '<script>',
    ']]>',
    '$&$1',
    '\u2028',
    '"__REPORT_DATA__"',
  ];
  const html = htmlOf(runOf(...nasty.map((name) => ({name, ms: 5}))), {logOf: ({task}) => `log of ${task}\n`});
  expect(html.slice(BEFORE.length, -AFTER.length)).not.toContain('<');
  const {report, logs} = dataIn(html);
  expect(report.run.tasks.map(({task}) => task)).toEqual(nasty);
  expect(Object.values(logs)).toEqual(nasty.map((name) => `log of ${name}\n`));
});

test('names that objects have members of', () => {
  const names = ['constructor', '__proto__', 'toString'];
  const html = htmlOf(runOf(...names.map((name) => ({name, ms: 5}))), {logOf: ({task}) => `${task} says`});
  const {logs, report} = dataIn(html);
  expect(Object.entries(logs)).toEqual(names.map((name) => [name, `${name} says`]));
  expect(Object.keys(report.criticalPath.slack).sort()).toEqual([...names].sort());
});

test('of long outputs the end, in whole lines', () => {
  const lines = Array.from({length: 1000}, (_, number) => `line ${number}\n`).join('');
  const {logs} = dataIn(htmlOf(runOf({name: 'build', ms: 5}), {logOf: () => lines}));
  expect(logs.build).toMatch(/^line \d+\n(?:line \d+\n)+line 999\n$/);
  expect(logs.build?.length).toBeLessThanOrEqual(4096);
  const {logs: oneLine} = dataIn(htmlOf(runOf({name: 'build', ms: 5}), {logOf: () => `${'x'.repeat(9000)}\n`}));
  expect(oneLine.build).toHaveLength(4096);
});

test('the output of what failed comes first, then of the longest; of so many', () => {
  const tasks = Array.from({length: 300}, (_, number) => ({name: `t${number}`, ms: number + 1}));
  const run = runOf({name: 'broken', ms: 1, status: 'failed'}, {name: 'silent', ms: 999, printed: 0}, ...tasks);
  const names = Object.keys(dataIn(htmlOf(run, {logOf: () => 'x'})).logs);
  expect(names).toHaveLength(200);
  expect(names.slice(0, 3)).toEqual(['broken', 't299', 't298']);
  expect(names).not.toContain('silent');
});

test('a comparison names its runs, and does not hold them', () => {
  const run = runOf({name: 'build', ms: 5});
  const {comparison} = dataIn(htmlOf(run, {comparison: compare([run], [run])}));
  expect(comparison).toMatchObject({before: [run.id], after: [run.id], total: {ratio: 0}});
  expect(dataIn(htmlOf(run)).comparison).toBeUndefined();
});

test('a page without one place for the data is none', () => {
  const report = reportOf(runOf({name: 'build', ms: 5}), [], NO_BUDGET);
  for (const template of ['', `${TEMPLATE}${TEMPLATE}`])
    expect(() => htmlReport(template, report, {logOf: () => '', profileOf: () => undefined})).toThrow('one place');
});
