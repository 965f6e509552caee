import {execFileSync} from 'node:child_process';
import {type Project, ROOT_WORKSPACE, type WorkspaceName} from './project.ts';

/** What changed since a revision, or why that cannot be told. */
export type Changes =
  | {readonly kind: 'workspaces'; readonly names: ReadonlySet<WorkspaceName>}
  | {readonly kind: 'everything'; readonly reason: string};

/**
 * Workspaces with files that differ from the merge base with `base` (default: the upstream's main branch), committed or not, untracked
 * too. A changed file outside all members (lockfile, root config) means everything.
 */
export function changedWorkspaces(project: Project, base: string | undefined): Changes {
  const git = (...words: string[]): string =>
    execFileSync('git', words, {
      cwd: project.root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 1 << 28,
    });
  const everything = (reason: string): Changes => ({kind: 'everything', reason});
  try {
    git('rev-parse', '--git-dir');
  } catch (error) {
    return everything(
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'git is not installed' : 'this is not a git checkout',
    );
  }
  const chosen = base ?? defaultBase(git);
  if (chosen === undefined)
    return everything('no base was given, and there is none of origin/HEAD, origin/main, origin/master, main, master');
  let fork: string;
  try {
    fork = git('merge-base', chosen, 'HEAD').trim();
  } catch {
    const shallow = tryGit(git, 'rev-parse', '--is-shallow-repository')?.trim() === 'true';
    return everything(
      shallow
        ? `this clone is shallow and does not reach "${chosen}" (fetch with more depth)`
        : `"${chosen}" is not known here, or shares no commit with HEAD`,
    );
  }
  const files = new Set([
    ...git('diff', '--name-only', '--relative', '-z', fork).split('\0'),
    ...git('ls-files', '--others', '--exclude-standard', '-z').split('\0'),
  ]);
  files.delete('');
  return owners(project, files);
}

function owners(project: Project, files: ReadonlySet<string>): Changes {
  const members = [...project.workspaces.values()]
    .filter((workspace) => workspace.name !== ROOT_WORKSPACE)
    .sort((one, other) => other.directory.length - one.directory.length);
  const names = new Set<WorkspaceName>();
  for (const file of files) {
    const owner = members.find((workspace) => file.startsWith(`${workspace.directory}/`));
    if (owner === undefined)
      return {kind: 'everything', reason: `${file} changed, which belongs to no workspace alone`};
    names.add(owner.name);
  }
  return {kind: 'workspaces', names};
}

function defaultBase(git: (...words: string[]) => string): string | undefined {
  return ['origin/HEAD', 'origin/main', 'origin/master', 'main', 'master'].find(
    (name) => tryGit(git, 'rev-parse', '--verify', '--quiet', name) !== undefined,
  );
}

function tryGit(git: (...words: string[]) => string, ...words: string[]): string | undefined {
  try {
    return git(...words);
  } catch {
    return undefined;
  }
}
