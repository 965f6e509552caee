import {join} from 'node:path';
import {isNamed} from '../../../src/insight/model.ts';
import {median} from '../../../src/insight/statistics.ts';
import type {Run} from '../../../src/record/run.ts';
import {type Shape, workloadOf, writeWorkload} from '../workload.ts';
import {typescript} from '../workloads/typescript.ts';
import {type Phase, type Pipeline, type Plan, WHOLE} from './pipeline.ts';
import {dropped, halved, hit, otherJobs, split, withoutEdge} from './variants.ts';

/** Of the one long test. */
const E2E_TESTS = 12;

const LINT = `
import {readdirSync, readFileSync} from 'node:fs';
const words = new Map();
for (const file of readdirSync('src')) {
  for (const [word] of readFileSync('src/' + file, 'utf8').matchAll(/[a-z]+/gi)) words.set(word, (words.get(word) ?? 0) + 1);
}
if (words.size === 0) process.exit(1);
`;

/** Runs its share of the tests, each of a fixed amount of work. */
const E2E = `
import assert from 'node:assert/strict';
import {test} from 'node:test';
const [index, of] = process.env.SHARE.split('/').map(Number);
for (let number = 0; number < ${E2E_TESTS}; number++) {
  if (Math.floor((number * of) / ${E2E_TESTS}) !== index) continue;
  test('flow ' + number, () => {
    let sum = number;
    for (let left = 45_000_000; left > 0; left--) sum = (Math.imul(sum, 1664525) + 1013904223) | 0;
    assert.notEqual(sum, number);
  });
}
`;

/** Real compilers and tests over packages that need each other, and one long test of the last package. */
export function typescriptPipeline(name: string, shape: Shape, jobs: number, more: number): Pipeline {
  const workload = workloadOf(typescript, shape);
  const last = workload.members.at(-1);
  if (last === undefined) throw new RangeError('a workload without packages');
  const plan: Plan = {phases: phasesOf(last.name), jobs, cache: false};
  return {
    name,
    family: 'typescript',
    plan,
    write: (folder) =>
      writeWorkload(folder, workload, {
        files: {'lint.mjs': LINT, [join(last.folder, 'e2e/flows.test.mjs')]: E2E},
        manifest: () => ({}),
      }),
    variants: [
      otherJobs(plan, more),
      dropped(plan, 'test'),
      halved(plan, 'e2e', testSetup),
      split(plan, 'e2e', 3, testSetup),
      withoutEdge(plan, 'build', 'lint'),
      hit(plan, 'lint'),
    ],
  };
}

function phasesOf(last: string): readonly Phase[] {
  const phase = (name: string, needs: readonly string[], line: string): Phase => ({
    name,
    needs,
    share: WHOLE,
    line: () => line,
  });
  return [
    phase('build', ['^build'], 'rm -rf dist && ../../node_modules/typescript/bin/tsc -p .'),
    phase('test', ['build'], 'node --test dist/index.test.js'),
    {...phase('lint', ['build'], 'node ../../lint.mjs'), cached: {inputs: ['src/**'], outputs: []}},
    {
      ...phase('e2e', ['build'], ''),
      line: ({index, of}) => `SHARE=${index}/${of} node --test e2e/flows.test.mjs`,
      workspaces: [last],
    },
  ];
}

/** What a test needs to begin: the other tests do next to nothing else. ms. */
function testSetup(earlier: readonly Run[]): number {
  const times = earlier.flatMap(({tasks}) =>
    tasks.flatMap(({task, start, finish}) => (isNamed(task, 'test') && start !== undefined ? [finish - start] : [])),
  );
  return median(times) ?? 0;
}
