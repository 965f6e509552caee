import {peerFolder, peerProgram, versionIn} from '../installed.ts';
import {JOBS, type Runner} from '../runner.ts';
import {json, type Task} from '../workload.ts';

const configOf = (tasks: readonly Task[]) => ({
  tasks: Object.fromEntries(
    tasks.map(({name, needs, inputs, outputs, env}) => [name, {dependsOn: needs, inputs, outputs, env}]),
  ),
});

export const turbo: Runner = {
  name: 'turbo',
  title: 'turbo',
  package: 'turbo',
  version: () => versionIn(peerFolder('turbo')),
  setup: ({tasks}) => ({files: {'turbo.json': json(configOf(tasks))}}),
  hasDefaultInputs: true,
  command: ({task, cache, output}) => [
    peerProgram('turbo'),
    'run',
    task,
    `--concurrency=${JOBS}`,
    '--cache-dir=.turbo/cache',
    `--cache=${cache === 'on' ? 'local:rw' : 'local:'},remote:`,
    ...(output === 'little' ? ['--output-logs=errors-only'] : []),
  ],
  env: () => ({TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1', DO_NOT_TRACK: '1'}),
  caches: ['.turbo'],
};
