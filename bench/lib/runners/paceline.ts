import {join} from 'node:path';
import {execPath} from 'node:process';
import {repository, versionIn} from '../installed.ts';
import {JOBS, type Runner} from '../runner.ts';
import type {Task} from '../workload.ts';

export const pacelineProgram = join(repository, 'dist/bin.js');

/** Beside the workload, so that it is on the same file system and is moved away with it. */
const STORE = '../store';

const phase = ({name, line, needs, inputs, outputs, env}: Task): string => `
[lifecycle.${name}]
command = ${JSON.stringify(line)}
depends_on = ${JSON.stringify(needs)}
${inputs === undefined ? '' : `inputs = ${JSON.stringify(inputs)}\n`}outputs = ${JSON.stringify(outputs)}
${env.length === 0 ? '' : `env = ${JSON.stringify(env)}\n`}cache = true
`;

export const paceline: Runner = {
  name: 'paceline',
  title: 'paceline',
  version: () => versionIn(repository),
  setup: ({tasks}) => ({files: {'make.toml': `[project]\nname = "bench-workload"\n${tasks.map(phase).join('')}`}}),
  hasDefaultInputs: true,
  command: ({task, cache, output}) => [
    execPath,
    pacelineProgram,
    'run',
    task,
    '--jobs',
    String(JOBS),
    ...(cache === 'on' ? [] : ['--no-cache']),
    ...(output === 'reasons' ? ['--why'] : []),
  ],
  env: (_, folder) => ({PACELINE_CACHE_DIR: join(folder, STORE)}),
  caches: ['.paceline', STORE],
};
