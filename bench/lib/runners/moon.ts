import {peerFolder, peerProgram, versionIn} from '../installed.ts';
import {JOBS, type Runner} from '../runner.ts';
import {type Files, tasks, type Workload} from '../workload.ts';

// YAML in its JSON form
const sources = ['src/**/*', 'package.json'];
const taskFile = {
  tasks: Object.fromEntries(
    tasks.map(({name, line, needs, outputs}) => [
      name,
      {
        script: line,
        deps: needs.map((need) => (need === 'build' ? '~:build' : '^:build')),
        inputs: sources,
        ...(outputs.length > 0 ? {outputs: outputs.map((glob) => `${glob}/*`)} : {}),
      },
    ]),
  ),
};

const filesOf = ({members}: Workload): Files => ({
  '.moon/workspace.yml': JSON.stringify({
    projects: ['packages/*'],
    vcs: {client: 'git', defaultBranch: 'main'},
    telemetry: false,
  }),
  '.moon/tasks/all.yml': JSON.stringify(taskFile),
  ...Object.fromEntries(
    members.map(({id, folder, dependencies}) => [
      `${folder}/moon.yml`,
      JSON.stringify({id, language: 'unknown', dependsOn: dependencies.map((one) => one.id)}),
    ]),
  ),
});

export const moon: Runner = {
  name: 'moon',
  title: 'moon',
  package: '@moonrepo/cli',
  version: () => versionIn(peerFolder('@moonrepo/cli')),
  setup: (workload) => ({files: filesOf(workload)}),
  command: (task, cache) => [
    peerProgram('moon'),
    'run',
    `:${task}`,
    '--concurrency',
    String(JOBS),
    ...(cache === 'on' ? [] : ['--cache', 'off']),
  ],
  env: () => ({MOON_TOOLCHAIN_FORCE_GLOBALS: 'true'}),
  caches: ['.moon/cache'],
};
