import {readFileSync} from 'node:fs';
import type {Diagnostic, Origin} from '../base/source.ts';
import {keyOffsets} from './json-keys.ts';
import {parseJsonText} from './json-text.ts';
import type {FolderGlob} from './member-folders.ts';
import {PackageFields} from './package-fields.ts';
import type {PackageManifest} from './project.ts';
import {TextPlaces} from './text-place.ts';
import {isTable} from './toml/section.ts';

/** A package.json that was read. */
export interface PackageFile {
  /** Relative to the root. */
  readonly file: string;
  readonly manifest: PackageManifest;
  /** Where each script is written. */
  readonly scriptOrigins: ReadonlyMap<string, Origin>;
  /** Names and ranges of all kinds of dependencies, the first kind that names one wins. */
  readonly ranges: ReadonlyMap<string, string>;
  /** `workspaces`: the list, or the `packages` of the object form. */
  readonly workspaces?: readonly FolderGlob[];
  /** `packageManager`, or the name in `devEngines.packageManager`. */
  readonly packageManager?: string;
}

/** Reads the package.json of a folder; undefined when there is none. What is wrong with it is reported, and the rest is used. */
export function readPackageFile(
  root: string,
  directory: string,
  report: (diagnostic: Diagnostic) => void,
): PackageFile | undefined {
  const file = directory === '' ? 'package.json' : `${directory}/package.json`;
  const text = readTextIfThere(`${root}/${file}`, file, report);
  if (text === undefined) return undefined;
  const places = new TextPlaces(file, text);
  const value = parsed(text, places, report);
  if (value === undefined) return {file, manifest: {scripts: {}}, scriptOrigins: new Map(), ranges: new Map()};

  const fields = new PackageFields(value, text, places, report);
  const manifest = manifestOf(fields);
  const scriptOrigins = new Map<string, Origin>();
  if (Object.keys(manifest.scripts).length > 0) {
    for (const [name, offset] of keyOffsets(text, 'scripts'))
      scriptOrigins.set(name, places.origin(offset, offset + name.length + 2));
  }
  const workspaces = workspacesOf(fields);
  const packageManager = packageManagerOf(fields);
  return {
    file,
    manifest,
    scriptOrigins,
    ranges: rangesOf(fields),
    ...(workspaces !== undefined && {workspaces}),
    ...(packageManager !== undefined && {packageManager}),
  };
}

/** The text of a file without its byte order mark; undefined when there is no such file. Anything else that is wrong is reported. */
export function readTextIfThere(
  path: string,
  file: string,
  report: (diagnostic: Diagnostic) => void,
): string | undefined {
  try {
    const text = readFileSync(path, 'utf8');
    return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    const message = `${file} cannot be read (${String(code ?? error)})`;
    report({severity: 'error', code: 'E_UNREADABLE', message, origin: {file, line: 1, column: 1}});
    return undefined;
  }
}

function parsed(
  text: string,
  places: TextPlaces,
  report: (diagnostic: Diagnostic) => void,
): Readonly<Record<string, unknown>> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const fault = parseJsonText(text);
    const [offset, reason] = fault.kind === 'fault' ? [fault.offset, fault.message] : [0, String(error)];
    report({severity: 'error', code: 'E_JSON', message: `this is not JSON: ${reason}`, origin: places.origin(offset)});
    return undefined;
  }
  if (isTable(value)) return value;
  report({
    severity: 'error',
    code: 'E_JSON',
    message: 'a package.json must hold an object, "{ ... }"',
    origin: places.origin(0),
  });
  return undefined;
}

function manifestOf(fields: PackageFields): PackageManifest {
  const name = fields.text('name');
  const version = fields.text('version');
  const bin = fields.get('bin');
  const config = fields.get('config');
  const engines = fields.get('engines');
  return {
    ...(name !== undefined && name !== '' && {name}),
    ...(version !== undefined && {version}),
    scripts: fields.texts('scripts'),
    ...(bin !== undefined && (typeof bin === 'string' ? {bin} : {bin: fields.texts('bin')})),
    ...(isTable(config) && {config}),
    ...(isTable(engines) && {engines: fields.texts('engines')}),
  };
}

function rangesOf(fields: PackageFields): ReadonlyMap<string, string> {
  const ranges = new Map<string, string>();
  for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies']) {
    const value = fields.record(kind);
    if (value === undefined) continue;
    for (const name of Object.keys(value)) {
      const range = value[name];
      if (typeof range === 'string' && !ranges.has(name)) ranges.set(name, range);
    }
  }
  return ranges;
}

function workspacesOf(fields: PackageFields): readonly FolderGlob[] | undefined {
  if (fields.get('workspaces') === undefined) return undefined;
  const list = fields.textList('workspaces', 'packages');
  if (list !== undefined) return list.map(({text, origin}) => ({glob: text, origin}));
  fields.wrong('workspaces', 'a list of globs, or an object with such a list under "packages"');
  return undefined;
}

function packageManagerOf(fields: PackageFields): string | undefined {
  const value = fields.text('packageManager');
  if (value !== undefined) return value;
  const engines = fields.get('devEngines');
  const manager = isTable(engines) ? engines.packageManager : undefined;
  const first: unknown = Array.isArray(manager) ? manager[0] : manager;
  const name = isTable(first) ? first.name : undefined;
  return typeof name === 'string' ? name : undefined;
}
