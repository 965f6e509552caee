import {existsSync} from 'node:fs';
import {posix} from 'node:path';
import {assemble} from '../assemble/assemble.ts';
import type {Declared} from '../declared/declared.ts';
import {findMembers} from '../find-members.ts';
import type {Members} from '../member.ts';
import {readTextIfThere} from '../package-file.ts';
import type {WorkspaceName} from '../project.ts';
import {parseDocument, type TomlDocument} from '../toml/document.ts';
import type {DialectContext, DialectResult} from './dialect.ts';
import {readMakeDocument} from './make-file.ts';

/** Names of a make.toml, in order of preference. */
export const makeFileNames = ['make.toml', 'Makefile.toml'] as const;

/** The make.toml of a folder relative to the root ('' for the root), if it has one. */
export function findMakeFile(root: string, directory: string): string | undefined {
  return makeFileNames.map((name) => posix.join(directory, name)).find((file) => existsSync(`${root}/${file}`));
}

/** A project with a make.toml in any of its dialects; undefined when the file is no TOML. */
export function readMake(context: DialectContext, file: string): DialectResult | undefined {
  const document = readDocument(context, file);
  if (document === undefined) return undefined;
  const {declared: top} = readMakeDocument(document, context.report);
  const found = findMembers(context.root, top.workspaces.declarations, context.report, {
    cargo: top.dialect === 'cargo-make',
  });
  return assemble(context, {top, own: ownFiles(context, found), found, alone: false});
}

function readDocument({root, report}: DialectContext, file: string): TomlDocument | undefined {
  const text = readTextIfThere(posix.resolve(root, file), file, report);
  return text === undefined ? undefined : parseDocument(file, text, report);
}

/** The make.toml files of the members. */
function ownFiles(context: DialectContext, found: Members): ReadonlyMap<WorkspaceName, Declared> {
  const files = new Map<WorkspaceName, Declared>();
  for (const {name, directory} of found.members.slice(1)) {
    const file = findMakeFile(context.root, directory);
    const document = file === undefined ? undefined : readDocument(context, file);
    if (document === undefined) continue;
    for (const table of rootTables) {
      if (!document.top.has(table)) continue;
      context.report({
        severity: 'warning',
        code: 'W_ROOT_ONLY',
        message: `[${table}] holds for the project as a whole: it is read in the root's make.toml, not in a member's`,
        origin: document.top.origin(table),
      });
    }
    files.set(name, readMakeDocument(document, context.report).declared);
  }
  return files;
}

const rootTables = ['pipelines', 'prefetch', 'workspace', 'cache', 'state', 'config', 'service'];
