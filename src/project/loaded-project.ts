// For tests: projects in memory, and short texts for what they hold.
import {PacelineError} from '../base/error.ts';
import {loadProject} from './load.ts';
import type {Command, Phase, PhaseName, Project, Sequence, WorkspaceName} from './project.ts';
import {diagnosticLine, temporaryProject} from './temporary-project.ts';

/** Paths and contents; objects are written as JSON. */
export type Files = Readonly<Record<string, string | object>>;

/** Loads a project of this make.toml and these other files. */
export function load(
  make: string,
  files: Files = {},
  options: {readonly profile?: string; readonly env?: Record<string, string>} = {},
): Project {
  const {env = {}, ...rest} = options;
  return loadProject(temporaryProject({'make.toml': make, ...files}), {env, ...rest});
}

/** The errors that keep it from loading, a line each. */
export function errors(make: string, files: Files = {}): readonly string[] {
  try {
    load(make, files);
  } catch (error) {
    if (error instanceof PacelineError) return error.diagnostics.map(diagnosticLine);
    throw error;
  }
  return [];
}

/** Its warnings, a line each. */
export function warnings(project: Project): readonly string[] {
  return project.diagnostics.map(diagnosticLine);
}

/** A phase of a workspace, the root when none is named. */
export function phase(project: Project, name: string, workspace = '//'): Phase {
  const found = project.workspaces.get(workspace as WorkspaceName)?.phases.get(name as PhaseName);
  if (found === undefined) throw new Error(`no phase ${name} in ${workspace}`);
  return found;
}

/** A command in a line: its role unless it is a main one, and what it runs. */
export function commandText(command: Command): string {
  const prefix = command.role === 'main' ? '' : `${command.role}: `;
  switch (command.kind) {
    case 'shell':
      return `${prefix}${command.line}`;
    case 'program':
      return `${prefix}[${[command.program, ...command.args].join(' ')}]`;
    case 'script':
      return `${prefix}<${command.interpreter.join(' ')}> ${command.text}`;
    case 'phases':
      return `${prefix}-> ${sequenceText(command.sequence)}`;
  }
}

/** `a, b` for a set, `a then b` for a list in order. */
export function sequenceText({references, ordered}: Sequence): string {
  return references
    .map(({phase: name, where}) =>
      where.kind === 'own' ? name : where.kind === 'dependencies' ? `^${name}` : `${where.name}#${name}`,
    )
    .join(ordered ? ' then ' : ', ');
}

/** The commands of a phase. */
export const lines = (found: Phase): readonly string[] => found.commands.map(commandText);
/** What a phase needs. */
export const needs = (found: Phase): readonly string[] => found.needs.map(sequenceText);
/** The workspaces that have a phase. */
export const where = (project: Project, name: string): readonly string[] =>
  [...project.workspaces.values()]
    .filter(({phases}) => phases.has(name as PhaseName))
    .map(({name: workspace}) => workspace);
