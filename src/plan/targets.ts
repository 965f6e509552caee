import {PacelineError} from '../base/error.ts';
import {nearestName} from '../base/nearest-name.ts';
import {type PhaseName, type Pipeline, type Project, ROOT_WORKSPACE, type WorkspaceName} from '../project/project.ts';
import type {Target} from './request.ts';

/** Phase names that can be asked for, over all workspaces, in order of appearance. */
export function phaseNames(project: Project): ReadonlySet<PhaseName> {
  const names = new Set<PhaseName>();
  const seen = new Set<unknown>();
  for (const workspace of project.workspaces.values()) {
    if (seen.has(workspace.phases)) continue;
    seen.add(workspace.phases);
    for (const name of workspace.phases.keys()) names.add(name);
  }
  return names;
}

/**
 * Understands a word of the command line: a phase, `workspace#phase`, or a pipeline. A phase wins over a pipeline of its name.
 * @throws PacelineError E_UNKNOWN_PHASE, E_UNKNOWN_WORKSPACE, E_PRIVATE_PHASE
 */
export function findTarget(project: Project, word: string): Target | Pipeline {
  const phase = word as PhaseName;
  const names = phaseNames(project);
  // a name may hold a `#` itself
  const hash = names.has(phase) || project.rootPhases.has(phase) ? -1 : workspaceEnd(project, word);
  if (hash > 0) return inWorkspace(project, word.slice(0, hash), word.slice(hash + 1) as PhaseName);
  if (names.has(phase) || project.rootPhases.has(phase)) {
    assertPublic(project, phase);
    return names.has(phase) ? {phase} : {phase, workspace: ROOT_WORKSPACE};
  }
  const pipeline = project.pipelines.get(word);
  if (pipeline !== undefined) return pipeline;
  const known = [...names, ...project.pipelines.keys()];
  const near = nearestName(word, known);
  throw new PacelineError('E_UNKNOWN_PHASE', `There is no phase or pipeline called "${word}".`, {
    hint:
      near !== undefined
        ? `Did you mean "${near}"?`
        : known.length > 0
          ? `Known: ${listed(known)}.`
          : 'The project defines no phases.',
  });
}

/** Where the name of a workspace ends in a word, at its first `#` that has one before it. */
function workspaceEnd(project: Project, word: string): number {
  for (let hash = word.indexOf('#', 1); hash > 0; hash = word.indexOf('#', hash + 1))
    if (project.workspaces.has(word.slice(0, hash) as WorkspaceName)) return hash;
  return word.lastIndexOf('#');
}

function inWorkspace(project: Project, name: string, phase: PhaseName): Target {
  const workspace = project.workspaces.get(name as WorkspaceName);
  if (workspace === undefined) {
    const near = nearestName(name, project.workspaces.keys());
    throw new PacelineError('E_UNKNOWN_WORKSPACE', `There is no workspace called "${name}".`, {
      hint:
        near === undefined ? `Known: ${listed([...project.workspaces.keys()])}.` : `Did you mean "${near}#${phase}"?`,
    });
  }
  const phases = workspace.name === ROOT_WORKSPACE ? project.rootPhases : workspace.phases;
  if (!phases.has(phase) && !workspace.phases.has(phase)) {
    const near = nearestName(phase, phases.keys());
    throw new PacelineError('E_UNKNOWN_PHASE', `Workspace "${name}" has no phase called "${phase}".`, {
      hint: near === undefined ? `It has: ${listed([...phases.keys()])}.` : `Did you mean "${name}#${near}"?`,
    });
  }
  return {phase, workspace: workspace.name};
}

function assertPublic(project: Project, phase: PhaseName): void {
  for (const workspace of project.workspaces.values()) {
    const found = workspace.phases.get(phase);
    if (found === undefined) continue;
    if (!found.private) return;
    throw new PacelineError('E_PRIVATE_PHASE', `Phase "${phase}" is private: only other phases may name it.`, {
      origin: found.origin,
      hint: 'Ask for a phase that needs it, or remove `private = true`.',
    });
  }
}

function listed(names: readonly string[]): string {
  return names.length <= 12 ? names.join(', ') : `${names.slice(0, 12).join(', ')} and ${names.length - 12} more`;
}
