import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {peerFolder, peerProgram, versionIn} from '../installed.ts';
import {JOBS, type Runner} from '../runner.ts';
import {json, tasks} from '../workload.ts';

const sources = ['{projectRoot}/src/**/*', '{projectRoot}/package.json'];
const config = {
  analytics: false,
  neverConnectToCloud: true,
  namedInputs: {sources},
  targetDefaults: Object.fromEntries(
    tasks.map(({name, needs, outputs}) => [
      name,
      {
        cache: true,
        dependsOn: needs,
        inputs: needs.length > 0 ? ['sources', '^sources'] : ['sources'],
        outputs: outputs.map((glob) => `{projectRoot}/${glob.replace('/**', '')}`),
      },
    ]),
  ),
};

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
  setup: () => ({files: {'nx.json': json(config)}, links: {nx: peerFolder('nx')}}),
  command: (task, cache) => [
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
