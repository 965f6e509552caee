import {join, posix} from 'node:path';
import type {Project, Workspace} from '../../project/project.ts';
import {type Contents, contentsOf, isRealFolder} from './folder-contents.ts';
import {GitView} from './git-view.ts';

/** Folders of build tools that are looked for whether somebody has declared them or not. */
const USUAL = ['dist', 'build', 'out', 'target', '.next', '.turbo', 'coverage', 'node_modules/.cache'];

/** Folders that are never a build's alone, whatever is declared. */
const NEVER = /(?:^|\/)(?:\.git|\.paceline)(?:\/|$)|(?:^|\/)node_modules$/;

/** A folder that holds nothing but what was built. */
export interface BuildFolder extends Contents {
  /** Relative to the root. */
  readonly path: string;
}

/** A folder that may be one, relative to its workspace. */
interface Candidate {
  readonly folder: string;
  /** Everything in it is an output. */
  readonly declared: boolean;
}

/**
 * The build folders of all workspaces, in order, none inside another. They hold no file that git keeps, lie in their workspace with no
 * link on the way, and are either outputs as a whole or ignored by git. `kept` are absolute paths that none of them may hold.
 * @throws PacelineError E_NO_GIT
 */
export function findBuildFolders(project: Project, kept: readonly string[]): readonly BuildFolder[] {
  const taken = [
    ...kept,
    ...[...project.workspaces.values()].map(({directory}) => join(project.root, directory)),
    join(project.root, '.paceline'),
  ];
  const paths = new Set<string>();
  for (const workspace of project.workspaces.values()) {
    if (!isRealFolder(project.root, workspace.directory)) continue;
    for (const folder of builtFolders(project.root, workspace)) {
      const path = posix.join(workspace.directory, folder);
      if (!taken.some((one) => `${one}/`.startsWith(`${join(project.root, path)}/`))) paths.add(path);
    }
  }
  const outermost = [...paths].filter((path) => !parentsOf(path).some((parent) => paths.has(parent)));
  return outermost.sort().flatMap((path) => {
    const contents = contentsOf(join(project.root, path));
    return contents === undefined ? [] : [{path, ...contents}];
  });
}

function parentsOf(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** Whether it is still what it was when it was found. */
export function isUnchanged(project: Project, folder: BuildFolder): boolean {
  if (!isRealFolder(project.root, folder.path)) return false;
  const now = contentsOf(join(project.root, folder.path));
  return now?.newest === folder.newest && now.files === folder.files && now.bytes === folder.bytes;
}

function builtFolders(root: string, workspace: Workspace): readonly string[] {
  const home = join(root, workspace.directory);
  const declared = new Map<string, boolean>(USUAL.map((folder) => [folder, false]));
  for (const phase of workspace.phases.values()) {
    for (const {folder, declared: whole} of candidates(phase.caching.outputs ?? []))
      declared.set(folder, whole || declared.get(folder) === true);
  }
  const there = [...declared.keys()].filter((folder) => !NEVER.test(folder) && isRealFolder(home, folder));
  if (there.length === 0) return [];
  const git = new GitView(home);
  const tracked = git.tracked(there);
  const ignored = git.ignored(there);
  return there.filter((folder) => !tracked.has(folder) && (ignored.has(folder) || declared.get(folder) === true));
}

/** The folder that a glob begins with, when that lies in the workspace. */
function candidates(globs: readonly string[]): readonly Candidate[] {
  const excludes = globs.some((glob) => glob.startsWith('!'));
  return globs.flatMap((glob) => {
    if (glob.startsWith('!') || glob.startsWith('/')) return [];
    const parts = glob.split('/');
    const wild = parts.findIndex((part) => /[*?[\]{}()\\$]/.test(part));
    const folder = posix.normalize(parts.slice(0, wild < 0 ? parts.length : wild).join('/') || '.').replace(/\/$/, '');
    if (folder === '.' || folder === '..' || folder.startsWith('../')) return [];
    const rest = wild < 0 ? '' : parts.slice(wild).join('/');
    return [{folder, declared: !excludes && ['', '**', '**/', '**/*'].includes(rest)}];
  });
}
