import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {mkdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {cleanEnvironment} from '../environment.ts';
import {repository} from '../installed.ts';
import {type Contents, contentsOf, outputCheck} from '../outputs.ts';
import {
  type Edit,
  type Files,
  json,
  type Member,
  type OutputCheck,
  type Shape,
  type Task,
  type Workload,
  type WorkloadKind,
  writeWorkload,
} from '../workload.ts';

export const typescriptShape: Shape = {packages: 20, files: 6, bytes: 1500, layers: 5, fan: 2};

const inputs = ['src/**', 'package.json', 'tsconfig.json'];
/** By path: some runners put node_modules/.bin on the PATH and some do not. */
const buildLine = 'rm -rf dist && ../../node_modules/typescript/bin/tsc -p .';

const tasks: readonly Task[] = [
  {name: 'build', line: buildLine, needs: ['^build'], inputs, outputs: ['dist/**'], env: []},
  {name: 'test', line: 'node --test dist/index.test.js', needs: ['build'], inputs, outputs: [], env: []},
];

/** Comments are taken out, so an edited comment leaves the outputs as they were. */
const tsconfig = json({
  compilerOptions: {
    target: 'es2024',
    module: 'nodenext',
    types: ['node'],
    strict: true,
    declaration: true,
    removeComments: true,
    skipLibCheck: true,
    rootDir: 'src',
    outDir: 'dist',
  },
  include: ['src'],
});

/** Real compilers and real tests: each package imports those below through what their builds wrote. */
export const typescript: WorkloadKind = {
  tasks,
  goal: 'test',
  note: ', `tsc` and `node --test`',
  prerequisites: ['package.json', 'tsconfig.json', 'src/*'],
  mainOutput: 'dist/index.js',
  manifest: {type: 'module', exports: {'.': {types: './dist/index.d.ts', default: './dist/index.js'}}},
  installed: {
    typescript: join(repository, 'node_modules/typescript'),
    '@types/node': join(repository, 'node_modules/@types/node'),
  },
  filesOf,
  editOf: (edit, {members}): Edit => {
    const member = edit === 'leaf-edit' ? members.at(-1) : members[0];
    if (member === undefined) throw new RangeError('a workload without packages');
    const lines = (text: string): number => text.split('\n').length;
    const addition = (text: string): string =>
      edit === 'base-equal' ? '// edited\n' : `export const edited${lines(text)}: number = ${lines(text)};\n`;
    return {member, path: 'src/f0.ts', addition};
  },
  checkerOf,
};

function filesOf(member: Member, {files, bytes}: Shape): Files {
  const numbers = Array.from({length: files}, (_, file) => file);
  const imports = member.dependencies.map(({name}, below) => `import {total as total${below}} from '${name}';\n`);
  const terms = [...numbers.map((file) => `sum${file}(1)`), ...imports.map((_, below) => `total${below}()`)];
  return {
    'tsconfig.json': tsconfig,
    ...Object.fromEntries(numbers.map((file) => [`src/f${file}.ts`, sourceOf(member, file, bytes)])),
    'src/index.ts': [
      ...imports,
      ...numbers.map((file) => `import {sum${file}} from './f${file}.js';\n`),
      ...numbers.map((file) => `export * from './f${file}.js';\n`),
      `\n/** Of this package and all below. */\nexport function total(): number {\n  return ${terms.join(' + ')};\n}\n`,
    ].join(''),
    'src/index.test.ts': [
      "import assert from 'node:assert/strict';\nimport {test} from 'node:test';\n",
      "import {sum0, total} from './index.js';\n",
      "\ntest('the total holds what is below', () => {\n  assert.ok(total() >= sum0(1));\n});\n",
    ].join(''),
  };
}

/** A module of about `bytes` bytes whose exports all say their types, so that nobody's outputs depend on those of others. */
function sourceOf({id, index}: Member, file: number, bytes: number): string {
  const functionOf = (step: number): string => `
/** Step ${step} of file ${file} in ${id}. */
export function step${file}x${step}(items: readonly Item${file}[], factor: number): number {
  return items.filter(({weight}) => weight > ${step}).reduce((sum, item) => sum + item.weight * factor, ${index + step});
}
`;
  const head = `export interface Item${file} {\n  readonly name: string;\n  readonly weight: number;\n}\n`;
  const steps = [functionOf(0)];
  while (head.length + steps.join('').length < bytes) steps.push(functionOf(steps.length));
  const items = `[{name: '${id}', weight: ${file + 3}}]`;
  const terms = steps.map((_, step) => `step${file}x${step}(${items}, factor)`).join(' + ');
  return `${head}${steps.join('')}\nexport function sum${file}(factor: number): number {\n  return ${terms};\n}\n`;
}

/** Builds what it has not seen yet in a copy of its own, without any runner, and remembers it. */
function checkerOf(workload: Workload, folder: string): OutputCheck {
  const known = new Map<string, Contents>();
  const env = cleanEnvironment(join(folder, 'home'));
  const reference = join(folder, 'reference');
  mkdirSync(reference, {recursive: true});
  writeWorkload(reference, workload, {files: {}});
  const expectedOf = (id: string, member: string): Contents => {
    const sources = contentsOf(join(member, 'src'));
    const key = digestOf(id, sources);
    const found = known.get(key);
    if (found !== undefined) return found;
    const own = join(reference, 'packages', id);
    for (const [file, bytes] of sources) {
      mkdirSync(dirname(join(own, 'src', file)), {recursive: true});
      writeFileSync(join(own, 'src', file), bytes);
    }
    execFileSync('sh', ['-c', buildLine], {cwd: own, env, stdio: 'inherit'});
    const built = contentsOf(join(own, 'dist'));
    known.set(key, built);
    return built;
  };
  for (const {id, folder: place} of workload.members) expectedOf(id, join(reference, place));
  return outputCheck(workload, expectedOf);
}

function digestOf(id: string, contents: Contents): string {
  const hash = createHash('sha256').update(id);
  for (const [file, bytes] of contents) hash.update(`\0${file}\0${bytes.length}\0`).update(bytes);
  return hash.digest('hex');
}
