import {spawnSync} from 'node:child_process';
import {JOBS, type Runner} from '../runner.ts';
import type {Member, TaskName, Workload} from '../workload.ts';

function makefileOf({kind, members, tasks}: Workload): string {
  /** The file whose age says whether a task is done. */
  const targetOf = ({id, folder}: Member, task: TaskName): string =>
    task === 'build' ? `${folder}/${kind.mainOutput}` : `.stamps/${id}.${task}`;
  const rules = tasks.flatMap(({name, line, needs}) => [
    `${name}: ${members.map((member) => targetOf(member, name)).join(' ')}`,
    ...members.map((member) => {
      const below = needs.includes('^build') ? member.dependencies : needs.includes('build') ? [member] : [];
      const sources = kind.prerequisites.map((glob) =>
        glob.includes('*') ? `$(wildcard ${member.folder}/${glob})` : `${member.folder}/${glob}`,
      );
      const target = targetOf(member, name);
      const stamp = name === 'build' ? '' : ` && mkdir -p ../../.stamps && : > ../../${target}`;
      return `${target}: ${[...sources, ...below.map((one) => targetOf(one, 'build'))].join(' ')}
\t@cd ${member.folder} && ${line.replaceAll('$', '$$$$')}${stamp}`;
    }),
  ]);
  return `MAKEFLAGS += -rR\n.PHONY: ${tasks.map(({name}) => name).join(' ')}\n${rules.join('\n')}\n`;
}

/** Compares times and keeps no cache: the least that looking at the sources and starting these shells can cost. */
export const make: Runner = {
  name: 'make',
  title: `GNU make -j${JOBS}`,
  version: () => /^GNU Make (\S+)/.exec(spawnSync('make', ['--version'], {encoding: 'utf8'}).stdout ?? '')?.[1],
  setup: (workload) => ({files: {Makefile: makefileOf(workload)}}),
  hasDefaultInputs: true,
  command: ({task}) => ['make', `-j${JOBS}`, task],
  env: () => ({}),
  caches: ['.stamps'],
};
