import {phaseNames} from '../plan/targets.ts';
import {type Phase, type Project, ROOT_WORKSPACE} from '../project/project.ts';
import {painted, type Screen, screenOf} from '../ui/style.ts';
import {columnWidth} from '../ui/text.ts';
import {openProject, type ProjectOptions, reportWarnings} from './open-project.ts';

/** More workspaces than this are only counted. */
const LISTED_WORKSPACES = 40;

/** A phase and where it runs. */
interface Entry {
  readonly definition: Phase;
  readonly workspaces: readonly string[];
}

/** `paceline list`: phases by category, pipelines, workspaces. */
export function list(options: ProjectOptions & {readonly json?: boolean}): number {
  const project = openProject(options);
  const entries = [...phaseNames(project)].flatMap((name) => entryOf(project, name));
  if (options.json === true) process.stdout.write(`${JSON.stringify(asJson(project, entries), undefined, 2)}\n`);
  else {
    reportWarnings(project, false);
    print(screenOf(process.stdout, process.env), project, entries);
  }
  return 0;
}

function entryOf(project: Project, name: Phase['name']): Entry[] {
  const holders = [...project.workspaces.values()].filter((workspace) => workspace.phases.has(name));
  const definition = holders[0]?.phases.get(name);
  if (definition === undefined || definition.private) return [];
  return [{definition, workspaces: holders.map(({name}) => (name === ROOT_WORKSPACE ? 'root' : name))}];
}

function asJson(project: Project, entries: readonly Entry[]): object {
  return {
    project: project.name,
    version: project.version ?? null,
    type: project.type ?? null,
    description: project.description ?? null,
    authors: project.authors ?? [],
    dialect: project.dialect,
    profiles: project.profiles,
    phases: entries.map(({definition: {name, description, category}, workspaces}) => ({
      name,
      description: description ?? null,
      category: category ?? null,
      workspaces,
    })),
    pipelines: [...project.pipelines.values()].map(({name, sequence}) => ({
      name,
      phases: sequence.references.map((reference) => reference.phase),
    })),
    workspaces: [...project.workspaces.values()].map(({name, description, directory, dependencies}) => ({
      name,
      description: description ?? null,
      directory,
      dependencies,
    })),
  };
}

function print(screen: Screen, project: Project, entries: readonly Entry[]): void {
  const dim = (text: string): string => painted(screen, 'dim', text);
  const members = [...project.workspaces.values()].filter(({name}) => name !== ROOT_WORKSPACE);
  const about = [project.type, project.dialect, members.length === 0 ? undefined : `${members.length} workspaces`];
  screen.write(
    `${painted(screen, 'bold', project.name)}${project.version === undefined ? '' : ` ${project.version}`} (${about.filter(Boolean).join(', ')})\n`,
  );
  if (project.description !== undefined) screen.write(`${project.description}\n`);
  if ((project.authors ?? []).length > 0) screen.write(dim(`by ${project.authors?.join(', ')}\n`));
  const names = [...entries.map(({definition}) => definition.name), ...project.pipelines.keys()];
  const width = columnWidth(names, 4, 40);
  const row = (name: string, text: string): void => screen.write(`  ${name.padEnd(width)}  ${text}\n`);
  const categories = new Set(entries.map(({definition}) => definition.category));
  for (const category of [...categories].sort()) {
    screen.write(`\n${dim(category ?? 'phases')}\n`);
    for (const {definition, workspaces} of entries.filter((entry) => entry.definition.category === category))
      row(
        definition.name,
        `${definition.description ?? ''}${members.length === 0 ? '' : dim(` [${where(workspaces, members.length)}]`)}`,
      );
  }
  if (project.pipelines.size > 0) screen.write(`\n${dim('pipelines')}\n`);
  for (const {name, sequence} of project.pipelines.values())
    row(name, sequence.references.map((reference) => reference.phase).join(' → '));
  if (members.length === 0 || members.length > LISTED_WORKSPACES) return;
  screen.write(`\n${dim('workspaces')}\n`);
  for (const {name, directory, description} of members)
    row(name, `${directory}${description === undefined ? '' : `  ${description}`}`);
}

function where(workspaces: readonly string[], members: number): string {
  if (workspaces.length === members && !workspaces.includes('root')) return 'all';
  return workspaces.length > 3 ? `${workspaces.length} workspaces` : workspaces.join(', ');
}
