import {type PhaseName, type PhaseReference, ROOT_WORKSPACE, type Sequence, type WorkspaceName} from '../../project.ts';
import type {Located} from '../../toml/section.ts';
import {splitTaskName} from './task-settings.ts';

/**
 * An entry of `dependsOn` or `with` as a reference. All are optional, because turbo skips packages without the task; that somebody
 * knows the task is checked apart. Undefined for `$NAME`, which turbo 1 read as a variable.
 */
export function turboReference({text, origin}: Located): PhaseReference | undefined {
  if (text.startsWith('$')) return undefined;
  if (text.startsWith('^'))
    return {phase: text.slice(1) as PhaseName, where: {kind: 'dependencies'}, optional: true, origin};
  const {owner, task} = splitTaskName(text);
  const phase = task as PhaseName;
  if (owner === undefined) return {phase, where: {kind: 'own'}, optional: true, origin};
  const name = owner === '//' ? ROOT_WORKSPACE : (owner as WorkspaceName);
  return {phase, where: {kind: 'workspace', name}, optional: true, origin};
}

/** A set of references as what a phase needs. */
export function needs(references: readonly PhaseReference[]): readonly Sequence[] {
  return references.length === 0 ? [] : [{references, ordered: false}];
}
