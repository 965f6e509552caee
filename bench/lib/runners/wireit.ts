import {execPath} from 'node:process';
import {peerFolder, peerProgram, versionIn} from '../installed.ts';
import {JOBS, type Runner} from '../runner.ts';
import type {Member, Task, Workload} from '../workload.ts';

const scriptOf = ({line, needs, inputs, outputs, env}: Task, member: Member) => ({
  command: line,
  dependencies: needs.flatMap((need) =>
    need === 'build' ? ['build'] : member.dependencies.map(({id}) => `../${id}:build`),
  ),
  files: inputs,
  output: outputs,
  env: Object.fromEntries(env.map((name) => [name, {external: true}])),
});

/** wireit keeps its graph in the package.json files. */
const manifestOf =
  ({members, tasks}: Workload) =>
  (member: Member | undefined) => ({
    scripts: Object.fromEntries(tasks.map(({name}) => [name, 'wireit'])),
    wireit: Object.fromEntries(
      tasks.map((task) => [
        task.name,
        member === undefined
          ? {dependencies: members.map(({folder}) => `./${folder}:${task.name}`)}
          : scriptOf(task, member),
      ]),
    ),
  });

export const wireit: Runner = {
  name: 'wireit',
  title: 'wireit',
  package: 'wireit',
  version: () => versionIn(peerFolder('wireit')),
  setup: (workload) => ({
    files: {},
    manifest: manifestOf(workload),
    links: {wireit: peerFolder('wireit'), '.bin/wireit': peerProgram('wireit')},
  }),
  hasDefaultInputs: false,
  // the cheapest way in: npm would add its own start
  command: ({task}) => [execPath, '--run', task],
  env: ({cache, output}) => ({
    WIREIT_PARALLEL: String(JOBS),
    WIREIT_CACHE: cache === 'on' ? 'local' : 'none',
    ...(output === 'little' ? {WIREIT_LOGGER: 'quiet'} : {}),
  }),
  caches: ['.wireit', 'packages/*/.wireit'],
};
