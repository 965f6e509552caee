import {join} from 'node:path';
import {execPath} from 'node:process';
import {repository, versionIn} from '../installed.ts';
import {JOBS, type Runner} from '../runner.ts';
import {inputs, type Task, tasks} from '../workload.ts';

export const pacelineProgram = join(repository, 'dist/bin.js');

const phase = ({name, line, needs, outputs}: Task): string => `
[lifecycle.${name}]
command = ${JSON.stringify(line)}
depends_on = ${JSON.stringify(needs)}
inputs = ${JSON.stringify(inputs)}
outputs = ${JSON.stringify(outputs)}
cache = true
`;

const makeToml = `[project]\nname = "bench-workload"\n${tasks.map(phase).join('')}`;

export const paceline: Runner = {
  name: 'paceline',
  title: 'paceline',
  version: () => versionIn(repository),
  setup: () => ({files: {'make.toml': makeToml}}),
  command: (task) => [execPath, pacelineProgram, 'run', task, '--jobs', String(JOBS)],
  env: () => ({}),
  caches: ['.paceline'],
};
