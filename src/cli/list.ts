import {phaseNames} from '../plan/targets.ts';
import {type Phase, type Project, ROOT_WORKSPACE} from '../project/project.ts';
import {painted, screenOf} from '../ui/style.ts';
import {openProject, type ProjectOptions, reportWarnings} from './open-project.ts';

/** `paceline list`: phases by category, pipelines, workspaces. */
export function list(options: ProjectOptions & {readonly json?: boolean}): number {
  const project = openProject(options);
  const phases = [...phaseNames(project)].map((name) => describe(project, name));
  const shown = phases.filter((phase) => !phase.definition.private);
  if (options.json === true) {
    const json = {
      project: project.name,
      dialect: project.dialect,
      phases: shown.map(({definition, workspaces}) => ({
        name: definition.name,
        description: definition.description ?? null,
        category: definition.category ?? null,
        workspaces,
      })),
      pipelines: [...project.pipelines.values()].map((pipeline) => ({
        name: pipeline.name,
        phases: pipeline.sequence.references.map((reference) => reference.phase),
      })),
      workspaces: [...project.workspaces.values()].map(({name, directory, dependencies}) => ({
        name,
        directory,
        dependencies,
      })),
    };
    process.stdout.write(`${JSON.stringify(json, undefined, 2)}\n`);
    return 0;
  }
  reportWarnings(project, false);
  const screen = screenOf(process.stdout, process.env);
  const members = project.workspaces.size - 1;
  screen.write(
    `${painted(screen, 'bold', project.name)} (${project.dialect}${members === 0 ? '' : `, ${members} workspaces`})\n`,
  );
  const width = Math.min(40, Math.max(4, ...shown.map((phase) => phase.definition.name.length)));
  for (const category of [...new Set(shown.map((phase) => phase.definition.category))].sort()) {
    screen.write(`\n${painted(screen, 'dim', category ?? 'phases')}\n`);
    for (const {definition, workspaces} of shown.filter((phase) => phase.definition.category === category)) {
      const where =
        members === 0
          ? ''
          : painted(
              screen,
              'dim',
              ` [${workspaces.length === members ? 'all' : workspaces.length > 3 ? `${workspaces.length} workspaces` : workspaces.join(', ')}]`,
            );
      screen.write(`  ${definition.name.padEnd(width)}  ${definition.description ?? ''}${where}\n`);
    }
  }
  if (project.pipelines.size > 0) screen.write(`\n${painted(screen, 'dim', 'pipelines')}\n`);
  for (const {name, sequence} of project.pipelines.values()) {
    screen.write(`  ${name.padEnd(width)}  ${sequence.references.map((reference) => reference.phase).join(' → ')}\n`);
  }
  return 0;
}

function describe(project: Project, name: Phase['name']): {definition: Phase; workspaces: readonly string[]} {
  const holders = [...project.workspaces.values()].filter((workspace) => workspace.phases.has(name));
  const definition = holders[0]?.phases.get(name) ?? project.rootPhases.get(name);
  if (definition === undefined) throw new Error(`phase ${name} vanished`);
  return {
    definition,
    workspaces: holders.map((workspace) => (workspace.name === ROOT_WORKSPACE ? 'root' : workspace.name)),
  };
}
