import {existsSync, readFileSync, statSync} from 'node:fs';
import {basename, dirname, join, posix, relative} from 'node:path';
import type {Diagnostic} from '../base/source.ts';
import {assemble} from './assemble/assemble.ts';
import type {Declared} from './declared/declared.ts';
import {DiagnosticList} from './diagnostic-list.ts';
import {makeFileNames} from './dialects/make.ts';
import {readMakeDocument} from './dialects/make-file.ts';
import {isTurboFile, validateTurbo} from './dialects/turbo.ts';
import {type Dialect, ROOT_WORKSPACE} from './project.ts';
import {parseDocument} from './toml/document.ts';
import type {KeyUses} from './vocabulary/check.ts';

/** What there is to say about one config file. */
export interface FileReport {
  /** Relative to the base folder, or absolute when it is not inside. */
  readonly file: string;
  /** Undefined when the file cannot be read at all. */
  readonly dialect?: Dialect;
  readonly status: 'loaded' | 'warned' | 'refused';
  /** Names of its phases. */
  readonly phases: readonly string[];
  readonly keys: Readonly<KeyUses>;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads config files, each by itself, and runs nothing: what they name need not be there. Folders are searched, not their subfolders.
 * `base` is what the paths in the reports are relative to.
 */
export function validateFiles(paths: readonly string[], base = process.cwd()): readonly FileReport[] {
  return paths.flatMap((path) => configFiles(path)).map((path) => validateFile(path, base));
}

function configFiles(path: string): readonly string[] {
  if (!existsSync(path) || !statSync(path).isDirectory()) return [path];
  return [...makeFileNames, 'turbo.json', 'turbo.jsonc']
    .map((name) => join(path, name))
    .filter((file) => existsSync(file));
}

function validateFile(path: string, base: string): FileReport {
  const inside = relative(base, path);
  const file = inside.startsWith('..') ? path : inside;
  if (isTurboFile(path)) return validatedTurbo(path, file);
  const diagnostics = new DiagnosticList();
  const report = diagnostics.add.bind(diagnostics);
  const text = textOf(path, file, report);
  const document = text === undefined ? undefined : parseDocument(file, text, report);
  if (document === undefined)
    return fileReport(file, {phases: [], keys: {honoured: 0, warned: 0, closed: 0}, diagnostics: diagnostics.all});
  const {declared, uses} = readMakeDocument(document, report);
  checkFolders(declared, report);
  const root = {name: ROOT_WORKSPACE, directory: '', dependencies: [], origin: document.top.here};
  const found = {members: [root], files: []};
  const context = {root: dirname(path), env: {}, report};
  assemble(context, {top: declared, own: new Map(), found, alone: true});
  return fileReport(file, {
    dialect: declared.dialect,
    phases: [...declared.phases.keys()],
    keys: uses,
    diagnostics: diagnostics.all,
  });
}

function validatedTurbo(path: string, file: string): FileReport {
  const found = validateTurbo(path);
  const folder = file.slice(0, file.length - basename(file).length);
  const diagnostics = found.diagnostics.map((diagnostic) => ({
    ...diagnostic,
    origin: {...diagnostic.origin, file: folder + diagnostic.origin.file},
  }));
  return fileReport(file, {...found, diagnostics});
}

function fileReport(file: string, found: Omit<FileReport, 'file' | 'status'>): FileReport {
  const refused = found.diagnostics.some(({severity}) => severity === 'error');
  const status = refused ? 'refused' : found.diagnostics.length > 0 ? 'warned' : 'loaded';
  return {file, ...found, status};
}

function textOf(path: string, file: string, report: (diagnostic: Diagnostic) => void): string | undefined {
  try {
    return readFileSync(path, 'utf8').replace(/^\ufeff/, '');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    report({
      severity: 'error',
      code: 'E_UNREADABLE',
      message: `${file} cannot be read (${reason})`,
      origin: {file, line: 1, column: 1},
    });
    return undefined;
  }
}

/** What the search for members says when the project is loaded, as far as the path alone tells. */
function checkFolders({workspaces}: Declared, report: (diagnostic: Diagnostic) => void): void {
  for (const {path, origin} of workspaces.declarations) {
    const folder = posix.normalize(path);
    if (folder !== '..' && !folder.startsWith('../') && !folder.startsWith('/')) continue;
    const message = `the workspace folder "${path}" lies outside the project root`;
    report({
      severity: 'error',
      code: 'E_OUTSIDE_ROOT',
      message,
      hint: 'Move the project root up, or the folder into the root.',
      origin,
    });
  }
}
