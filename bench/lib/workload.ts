import {execFileSync} from 'node:child_process';
import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';

/** What a synthetic monorepo looks like. Nothing is random: equal shapes give equal bytes. */
export interface Shape {
  readonly packages: number;
  /** Sources of each package, spread over ten folders. */
  readonly files: number;
  /** Of each source. */
  readonly bytes: number;
  /** The packages are split evenly over this many layers; only neighbouring layers know each other. */
  readonly layers: number;
  /** Packages of the layer below that each package depends on. */
  readonly fan: number;
}

export const standardShape: Shape = {packages: 100, files: 50, bytes: 1024, layers: 10, fan: 3};

export interface Member {
  readonly index: number;
  /** `pkg-0042`. */
  readonly id: string;
  /** `@bench/pkg-0042`. */
  readonly name: string;
  /** `packages/pkg-0042`. */
  readonly folder: string;
  readonly dependencies: readonly Member[];
}

export interface Workload {
  readonly shape: Shape;
  readonly members: readonly Member[];
}

export type TaskName = 'build' | 'test' | 'lint';

export interface Task {
  readonly name: TaskName;
  /** The same shell text for every runner; no interpreter but the shell, so that a timing shows the runner's own cost. */
  readonly line: string;
  /** `^build`: the builds of the packages below; `build`: that of the package itself. */
  readonly needs: readonly ('^build' | 'build')[];
  readonly outputs: readonly string[];
}

export const tasks: readonly Task[] = [
  {
    name: 'build',
    line: 'rm -rf dist && mkdir -p dist && cp -r src/. dist/ && cat src/*/*.ts > dist/bundle.js',
    needs: ['^build'],
    outputs: ['dist/**'],
  },
  {name: 'test', line: 'cat dist/bundle.js > /dev/null && echo ok', needs: ['build'], outputs: []},
  {name: 'lint', line: 'cat src/*/*.ts > /dev/null && echo clean', needs: [], outputs: []},
];

/** Globs of what each task reads, relative to its package. */
export const inputs: readonly string[] = ['src/**', 'package.json'];

/** Texts by path, relative to the root. */
export type Files = Readonly<Record<string, string>>;

/** What one runner adds to the plain workspace. */
export interface Setup {
  readonly files: Files;
  /** Keys for the package.json of a member, or of the root (undefined), in place of the plain scripts. */
  readonly manifest?: (member: Member | undefined) => Readonly<Record<string, unknown>>;
  /** Absolute paths of installed packages that must be found in the root's node_modules, by name. */
  readonly links?: Readonly<Record<string, string>>;
}

export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Package `i` of a layer depends on the packages `(i + 7k) mod width` of the layer below, for k = 0 ... fan - 1. */
export function workloadOf(shape: Shape): Workload {
  const width = Math.ceil(shape.packages / shape.layers);
  const members: Member[] = [];
  for (let index = 0; index < shape.packages; index++) {
    const below = Math.floor(index / width) * width - width;
    const offsets = new Set(below < 0 ? [] : Array.from({length: shape.fan}, (_, k) => (index + 7 * k) % width));
    const id = `pkg-${String(index).padStart(4, '0')}`;
    const dependencies = [...offsets].map((offset) => members[below + offset]).filter((one) => one !== undefined);
    members.push({index, id, name: `@bench/${id}`, folder: `packages/${id}`, dependencies});
  }
  return {shape, members};
}

/** Writes the monorepo into an empty folder, with a lockfile, its members linked as if installed, and everything committed. */
export function writeWorkload(folder: string, {shape, members}: Workload, setup: Setup): void {
  const scripts = Object.fromEntries(tasks.map(({name, line}) => [name, line]));
  const manifest = setup.manifest ?? ((member) => (member === undefined ? {} : {scripts}));
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), {recursive: true});
    writeFileSync(join(folder, path), text);
  };

  const root = {name: 'bench-workload', version: '1.0.0', private: true, packageManager: 'npm@11.0.0'};
  put('package.json', json({...root, workspaces: ['packages/*'], ...manifest(undefined)}));
  put('package-lock.json', json(lockfileOf(members)));
  put('.gitignore', 'node_modules\ndist\n.paceline\n.turbo\n.nx\n.moon/cache\n.wireit\n.cache\n.stamps\n');
  for (const member of members) {
    const own = {name: member.name, version: '1.0.0', private: true, dependencies: rangesOf(member)};
    put(`${member.folder}/package.json`, json({...own, ...manifest(member)}));
    for (let file = 0; file < shape.files; file++) {
      put(`${member.folder}/src/d${file % 10}/f${file}.ts`, sourceOf(member.index, file, shape.bytes));
    }
  }
  for (const [path, text] of Object.entries(setup.files)) put(path, text);

  const link = (name: string, target: string): void => {
    mkdirSync(dirname(join(folder, 'node_modules', name)), {recursive: true});
    symlinkSync(target, join(folder, 'node_modules', name));
  };
  for (const member of members) link(member.name, `../../${member.folder}`);
  for (const [name, target] of Object.entries(setup.links ?? {})) link(name, target);
  commit(folder);
}

const rangesOf = (member: Member) => Object.fromEntries(member.dependencies.map(({name}) => [name, '1.0.0']));

function lockfileOf(members: readonly Member[]): unknown {
  const root = {name: 'bench-workload', version: '1.0.0', workspaces: ['packages/*']};
  const packages: Record<string, unknown> = {'': root};
  for (const member of members) {
    packages[`node_modules/${member.name}`] = {resolved: member.folder, link: true};
    packages[member.folder] = {name: member.name, version: '1.0.0', dependencies: rangesOf(member)};
  }
  return {name: root.name, version: root.version, lockfileVersion: 3, requires: true, packages};
}

/** A TypeScript module of exactly `bytes` bytes. */
function sourceOf(member: number, file: number, bytes: number): string {
  const code = `export const value${file} = ${member * 10_000 + file};\n`;
  const filler = `// line of package ${member}, file ${file}\n`;
  const text = code + filler.repeat(Math.ceil(bytes / filler.length));
  return `${text.slice(0, bytes - 1)}\n`;
}

function commit(folder: string): void {
  const author = ['-c', 'user.name=bench', '-c', 'user.email=bench@example.com', '-c', 'commit.gpgsign=false'];
  const git = (...words: string[]) => execFileSync('git', words, {cwd: folder, stdio: 'ignore'});
  git('init', '-q', '-b', 'main');
  git('add', '-A');
  git(...author, 'commit', '-q', '-m', 'The workload');
}
