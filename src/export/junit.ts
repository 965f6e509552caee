import {stripVTControlCharacters} from 'node:util';
import type {TaskStatus} from '../record/events.ts';
import type {Run, TaskRecord} from '../record/run.ts';

/**
 * A test case a task, in the form that Jenkins reads (its XSD: jenkinsci/xunit-plugin, junit-10.xsd). Times are seconds; the time of the
 * suite is the wall time of the run, not the sum of its cases.
 * @param logOf the end of a task's output, '' when it is gone
 */
export function junitReport(run: Run, logOf: (task: TaskRecord) => string): string {
  const count = (...statuses: readonly TaskStatus[]): number =>
    run.tasks.filter(({status}) => statuses.includes(status)).length;
  const skipped = count('skipped', 'blocked', 'cancelled');
  const suite = `  <testsuite name="paceline ${attribute(run.command.join(' '))}" tests="${run.tasks.length}" failures="${count('failed')}" errors="0" skipped="${skipped}" time="${seconds(run.wallMs)}" timestamp="${new Date(run.at).toISOString().slice(0, 19)}" hostname="localhost" id="0" package="paceline">`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="paceline" time="${seconds(run.wallMs)}" tests="${run.tasks.length}" failures="${count('failed')}" errors="0">`,
    suite,
    ...run.tasks.map((task) => testCase(task, logOf)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testCase(task: TaskRecord, logOf: (task: TaskRecord) => string): string {
  const [workspace, phase] = task.task.includes('#') ? splitAt(task.task, task.task.indexOf('#')) : ['root', task.task];
  const spent = task.start === undefined ? 0 : task.finish - task.start;
  const head = `    <testcase name="${attribute(phase)}" classname="${attribute(workspace)}" time="${seconds(spent)}"`;
  const body = bodyOf(task, logOf);
  return body === '' ? `${head}/>` : `${head}>\n${body}\n    </testcase>`;
}

function bodyOf(task: TaskRecord, logOf: (task: TaskRecord) => string): string {
  const reason = attribute(task.reason ?? '');
  switch (task.status) {
    case 'failed':
      return `      <failure message="${attribute(reasonOf(task))}" type="${task.end?.kind ?? 'failed'}">${content(logOf(task))}</failure>`;
    case 'skipped':
    case 'blocked':
    case 'cancelled':
      return `      <skipped message="${task.status}${reason === '' ? '' : `: ${reason}`}"/>`;
    case 'passed':
    case 'cached':
    case 'tolerated':
    case 'stopped':
      return task.flaky || task.status === 'tolerated'
        ? `      <system-out>${content(task.flaky ? `passed at attempt ${task.attempts}` : 'failed, and that is tolerated')}</system-out>`
        : '';
    default:
      return task.status satisfies never;
  }
}

function reasonOf({reason, end, line}: TaskRecord): string {
  const what =
    reason ??
    (end?.kind === 'exit'
      ? `exit code ${end.code}`
      : end?.kind === 'signal'
        ? `ended by ${end.signal}`
        : end?.kind === 'timeout'
          ? `took longer than ${end.limitMs} ms`
          : (end?.reason ?? 'failed'));
  return line === undefined || line === '' ? what : `${what}: ${line}`;
}

function splitAt(text: string, place: number): readonly [string, string] {
  return [text.slice(0, place), text.slice(place + 1)];
}

function seconds(ms: number): string {
  return (Math.max(0, ms) / 1000).toFixed(3);
}

/** A parser would turn line breaks and tabs in an attribute into spaces (XML 1.0, 3.3.3). */
function attribute(text: string): string {
  return content(text)
    .replaceAll('"', '&quot;')
    .replaceAll(/[\n\t]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

/** Without colours, and without what XML 1.0 has no way to write (2.2, Characters). */
function content(text: string): string {
  return stripVTControlCharacters(text.toWellFormed())
    .replaceAll(FORBIDDEN, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');
}

const CONTROLS = [...Array(32).keys()].filter((code) => ![9, 10, 13].includes(code));
const FORBIDDEN = new RegExp(
  `[${[...CONTROLS, 0xfffe, 0xffff].map((code) => `\\u${code.toString(16).padStart(4, '0')}`).join('')}]`,
  'g',
);
