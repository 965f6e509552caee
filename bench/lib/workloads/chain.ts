import type {Files, Member, Shape, Task, WorkloadKind} from '../workload.ts';

/** Three packages, a <- b <- c. */
export const chainShape: Shape = {packages: 3, files: 1, bytes: 0, layers: 3, fan: 1};

const build: Task = {
  name: 'build',
  line: 'sh build.sh',
  needs: ['^build'],
  inputs: ['src/**', 'build.sh', 'package.json'],
  outputs: ['dist/**'],
  env: ['DECLARED'],
};

export const letterOf = ({index}: Member): string => String.fromCharCode('a'.charCodeAt(0) + index);

/** Its builds depend on a file, on what is below and on DECLARED, show SECRET, and leave a mark in a file when they really run. */
export function chain(marks: string): WorkloadKind {
  const nothing = () => {
    throw new Error('the chain is edited by the probes');
  };
  return {
    tasks: [build],
    goal: 'build',
    note: '',
    prerequisites: ['src/*', 'build.sh', 'package.json'],
    mainOutput: 'dist/main.txt',
    manifest: {},
    installed: {},
    filesOf: (member) => filesOf(member, marks),
    editOf: nothing,
    checkerOf: nothing,
  };
}

/** Lines that begin with # do not reach the output; the word `more` makes one output more. */
function filesOf(member: Member, marks: string): Files {
  const below = member.dependencies.map(({id}) => `cat ../${id}/dist/main.txt >> dist/main.txt`);
  const lines = [
    'set -e',
    `echo ${letterOf(member)} >> '${marks}'`,
    'rm -rf dist && mkdir dist',
    "grep -v '^#' src/main.txt > dist/main.txt",
    ...below,
    'if grep -q more src/main.txt; then cp dist/main.txt dist/more.txt; fi',
    `printf '#!/bin/sh\\n' > dist/run.sh && chmod 755 dist/run.sh`,
    'ln -s main.txt dist/link',
    'echo "DECLARED is ${DECLARED-unset}, SECRET is ${SECRET-unset}" > dist/env.txt',
  ];
  return {'src/main.txt': `${letterOf(member)} one\n`, 'build.sh': `${lines.join('\n')}\n`};
}
