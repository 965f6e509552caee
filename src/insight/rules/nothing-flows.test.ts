import {expect, test} from 'vitest';
import {runOf, type TaskSketch} from '../../../test/support/run.ts';
import {contextOf} from './context.ts';
import {nothingFlows} from './nothing-flows.ts';

const lint: TaskSketch = {start: 0, end: 1000, outputs: {files: 0, bytes: 0}, line: 'eslint .'};

function found(tasks: Readonly<Record<string, TaskSketch>>) {
  return nothingFlows(contextOf(runOf(tasks), []));
}

const members = (names: readonly string[], more: Partial<TaskSketch> = {}): Record<string, TaskSketch> =>
  Object.fromEntries(
    names.flatMap((name): [string, TaskSketch][] => [
      [`${name}#lint`, {...lint, ...more}],
      [`${name}#test`, {start: 1000, end: 3000, needs: [`${name}#lint`]}],
    ]),
  );

test('a task that waits for one that writes nothing', () => {
  expect(found(members(['web']))).toMatchObject([
    {
      code: 'F_NOTHING_FLOWS',
      title: 'web#test waits for web#lint, which writes nothing',
      tasks: ['web#lint', 'web#test'],
      impact: {ms: 1000},
      changes: [{kind: 'no-edge', from: 'lint', to: 'test'}],
    },
  ]);
});

test('a phase that waits for another in each workspace is one finding, although a single workspace would gain nothing', () => {
  const findings = found(members(['a', 'b', 'c', 'd']));
  expect(findings.map(({title, impact}) => [title, impact.ms])).toEqual([
    ['test waits for lint, which writes nothing', 1000],
  ]);
  expect(findings[0]!.tasks).toHaveLength(8);
});

test('through a group', () => {
  const tasks = {...members(['web']), checks: {group: true, needs: ['web#lint']}};
  expect(found({...tasks, 'web#test': {start: 1000, end: 3000, needs: ['checks']}})).toHaveLength(1);
});

test('nothing is said when something is written, when nobody knows, or of order alone', () => {
  expect(found(members(['web'], {outputs: {files: 1, bytes: 0}}))).toEqual([]);
  const unknown = {...members(['web']), 'web#lint': {start: 0, end: 1000}};
  expect(found(unknown)).toEqual([]);
  const one = {...members(['web', 'app']), 'app#lint': {...lint, outputs: {files: 2, bytes: 9}}};
  expect(found(one)).toEqual([]);
  expect(found({lint, test: {start: 1000, end: 3000, behind: ['lint']}})).toEqual([]);
});

test('nothing is said of what acts on more than files, or where nothing is gained', () => {
  expect(found(members(['web'], {line: 'npm ci'}))).toEqual([]);
  expect(found({...members(['web']), build: {start: 0, end: 3000}})).toEqual([]);
});
