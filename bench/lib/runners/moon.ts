import {peerFolder, peerProgram, versionIn} from '../installed.ts';
import {JOBS, type Runner} from '../runner.ts';
import type {Files, Task, Workload} from '../workload.ts';

const taskOf = ({line, needs, inputs, outputs, env}: Task) => ({
  script: line,
  deps: needs.map((need) => (need === 'build' ? '~:build' : '^:build')),
  ...(inputs === undefined ? {} : {inputs: [...inputs.map(filesOfGlob), ...env.map((name) => `$${name}`)]}),
  ...(outputs.length > 0 ? {outputs: outputs.map(filesOfGlob)} : {}),
});

const filesOfGlob = (glob: string): string => glob.replace(/\*\*$/, '**/*');

// YAML in its JSON form
const filesOf = ({members, tasks}: Workload): Files => ({
  '.moon/workspace.yml': JSON.stringify({
    projects: ['packages/*'],
    vcs: {client: 'git', defaultBranch: 'main'},
    telemetry: false,
  }),
  '.moon/tasks/all.yml': JSON.stringify({tasks: Object.fromEntries(tasks.map((task) => [task.name, taskOf(task)]))}),
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
  hasDefaultInputs: true,
  command: ({task, cache}) => [
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
