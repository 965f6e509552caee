import picomatch from 'picomatch';
import {PacelineError} from '../base/error.ts';
import {nearestName} from '../base/nearest-name.ts';
import {type Project, ROOT_WORKSPACE, type Workspace, type WorkspaceName} from '../project/project.ts';

interface Pattern {
  readonly text: string;
  readonly negated: boolean;
  /** Add the dependents, the dependencies; leave out the matched ones themselves. */
  readonly dependents: boolean;
  readonly dependencies: boolean;
  readonly withoutSelf: boolean;
}

/**
 * The workspaces that filters mean: names, globs over names, paths (`./apps/web`, `./packages/*`), `web...` (and its dependencies),
 * `...web` (and its dependents), `...^web` and `web^...` (those without itself), `!web`. Filters add up, `!` takes away at the end.
 * @throws PacelineError E_UNKNOWN_WORKSPACE when one matches nothing
 */
export function selectWorkspaces(project: Project, filters: readonly string[]): ReadonlySet<WorkspaceName> {
  const patterns = filters.map(parsePattern);
  const chosen = new Set<WorkspaceName>();
  if (patterns.every((pattern) => pattern.negated)) for (const name of project.workspaces.keys()) chosen.add(name);
  for (const pattern of patterns) if (!pattern.negated) for (const name of matched(project, pattern)) chosen.add(name);
  for (const pattern of patterns)
    if (pattern.negated) for (const name of matched(project, pattern)) chosen.delete(name);
  return chosen;
}

/** The workspaces together with everything that depends on them. */
export function withDependents(project: Project, names: Iterable<WorkspaceName>): ReadonlySet<WorkspaceName> {
  const dependents = new Map<WorkspaceName, WorkspaceName[]>();
  for (const workspace of project.workspaces.values()) {
    for (const name of workspace.dependencies) {
      const list = dependents.get(name);
      if (list === undefined) dependents.set(name, [workspace.name]);
      else list.push(workspace.name);
    }
  }
  return closure(names, (name) => dependents.get(name) ?? []);
}

function parsePattern(filter: string): Pattern {
  const negated = filter.startsWith('!');
  const [, before, up, text = '', down, after] =
    /^(\.\.\.)?(\^)?(.*?)(\^)?(\.\.\.)?$/s.exec(negated ? filter.slice(1) : filter) ?? [];
  return {
    text,
    negated,
    dependents: before !== undefined,
    dependencies: after !== undefined,
    withoutSelf: up !== undefined || down !== undefined,
  };
}

function matched(project: Project, pattern: Pattern): ReadonlySet<WorkspaceName> {
  const own = ownMatches(project, pattern.text);
  if (own.length === 0) {
    throw new PacelineError('E_UNKNOWN_WORKSPACE', `No workspace matches the filter "${pattern.text}".`, {
      hint: hintFor(project, pattern.text),
    });
  }
  const all = new Set<WorkspaceName>(own);
  if (pattern.dependents) for (const name of withDependents(project, own)) all.add(name);
  if (pattern.dependencies) {
    for (const name of closure(own, (name) => project.workspaces.get(name)?.dependencies ?? [])) all.add(name);
  }
  if (pattern.withoutSelf) for (const name of own) all.delete(name);
  return all;
}

function hintFor(project: Project, text: string): string {
  // as turbo and pnpm write it
  const revision = /^\[(.+)\]$/.exec(text)?.[1];
  if (revision !== undefined) return `What has changed since a revision: --affected=${revision}.`;
  if (text.includes('/') && ownMatches(project, `./${text}`).length > 0) return `A path begins so: "./${text}".`;
  const near = nearestName(text, project.workspaces.keys());
  return near === undefined ? 'See `paceline list` for the workspaces.' : `Did you mean "${near}"?`;
}

/** A whole name wins over everything else that its text could mean. */
function ownMatches(project: Project, text: string): readonly WorkspaceName[] {
  const exact = project.workspaces.get(text as WorkspaceName);
  if (exact !== undefined) return [exact.name];
  const matches = matcher(text);
  return [...project.workspaces.values()].filter(matches).map((workspace) => workspace.name);
}

function matcher(text: string): (workspace: Workspace) => boolean {
  if (text === '' || /^\[.+\]$/.test(text)) return () => false;
  // `{packages/ui}` is a path, `{web,api}` are names
  const path = /^\.{1,2}(\/|$)/.test(text) ? text : /^\{([^,]*)\}$/.exec(text)?.[1];
  if (path !== undefined) return pathMatcher(path.replace(/^\.(\/|$)/, '').replace(/\/+$/, ''));
  const matches = picomatch(text);
  // a name without its scope is enough
  return ({name}) =>
    matches(name) || (!text.startsWith('@') && name.startsWith('@') && matches(name.slice(name.indexOf('/') + 1)));
}

function pathMatcher(path: string): (workspace: Workspace) => boolean {
  if (path === '') return ({name}) => name === ROOT_WORKSPACE;
  const matches = picomatch(path);
  return ({directory}) => matches(directory) || directory === path || directory.startsWith(`${path}/`);
}

function closure(
  starts: Iterable<WorkspaceName>,
  next: (name: WorkspaceName) => readonly WorkspaceName[],
): ReadonlySet<WorkspaceName> {
  const all = new Set(starts);
  for (const name of all) for (const more of next(name)) all.add(more);
  return all;
}
