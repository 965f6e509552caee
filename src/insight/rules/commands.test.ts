import {expect, test} from 'vitest';
import {runOf} from '../../../test/support/run.ts';
import type {NodeId} from '../../plan/plan.ts';
import {hasItsPlace, linesOf, looksImpure, looksPure} from './commands.ts';

test('the commands of a task, in their order', () => {
  const task = 'a' as NodeId;
  const spans = [
    {kind: 'attempt', task, label: 'not a command'},
    {task, label: 'tsc'},
    {task, label: 'eslint .'},
  ] as const;
  expect(linesOf(runOf({a: {start: 0, end: 1}}, {spans}))).toEqual(new Map([['a', 'tsc; eslint .']]));
});

test('programs that make the same of the same', () => {
  for (const line of ['tsc -p .', 'npx vitest run', 'cargo build', '/usr/bin/gcc a.c', 'node --test'])
    expect(looksPure(line)).toBe(true);
  for (const line of ['tsc-watch', 'tsc -w', 'vitest --watch', 'echo ', 'npm install && tsc', 'tsc && docker push x'])
    expect(looksPure(line)).toBe(false);
});

test('what does more than write files', () => {
  for (const line of ['npm ci', 'psql -f seed.sql', 'kubectl apply', 'prisma migrate deploy'])
    expect(looksImpure(line)).toBe(true);
  for (const line of ['eslint .', 'node check.js']) expect(looksImpure(line)).toBe(false);
});

test('phases whose place is what they are for', () => {
  for (const phase of ['deploy', 'deploy:staging', 'db:migrate', 'web-publish', 'clean', 'report'])
    expect(hasItsPlace(phase)).toBe(true);
  for (const phase of ['test', 'lint', 'build', 'cleanroom', 'restart']) expect(hasItsPlace(phase)).toBe(false);
});
