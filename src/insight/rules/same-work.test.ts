import {expect, test} from 'vitest';
import {runOf, type TaskSketch} from '../../../test/support/run.ts';
import type {NodeId} from '../../plan/plan.ts';
import {contextOf} from './context.ts';
import {sameWork} from './same-work.ts';

function found(line: string, tasks: Readonly<Record<string, TaskSketch>>) {
  const sketches = Object.fromEntries(Object.entries(tasks).map(([id, task]) => [id, {line, ...task}]));
  return sameWork(contextOf(runOf(sketches, {jobs: 1}), []));
}

const both = {'a#install': {start: 0, end: 1000}, 'b#install': {start: 1000, end: 3000}};

test('an installation in several workspaces: the longest stays', () => {
  expect(found('npm ci', both)).toMatchObject([
    {
      code: 'F_SAME_WORK',
      title: '2 tasks run `npm ci`',
      tasks: ['a#install', 'b#install'],
      impact: {ms: 1000},
      changes: [{kind: 'speed', task: 'a#install', factor: 0}],
    },
  ]);
});

test('of a task that does more, only the time of that command', () => {
  const spans = [
    {task: 'a#build' as NodeId, label: 'npm ci', start: 0, end: 1000},
    {task: 'a#build' as NodeId, label: 'npm run compile', start: 1000, end: 4000},
    {task: 'b#build' as NodeId, label: 'npm ci', start: 4000, end: 6000},
  ];
  const tasks = {'a#build': {start: 0, end: 4000}, 'b#build': {start: 4000, end: 6000}};
  const [finding] = sameWork(contextOf(runOf(tasks, {spans, jobs: 1}), []));
  expect(finding).toMatchObject({impact: {ms: 1000}, changes: [{task: 'a#build', factor: 0.75}]});
});

test('nothing is said of one task, of what means another thing in each folder, or of little', () => {
  expect(found('npm ci', {'a#install': {start: 0, end: 1000}})).toEqual([]);
  for (const line of ['docker build .', 'npm run build', 'npm install left-pad', 'npm ci && npm test'])
    expect(found(line, both)).toEqual([]);
  expect(found('npm ci', {'a#install': {start: 0, end: 50}, 'b#install': {start: 50, end: 3000}})).toEqual([]);
});
