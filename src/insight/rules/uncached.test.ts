import {expect, test} from 'vitest';
import {runOf, type TaskSketch} from '../../../test/support/run.ts';
import {contextOf} from './context.ts';
import {uncached} from './uncached.ts';

const lint: TaskSketch = {start: 0, end: 1000, cpu: 900, line: 'eslint src', cacheable: false};

function found(task: Partial<TaskSketch>): readonly string[] {
  return uncached(contextOf(runOf({'web#lint': {...lint, ...task}}), [])).flatMap(({tasks}) => tasks);
}

test('a checker that may not be cached', () => {
  const [finding] = uncached(contextOf(runOf({'web#lint': lint}), []));
  expect(finding).toMatchObject({
    code: 'F_UNCACHED',
    tasks: ['web#lint'],
    // nobody has seen its hit
    impact: {ms: 995, source: 'assumed'},
    changes: [{kind: 'hit', task: 'web#lint'}],
  });
  expect(finding!.evidence[0]).toContain('`eslint src`');
});

test('nothing is said of what is cached, fails, is flaky, acts on the world, is unknown, watches, or takes no time', () => {
  expect(found({})).toEqual(['web#lint']);
  expect(found({cacheable: true})).toEqual([]);
  expect(found({status: 'failed'})).toEqual([]);
  expect(found({flaky: true})).toEqual([]);
  expect(found({line: 'eslint src && npm publish'})).toEqual([]);
  expect(found({line: './check.sh'})).toEqual([]);
  expect(found({line: 'tsc --watch'})).toEqual([]);
  expect(found({line: 'tsc -p .'})).toEqual(['web#lint']);
  expect(found({end: 90})).toEqual([]);
});

test('nothing is said of a task that keeps nobody waiting', () => {
  const context = contextOf(runOf({'web#lint': lint, build: {start: 0, end: 1000}}), []);
  expect(uncached(context)).toEqual([]);
});
