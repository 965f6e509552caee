import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {peerFolder, peerProgram, versionIn} from '../installed.ts';
import {JOBS, type Runner} from '../runner.ts';
import {json, type Task} from '../workload.ts';

const configOf = (tasks: readonly Task[]) => ({
  analytics: false,
  neverConnectToCloud: true,
  namedInputs: Object.fromEntries(tasks.map(({name, inputs = []}) => [`${name}Sources`, inputs.map(filesOfGlob)])),
  targetDefaults: Object.fromEntries(tasks.map((task) => [task.name, targetOf(task)])),
});

/** What a dependency's sources change has to be said here; without inputs nx takes all files of the package and of those below. */
function targetOf({name, needs, inputs, outputs, env}: Task) {
  const own = `${name}Sources`;
  const below = needs.length > 0 ? [`^${own}`] : [];
  return {
    cache: true,
    dependsOn: needs,
    ...(inputs === undefined ? {} : {inputs: [own, ...below, ...env.map((variable) => ({env: variable}))]}),
    outputs: outputs.map((glob) => `{projectRoot}/${glob.replace('/**', '')}`),
  };
}

const filesOfGlob = (glob: string): string => `{projectRoot}/${glob.replace(/\*\*$/, '**/*')}`;

const DATA = '.nx/workspace-data';

/** The daemon of this workspace, if its process is still there. */
function daemonPid(folder: string): number | undefined {
  const file = join(folder, DATA, 'd/server-process.json');
  if (!existsSync(file)) return undefined;
  const {processId}: {processId?: number} = JSON.parse(readFileSync(file, 'utf8'));
  return processId !== undefined && existsSync(`/proc/${processId}`) ? processId : undefined;
}

export const nx: Runner = {
  name: 'nx',
  title: 'nx, with its daemon',
  package: 'nx',
  version: () => versionIn(peerFolder('nx')),
  setup: ({tasks}) => ({files: {'nx.json': json(configOf(tasks))}, links: {nx: peerFolder('nx')}}),
  hasDefaultInputs: true,
  command: ({task, cache}) => [
    peerProgram('nx'),
    'run-many',
    '-t',
    task,
    `--parallel=${JOBS}`,
    '--outputStyle=static',
    ...(cache === 'on' ? [] : ['--skipNxCache']),
  ],
  env: () => ({
    NX_DAEMON: 'true',
    NX_TUI: 'false',
    NX_NO_CLOUD: 'true',
    NX_CACHE_DIRECTORY: '.nx/cache',
    NX_WORKSPACE_DATA_DIRECTORY: DATA,
  }),
  caches: ['.nx/cache'],
  daemon: {pid: daemonPid, stop: [peerProgram('nx'), 'daemon', '--stop']},
};
