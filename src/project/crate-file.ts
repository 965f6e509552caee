import {posix} from 'node:path';
import type {Diagnostic} from '../base/source.ts';
import {readTextIfThere} from './package-file.ts';
import {parseDocument} from './toml/document.ts';
import {isTable} from './toml/section.ts';

/** A Cargo.toml that was read. */
export interface CrateFile {
  /** Relative to the root. */
  readonly file: string;
  /** `[package] name`; a virtual workspace has none. */
  readonly name?: string;
  readonly version?: string;
  /** Folders of its path dependencies of any kind, relative to the root. */
  readonly dependencies: readonly string[];
  /** `[workspace] members` and `exclude`. */
  readonly workspace?: {readonly members: readonly string[]; readonly exclude: readonly string[]};
  /** Names in `[workspace.dependencies]` with a path, to their folders relative to the root. */
  readonly shared: ReadonlyMap<string, string>;
}

/**
 * Reads the Cargo.toml of a folder; undefined when there is none. `shared` are the root's `[workspace.dependencies]`, for members that
 * say `name.workspace = true`.
 */
export function readCrateFile(
  root: string,
  directory: string,
  shared: ReadonlyMap<string, string>,
  report: (diagnostic: Diagnostic) => void,
): CrateFile | undefined {
  const file = directory === '' ? 'Cargo.toml' : `${directory}/Cargo.toml`;
  const text = readTextIfThere(`${root}/${file}`, file, report);
  if (text === undefined) return undefined;
  const top = parseDocument(file, text, report)?.top;
  const toml = Object.fromEntries(top?.keys.map((key) => [key, top.value(key)]) ?? []);
  const crate = table(toml.package);
  const workspace = toml.workspace === undefined ? undefined : table(toml.workspace);
  const name = crate.name;
  const version = crate.version;
  return {
    file,
    ...(typeof name === 'string' && {name}),
    ...(typeof version === 'string' && {version}),
    dependencies: [...new Set(dependencyTables(toml).flatMap((entries) => paths(entries, directory, shared)))],
    ...(workspace !== undefined && {
      workspace: {members: texts(workspace.members), exclude: texts(workspace.exclude)},
    }),
    shared: sharedPaths(table(workspace?.dependencies), directory),
  };
}

function dependencyTables(toml: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>[] {
  const kinds = ['dependencies', 'dev-dependencies', 'build-dependencies'];
  return [toml, ...Object.values(table(toml.target)).map(table)].flatMap((level) =>
    kinds.map((kind) => table(level[kind])),
  );
}

function paths(
  entries: Readonly<Record<string, unknown>>,
  directory: string,
  shared: ReadonlyMap<string, string>,
): string[] {
  return Object.entries(entries).flatMap(([name, value]) => {
    const entry = table(value);
    if (typeof entry.path === 'string') return [posix.join(directory, entry.path)];
    const inherited = entry.workspace === true ? shared.get(name) : undefined;
    return inherited === undefined ? [] : [inherited];
  });
}

function sharedPaths(entries: Readonly<Record<string, unknown>>, directory: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of Object.entries(entries)) {
    const path = table(value).path;
    if (typeof path === 'string') found.set(name, posix.join(directory, path));
  }
  return found;
}

function table(value: unknown): Readonly<Record<string, unknown>> {
  return isTable(value) ? value : {};
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
