import {existsSync} from 'node:fs';
import {dirname, join, posix, relative} from 'node:path';
import {readCrateFile} from './crate-file.ts';
import type {Declared} from './declared/declared.ts';
import {findMakeFile} from './dialects/make.ts';
import {readMakeDocument} from './dialects/make-file.ts';
import {hasTurbo} from './dialects/turbo.ts';
import {isListed} from './member-folders.ts';
import {readPackageFile, readTextIfThere} from './package-file.ts';
import {pnpmWorkspaceFile, readPnpmGlobs} from './pnpm-workspace.ts';
import {parseDocument} from './toml/document.ts';

/**
 * The root of the project around a folder: the nearest folder upward with a make.toml, a turbo.json, a pnpm-workspace.yaml, or a
 * package.json with workspaces or scripts; and if one further up lists that one as a workspace, that. Undefined when there is none.
 */
export function findRoot(from: string): string | undefined {
  let root: string | undefined;
  for (let folder = from; ; folder = dirname(folder)) {
    if (root === undefined ? isProject(folder) : lists(folder, relative(folder, root))) root = folder;
    if (folder === dirname(folder)) return root;
  }
}

function isProject(folder: string): boolean {
  if (findMakeFile(folder, '') !== undefined || hasTurbo(folder)) return true;
  if (existsSync(join(folder, pnpmWorkspaceFile))) return true;
  const manifest = readPackageFile(folder, '', ignored);
  return manifest?.workspaces !== undefined || Object.keys(manifest?.manifest.scripts ?? {}).length > 0;
}

/** Whether a folder's config has another folder as a workspace. Told from the names, so that starting in a member stays cheap. */
function lists(root: string, folder: string): boolean {
  const declared = declaredIn(root);
  const declarations = declared?.workspaces.declarations ?? [];
  if (declarations.length > 0) {
    const paths = declarations
      .filter(({kind}) => kind === 'path')
      .map(({path}) => posix.normalize(path).replace(/\/$/, ''));
    const globs = declarations.filter(({kind}) => kind === 'glob').map(({path}) => path);
    return paths.includes(folder) || isListed(folder, globs);
  }
  const crates =
    declared?.dialect === 'cargo-make' ? readCrateFile(root, '', new Map(), ignored)?.workspace : undefined;
  if (crates !== undefined) return isListed(folder, [...crates.members, ...crates.exclude.map((path) => `!${path}`)]);
  const globs = readPackageFile(root, '', ignored)?.workspaces ?? readPnpmGlobs(root, ignored) ?? [];
  return isListed(
    folder,
    globs.map(({glob}) => glob),
  );
}

function declaredIn(root: string): Declared | undefined {
  const file = findMakeFile(root, '');
  const text = file === undefined ? undefined : readTextIfThere(join(root, file), file, ignored);
  const document = file === undefined || text === undefined ? undefined : parseDocument(file, text, ignored);
  return document === undefined ? undefined : readMakeDocument(document, ignored).declared;
}

/** What is wrong with a file further up is not this project's matter, and what is wrong with its own is said when it is loaded. */
function ignored(): void {}
