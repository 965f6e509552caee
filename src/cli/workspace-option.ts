import {selectWorkspaces, withDependents} from '../plan/select-workspaces.ts';
import type {Project, WorkspaceName} from '../project/project.ts';

/** The workspaces that `--filter` and `--affected` leave; undefined = all. What cannot be told is said, and means everything. */
export async function chosenWorkspaces(
  project: Project,
  options: {readonly filter?: readonly string[]; readonly affected?: string | true},
): Promise<ReadonlySet<WorkspaceName> | undefined> {
  const filtered = options.filter === undefined ? undefined : selectWorkspaces(project, options.filter);
  if (options.affected === undefined) return filtered;
  const {changedWorkspaces} = await import('../project/git-changes.ts');
  const changes = changedWorkspaces(project, options.affected === true ? undefined : options.affected);
  if (changes.kind === 'everything') {
    process.stderr.write(`--affected: everything counts as affected: ${changes.reason}.\n`);
    return filtered;
  }
  const affected = withDependents(project, changes.names);
  return filtered === undefined ? affected : new Set([...filtered].filter((name) => affected.has(name)));
}
