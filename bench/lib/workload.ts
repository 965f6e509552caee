import {execFileSync} from 'node:child_process';
import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {versionIn} from './installed.ts';

/** What a synthetic monorepo looks like. Nothing is random: equal shapes give equal bytes. */
export interface Shape {
  readonly packages: number;
  /** Sources of each package. */
  readonly files: number;
  /** Of each source. */
  readonly bytes: number;
  /** The packages are split evenly over this many layers; only neighbouring layers know each other. */
  readonly layers: number;
  /** Packages of the layer below that each package depends on. */
  readonly fan: number;
}

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

export type TaskName = 'build' | 'test' | 'lint';

export interface Task {
  readonly name: TaskName;
  /** The same shell text for every runner. */
  readonly line: string;
  /** `^build`: the builds of the packages below; `build`: that of the package itself. */
  readonly needs: readonly ('^build' | 'build')[];
  /** Globs of what it reads, relative to its package; undefined: what the runner takes when nobody says. */
  readonly inputs: readonly string[] | undefined;
  readonly outputs: readonly string[];
  /** Names of the variables that its result depends on. */
  readonly env: readonly string[];
}

/** Whether the tasks say what they read. */
export const inputModes = ['explicit', 'default'] as const;
export type InputMode = (typeof inputModes)[number];

/** Changes to one file of one package. */
export const edits = ['leaf-edit', 'base-equal', 'base-changed'] as const;
export type EditName = (typeof edits)[number];

export interface Edit {
  readonly member: Member;
  /** Relative to the package. */
  readonly path: string;
  /** What is put at the end of the file; never the same twice, so that no cache knows the result. */
  readonly addition: (text: string) => string;
}

/** What the packages of a workload hold, and what becomes of it. */
export interface WorkloadKind {
  /** The tasks, with explicit inputs. */
  readonly tasks: readonly Task[];
  /** The task that a build of the whole workload asks for. */
  readonly goal: TaskName;
  /** What is special about it, for titles; '' for nothing. */
  readonly note: string;
  /** Shell globs of all that a build reads, relative to the package, for make. */
  readonly prerequisites: readonly string[];
  /** The output whose time says when a package was built, relative to it. */
  readonly mainOutput: string;
  /** Keys of every member's package.json. */
  readonly manifest: Readonly<Record<string, unknown>>;
  /** Absolute folders of the npm packages that the tasks need, by name. */
  readonly installed: Readonly<Record<string, string>>;
  /** Of one package, relative to it. */
  readonly filesOf: (member: Member, shape: Shape) => Files;
  /** One source of the last package; one file of the first, without and with an effect on its outputs. */
  readonly editOf: (edit: EditName, workload: Workload) => Edit;
  /**
   * Says what is wrong with the outputs in a copy of the workload: '' when each is what its sources say, byte for byte, and nothing
   * else is there. `folder` is an empty one of the checker's own.
   */
  readonly checkerOf: (workload: Workload, folder: string) => OutputCheck;
}

export type OutputCheck = (copy: string) => string;

export interface Workload {
  readonly kind: WorkloadKind;
  readonly shape: Shape;
  readonly members: readonly Member[];
  readonly tasks: readonly Task[];
}

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
export function workloadOf(kind: WorkloadKind, shape: Shape, inputs: InputMode = 'explicit'): Workload {
  const width = Math.ceil(shape.packages / shape.layers);
  const members: Member[] = [];
  for (let index = 0; index < shape.packages; index++) {
    const below = Math.floor(index / width) * width - width;
    const offsets = new Set(below < 0 ? [] : Array.from({length: shape.fan}, (_, k) => (index + 7 * k) % width));
    const id = `pkg-${String(index).padStart(4, '0')}`;
    const dependencies = [...offsets].map((offset) => members[below + offset]).filter((one) => one !== undefined);
    members.push({index, id, name: `@bench/${id}`, folder: `packages/${id}`, dependencies});
  }
  const tasks = inputs === 'explicit' ? kind.tasks : kind.tasks.map((task) => ({...task, inputs: undefined}));
  return {kind, shape, members, tasks};
}

/** As in headings: `100 packages, 5000 sources, default inputs`. */
export function titleOf({kind, shape: {packages, files}}: Workload, inputs: InputMode): string {
  return `${packages} packages, ${packages * files} sources${kind.note}, ${inputs} inputs`;
}

/** The rest of the shape, in a sentence. */
export function shapeNote({shape: {layers, fan, bytes}}: Workload): string {
  return `The packages lie in ${layers} layers; each depends on ${fan} of the layer below. Each source has about ${bytes} bytes.`;
}

/**
 * Writes the monorepo into an empty folder, with a lockfile, its members linked and recorded as npm does it, and everything
 * committed.
 */
export function writeWorkload(folder: string, {kind, shape, members, tasks}: Workload, setup: Setup): void {
  const scripts = Object.fromEntries(tasks.map(({name, line}) => [name, line]));
  const manifest = setup.manifest ?? ((member) => (member === undefined ? {} : {scripts}));
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), {recursive: true});
    writeFileSync(join(folder, path), text);
  };

  const own = {name: 'bench-workload', version: '1.0.0'};
  const workspaces = {workspaces: ['packages/*'], devDependencies: versionsOf(kind)};
  const lockOf = (packages: unknown): string => json({...own, lockfileVersion: 3, requires: true, packages});
  const packages = installedPackages(kind, members);
  put(
    'package.json',
    json({...own, private: true, packageManager: 'npm@11.0.0', ...workspaces, ...manifest(undefined)}),
  );
  put('package-lock.json', lockOf({'': {...own, ...workspaces}, ...packages}));
  put('node_modules/.package-lock.json', lockOf(packages));
  put('.gitignore', 'node_modules\ndist\n.paceline\n.turbo\n.nx\n.moon/cache\n.wireit\n.cache\n.stamps\n');
  for (const member of members) {
    const fixed = {name: member.name, version: '1.0.0', private: true, dependencies: rangesOf(member)};
    put(`${member.folder}/package.json`, json({...fixed, ...kind.manifest, ...manifest(member)}));
    for (const [path, text] of Object.entries(kind.filesOf(member, shape))) put(`${member.folder}/${path}`, text);
  }
  for (const [path, text] of Object.entries(setup.files)) put(path, text);

  const link = (name: string, target: string): void => {
    mkdirSync(dirname(join(folder, 'node_modules', name)), {recursive: true});
    symlinkSync(target, join(folder, 'node_modules', name));
  };
  for (const member of members) link(member.name, `../../${member.folder}`);
  for (const [name, target] of Object.entries({...kind.installed, ...setup.links})) link(name, target);
  commit(folder);
}

const rangesOf = (member: Member) => Object.fromEntries(member.dependencies.map(({name}) => [name, '1.0.0']));

const versionsOf = ({installed}: WorkloadKind) =>
  Object.fromEntries(Object.entries(installed).map(([name, folder]) => [name, versionIn(folder) ?? '']));

/** As a lockfile has them. */
function installedPackages(kind: WorkloadKind, members: readonly Member[]): Readonly<Record<string, unknown>> {
  const packages: Record<string, unknown> = {};
  for (const member of members) {
    packages[`node_modules/${member.name}`] = {resolved: member.folder, link: true};
    packages[member.folder] = {name: member.name, version: '1.0.0', dependencies: rangesOf(member)};
  }
  for (const [name, version] of Object.entries(versionsOf(kind))) {
    packages[`node_modules/${name}`] = {version, dev: true};
  }
  return packages;
}

function commit(folder: string): void {
  const author = ['-c', 'user.name=bench', '-c', 'user.email=bench@example.com', '-c', 'commit.gpgsign=false'];
  const git = (...words: string[]) => execFileSync('git', words, {cwd: folder, stdio: 'ignore'});
  git('init', '-q', '-b', 'main');
  git('add', '-A');
  git(...author, 'commit', '-q', '-m', 'The workload');
}
