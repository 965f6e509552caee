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
  for (const pattern of patterns) if (pattern.negated) for (const name of matched(project, pattern)) chosen.delete(name);
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
  const [, before, up, text = '', down, after] = /^(\.\.\.)?(\^)?(.*?)(\^)?(\.\.\.)?$/s.exec(negated ? filter.slice(1) : filter) ?? [];
  return {text, negated, dependents: before !== undefined, dependencies: after !== undefined, withoutSelf: up !== undefined || down !== undefined};
}

function matched(project: Project, pattern: Pattern): ReadonlySet<WorkspaceName> {
  const own = [...project.workspaces.values()].filter(matcher(pattern.text)).map((workspace) => workspace.name);
  if (own.length === 0) {
    const near = nearestName(pattern.text, project.workspaces.keys());
    throw new PacelineError('E_UNKNOWN_WORKSPACE', `No workspace matches the filter "${pattern.text}".`, {
      hint: near === undefined ? 'See `paceline list` for the workspaces.' : `Did you mean "${near}"?`,
    });
  }
  const all = new Set<WorkspaceName>(own);
  if (pattern.dependents) for (const name of withDependents(project, own)) all.add(name);
  if (pattern.dependencies) for (const name of closure(own, (name) => project.workspaces.get(name)?.dependencies ?? [])) all.add(name);
  if (pattern.withoutSelf) for (const name of own) all.delete(name);
  return all;
}

function matcher(text: string): (workspace: Workspace) => boolean {
  if (text === '.' || text === ROOT_WORKSPACE) return (workspace) => workspace.name === ROOT_WORKSPACE;
  if (/^\.{1,2}\//.test(text) || (text.startsWith('{') && text.endsWith('}'))) {
    const path = text.replace(/^\{(.*)\}$/, '$1').replace(/^\.\//, '').replace(/\/+$/, '');
    const matches = picomatch(path);
    return ({directory, name}) => name !== ROOT_WORKSPACE && (matches(directory) || directory === path || directory.startsWith(`${path}/`));
  }
  const matches = picomatch(text);
  // a name without its scope is enough where it is clear what is meant
  return ({name}) => name === text || matches(name) || (!text.startsWith('@') && name.startsWith('@') && matches(name.slice(name.indexOf('/') + 1)));
}

function closure(starts: Iterable<WorkspaceName>, next: (name: WorkspaceName) => readonly WorkspaceName[]): ReadonlySet<WorkspaceName> {
  const all = new Set(starts);
  for (const name of all) for (const more of next(name)) all.add(more);
  return all;
}
