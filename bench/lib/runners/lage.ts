import {peerFolder, peerProgram, versionIn} from '../installed.ts';
import {JOBS, type Runner} from '../runner.ts';
import {json, type Task} from '../workload.ts';

const configOf = (tasks: readonly Task[]) => ({
  pipeline: Object.fromEntries(
    tasks.map(({name, needs, inputs, outputs}) => [name, {dependsOn: needs, inputs, outputs}]),
  ),
  npmClient: 'npm',
  cacheOptions: {outputGlob: ['dist/**']},
});

/** A task cannot name a variable, but the one key that all tasks share may be made of some. */
function configTextOf(tasks: readonly Task[]): string {
  const names = [...new Set(tasks.flatMap(({env}) => env))];
  const key = names.map((name) => `process.env.${name}`).join(', ');
  const text = `module.exports = ${json(configOf(tasks))}`;
  return names.length === 0 ? text : `${text}module.exports.cacheOptions.cacheKey = JSON.stringify([${key}]);\n`;
}

export const lage: Runner = {
  name: 'lage',
  title: 'lage',
  package: 'lage',
  version: () => versionIn(peerFolder('lage')),
  setup: ({tasks}) => ({files: {'lage.config.js': configTextOf(tasks)}}),
  hasDefaultInputs: true,
  command: ({task, cache}) => [
    peerProgram('lage'),
    task,
    `--concurrency=${JOBS}`,
    ...(cache === 'on' ? [] : ['--no-cache']),
  ],
  env: () => ({}),
  caches: ['node_modules/.cache', 'packages/*/node_modules/.cache'],
};
