import {posix} from 'node:path';
import type {Task} from '../plan/task.ts';
import type {Project, Workspace} from '../project/project.ts';
import type {SetDefinition} from './input-set.ts';
import {INSTALLED_RECORDS} from './installed-record.ts';
import {type FileGlobs, fileGlobs, resolvedGlob} from './patterns/file-globs.ts';

/** A set and the name under which it is remembered: equal names, equal definitions. */
export interface NamedSet {
  readonly name: string;
  /** A file of the root that counts for every task. */
  readonly isShared: boolean;
  readonly definition: () => SetDefinition;
}

const DEFAULT = '$default';

/** Files that say which versions are to be installed. */
const LOCKFILES = [
  'package-lock.json',
  'npm-shrinkwrap.json',
  'pnpm-lock.yaml',
  'yarn.lock',
  'bun.lock',
  'bun.lockb',
  'Cargo.lock',
  'go.sum',
  'poetry.lock',
  'uv.lock',
  'Gemfile.lock',
  'composer.lock',
  'deno.lock',
];

/** In the root they count even where they are ignored, as libraries and Plug and Play have it. */
const INSTALLED = new Set([...LOCKFILES, ...INSTALLED_RECORDS]);

/** Our own configuration: what it means is in the key already. */
const CONFIGURATION = new Set(['make.toml', 'Makefile.toml', 'turbo.json', 'turbo.jsonc']);

const INSTALLED_NAMES = new Set(INSTALLED_RECORDS.map((path) => posix.basename(path)));

/** Says which files count as inputs of tasks. */
export class InputDefinitions {
  readonly #project: Project;
  readonly #members: ReadonlySet<string>;
  #rootOutputs: FileGlobs | undefined | 'unknown' = 'unknown';

  constructor(project: Project) {
    this.#project = project;
    this.#members = new Set(
      [...project.workspaces.values()].map(({directory}) => directory).filter((path) => path !== ''),
    );
  }

  /** The sets of a task. `seen`: files that a task without declared outputs was seen to write. */
  of(task: Task, seen: readonly string[]): readonly NamedSet[] {
    const {workspace} = task;
    const {inputs} = task.phase.caching;
    const folder = workspace.directory;
    const explicit = inputs?.filter((pattern) => pattern !== DEFAULT) ?? [];
    const usesDefault = inputs === undefined || inputs.includes(DEFAULT);
    const wanted = explicit.filter((pattern) => !pattern.startsWith('!'));
    const taken = explicit.filter((pattern) => pattern.startsWith('!'));
    const {outputs = [], incremental} = task.phase.caching;
    const common = JSON.stringify([folder, explicit, outputs, incremental, seen]);
    const isOwn = ownFiles(folder, outputs, incremental, seen);
    return [
      ...(usesDefault ? [this.#defaultSet(workspace, taken, isOwn, common)] : []),
      ...(wanted.length > 0 ? [this.#explicitSet(folder, explicit, isOwn, common)] : []),
      this.#ownFiles(task),
      ...(folder === '' ? [] : [this.#rootFiles()]),
      ...this.#sharedSets(folder),
    ];
  }

  #without(folder: string, isOwn: OwnFiles, taken: readonly string[]): SetDefinition['without'] {
    const own = isOwn();
    const excluded = globsOf(
      folder,
      taken.map((pattern) => pattern.slice(1)),
    );
    return (path, isFolder) => {
      if (isFolder) return path !== folder && this.#members.has(path) && !`${folder}/`.startsWith(`${path}/`);
      return own(path) || excluded?.matches(path) === true;
    };
  }

  #defaultSet({directory}: Workspace, taken: readonly string[], isOwn: OwnFiles, common: string): NamedSet {
    return {
      name: `default ${common}`,
      isShared: false,
      definition: () => {
        const without = this.#without(directory, isOwn, taken);
        return {
          roots: [directory],
          ignoring: true,
          kept: isEnvFile,
          without: (path, isFolder) => without?.(path, isFolder) === true || (!isFolder && isConfiguration(path)),
        };
      },
    };
  }

  #explicitSet(folder: string, patterns: readonly string[], isOwn: OwnFiles, common: string): NamedSet {
    return {
      name: `globs ${common}`,
      isShared: false,
      definition: () => {
        const wanted = globsOf(folder, patterns) ?? fileGlobs([]);
        const own = isOwn();
        return {
          roots: wanted.roots,
          wanted,
          ignoring: false,
          without: (path, isFolder) => !isFolder && own(path),
        };
      },
    };
  }

  /** What counts whatever `inputs` says: package.json, .env files, lockfiles of the root, files of `cache_key`. */
  #ownFiles({workspace, phase}: Task): NamedSet {
    const folder = workspace.directory;
    const keyFiles = phase.caching.extraKey.flatMap((part) =>
      part.kind === 'file' ? [posix.normalize(posix.join(folder, part.path))] : [],
    );
    const names = new Set(['package.json', ...(folder === '' ? INSTALLED : [])]);
    return {
      name: `own ${JSON.stringify([folder, keyFiles])}`,
      isShared: false,
      definition: () => {
        const always = new Set(keyFiles);
        const isWanted = (path: string): boolean =>
          always.has(path) || isEnvFile(path) || (names.has(posix.basename(path)) && parentOf(path) === folder);
        const wanted: FileGlobs = {matches: isWanted, roots: [folder], mayMatchBelow: () => false};
        return {roots: [folder, ...keyFiles], wanted, ignoring: false, shallow: true};
      },
    };
  }

  /** Files of the root that belong to no member; scripts and settings that all of them share lie there. */
  #rootFiles(): NamedSet {
    return {
      name: 'root files',
      isShared: true,
      definition: () => ({
        roots: [''],
        ignoring: true,
        kept: (path) => isEnvFile(path) || INSTALLED.has(path),
        without: (path, isFolder) =>
          isFolder
            ? this.#members.has(path)
            : path.endsWith('.md') || isConfiguration(path) || this.#isRootOutput(path),
      }),
    };
  }

  #isRootOutput(path: string): boolean {
    if (this.#rootOutputs === 'unknown') {
      const root = [...this.#project.workspaces.values()].find(({directory}) => directory === '');
      const phases = root?.phases.values() ?? [];
      this.#rootOutputs = globsOf(
        '',
        [...phases]
          .flatMap(({caching}) => [...(caching.outputs ?? []), ...caching.incremental])
          .filter((one) => !one.startsWith('!')),
      );
    }
    return this.#rootOutputs?.matches(path) === true;
  }

  #sharedSets(folder: string): readonly NamedSet[] {
    const {globalInputs} = this.#project.cache;
    const installed = (place: string): NamedSet => ({
      name: `installed ${place}`,
      isShared: place === '',
      definition: () => {
        const root = place === '' ? 'node_modules' : `${place}/node_modules`;
        const isWanted = (path: string): boolean =>
          parentOf(path) === root && INSTALLED_NAMES.has(posix.basename(path));
        return {
          roots: [root],
          wanted: {matches: isWanted, roots: [root], mayMatchBelow: () => false},
          ignoring: false,
          shallow: true,
        };
      },
    });
    return [
      installed(''),
      ...(folder === '' ? [] : [installed(folder)]),
      ...(globalInputs.length === 0 ? [] : [this.#globalSet(globalInputs)]),
    ];
  }

  #globalSet(patterns: readonly string[]): NamedSet {
    return {
      name: `global ${JSON.stringify(patterns)}`,
      isShared: true,
      definition: () => {
        const wanted = globsOf('', patterns) ?? fileGlobs([]);
        return {roots: wanted.roots, wanted, ignoring: false};
      },
    };
  }
}

/** Whether a path is none of the task's inputs, because the task writes it. Made on use: most sets are remembered. */
type OwnFiles = () => (path: string) => boolean;

/** Outputs, what incremental tools keep (tsc in any case), and files that the task was seen to write. */
function ownFiles(
  folder: string,
  outputs: readonly string[],
  incremental: readonly string[],
  seen: readonly string[],
): OwnFiles {
  return () => {
    const written = globsOf(folder, outputs);
    const kept = globsOf(folder, incremental);
    const found = new Set(seen);
    return (path) =>
      written?.matches(path) === true ||
      kept?.matches(path) === true ||
      found.has(path) ||
      (isCompilerState(path) && parentOf(path) === folder);
  };
}

/** Globs of a workspace as globs of the checkout; undefined when there are none. Those that lead out are for the reader of the config to refuse. */
export function globsOf(folder: string, patterns: readonly string[]): FileGlobs | undefined {
  const resolved = patterns.flatMap((pattern) => resolvedGlob(folder, pattern) ?? []);
  return resolved.length === 0 ? undefined : fileGlobs(resolved);
}

/** What `tsc` writes for its next run, beside its configuration unless it is told otherwise. */
export function isCompilerState(path: string): boolean {
  return path.endsWith('.tsbuildinfo');
}

/** They hold what a program reads at its start, and are usually ignored. */
function isEnvFile(path: string): boolean {
  return posix.basename(path).startsWith('.env');
}

function isConfiguration(path: string): boolean {
  return CONFIGURATION.has(posix.basename(path));
}

function parentOf(path: string): string {
  const end = path.lastIndexOf('/');
  return end < 0 ? '' : path.slice(0, end);
}
