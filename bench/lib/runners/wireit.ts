import {execPath} from 'node:process';
import {peerFolder, peerProgram, versionIn} from '../installed.ts';
import {JOBS, type Runner} from '../runner.ts';
import {inputs, type Member, type Task, tasks, type Workload} from '../workload.ts';

const scripts = Object.fromEntries(tasks.map(({name}) => [name, 'wireit']));

const scriptOf = ({line, needs, outputs}: Task, member: Member) => ({
  command: line,
  dependencies: needs.flatMap((need) =>
    need === 'build' ? ['build'] : member.dependencies.map(({id}) => `../${id}:build`),
  ),
  files: inputs,
  output: outputs,
});

/** wireit keeps its graph in the package.json files. */
const manifestOf = (workload: Workload) => (member: Member | undefined) => ({
  scripts,
  wireit: Object.fromEntries(
    tasks.map((task) => [
      task.name,
      member === undefined
        ? {dependencies: workload.members.map(({folder}) => `./${folder}:${task.name}`)}
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
  // the cheapest way in: npm would add its own start
  command: (task) => [execPath, '--run', task],
  env: (cache) => ({
    WIREIT_PARALLEL: String(JOBS),
    WIREIT_CACHE: cache === 'on' ? 'local' : 'none',
    WIREIT_LOGGER: 'quiet',
  }),
  caches: ['.wireit', 'packages/*/.wireit'],
};
