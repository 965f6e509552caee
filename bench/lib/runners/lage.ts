import {peerFolder, peerProgram, versionIn} from '../installed.ts';
import {JOBS, type Runner} from '../runner.ts';
import {inputs, json, tasks} from '../workload.ts';

const config = {
  pipeline: Object.fromEntries(tasks.map(({name, needs, outputs}) => [name, {dependsOn: needs, inputs, outputs}])),
  npmClient: 'npm',
  cacheOptions: {outputGlob: ['dist/**']},
};

export const lage: Runner = {
  name: 'lage',
  title: 'lage',
  package: 'lage',
  version: () => versionIn(peerFolder('lage')),
  setup: () => ({files: {'lage.config.js': `module.exports = ${json(config)}`}}),
  command: (task, cache) => [
    peerProgram('lage'),
    task,
    `--concurrency=${JOBS}`,
    ...(cache === 'on' ? [] : ['--no-cache']),
  ],
  env: () => ({}),
  caches: ['node_modules/.cache', 'packages/*/node_modules/.cache'],
};
