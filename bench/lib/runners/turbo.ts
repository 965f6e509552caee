import {peerFolder, peerProgram, versionIn} from '../installed.ts';
import {JOBS, type Runner} from '../runner.ts';
import {inputs, json, tasks} from '../workload.ts';

const config = {
  tasks: Object.fromEntries(tasks.map(({name, needs, outputs}) => [name, {dependsOn: needs, inputs, outputs}])),
};

export const turbo: Runner = {
  name: 'turbo',
  title: 'turbo',
  package: 'turbo',
  version: () => versionIn(peerFolder('turbo')),
  setup: () => ({files: {'turbo.json': json(config)}}),
  command: (task, cache) => [
    peerProgram('turbo'),
    'run',
    task,
    `--concurrency=${JOBS}`,
    '--cache-dir=.turbo/cache',
    `--cache=${cache === 'on' ? 'local:rw' : 'local:'},remote:`,
    '--output-logs=errors-only',
  ],
  env: () => ({TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1', DO_NOT_TRACK: '1'}),
  caches: ['.turbo'],
};
