import {join} from 'node:path';
import {contentsOf, outputCheck} from '../outputs.ts';
import type {Edit, Files, Member, Shape, Task, WorkloadKind} from '../workload.ts';

export const standardShape: Shape = {packages: 100, files: 50, bytes: 1024, layers: 10, fan: 3};

const inputs = ['src/**', 'package.json', 'README.md'];

/** No interpreter but the shell, so that a timing shows the runner's own cost. */
const tasks: readonly Task[] = [
  {
    name: 'build',
    line: 'rm -rf dist && mkdir -p dist && cp -r src/. dist/ && cat src/*/*.ts > dist/bundle.js',
    needs: ['^build'],
    inputs,
    outputs: ['dist/**'],
    env: [],
  },
  {name: 'test', line: 'cat dist/bundle.js > /dev/null && echo ok', needs: ['build'], inputs, outputs: [], env: []},
  {name: 'lint', line: 'cat src/*/*.ts > /dev/null && echo clean', needs: [], inputs, outputs: [], env: []},
];

const source = 'src/d0/f0.ts';
const comment = (): string => '// edited\n';

/** Copies the sources, which lie in ten folders, and joins them to a bundle. */
export const copy: WorkloadKind = {
  tasks,
  goal: 'build',
  note: '',
  prerequisites: ['package.json', 'README.md', 'src/*/*'],
  mainOutput: 'dist/bundle.js',
  manifest: {},
  installed: {},
  filesOf,
  editOf: (edit, {members}): Edit => {
    const [base] = members;
    const leaf = members.at(-1);
    if (base === undefined || leaf === undefined) throw new RangeError('a workload without packages');
    if (edit === 'leaf-edit') return {member: leaf, path: source, addition: comment};
    if (edit === 'base-changed') return {member: base, path: source, addition: comment};
    return {member: base, path: 'README.md', addition: () => 'Edited.\n'};
  },
  checkerOf: (workload) =>
    outputCheck(workload, (_, folder) => {
      const sources = contentsOf(join(folder, 'src'));
      const modules = [...sources].filter(([file]) => file.endsWith('.ts')).map(([, bytes]) => bytes);
      return new Map([...sources, ['bundle.js', Buffer.concat(modules)]]);
    }),
};

function filesOf(member: Member, {files, bytes}: Shape): Files {
  const sources = Array.from({length: files}, (_, file) => [
    `src/d${file % 10}/f${file}.ts`,
    sourceOf(member.index, file, bytes),
  ]);
  return {'README.md': `# ${member.name}\n\nNothing of this is copied.\n`, ...Object.fromEntries(sources)};
}

/** A TypeScript module of exactly `bytes` bytes. */
function sourceOf(member: number, file: number, bytes: number): string {
  const code = `export const value${file} = ${member * 10_000 + file};\n`;
  const filler = `// line of package ${member}, file ${file}\n`;
  const text = code + filler.repeat(Math.ceil(bytes / filler.length));
  return `${text.slice(0, bytes - 1)}\n`;
}
