import {plural} from '../base/figures.ts';
import {differenceText, type Explanation} from '../cache/explanation.ts';
import {DiskStore} from '../cache/store/disk-store.ts';
import {type Outlook, TaskCache} from '../cache/task-cache.ts';
import {Environment} from '../engine/environment.ts';
import {KnownVersions} from '../engine/known-versions.ts';
import {serviceVersions} from '../engine/service-versions.ts';
import {checkTools} from '../engine/tool-check.ts';
import type {Task, TaskPlan} from '../plan/task.ts';
import type {Project} from '../project/project.ts';
import {stateFolder} from '../record/state-folder.ts';
import {painted, type Screen, screenOf} from '../ui/style.ts';
import {oneLine} from '../ui/text.ts';
import {ageText} from './cache/amounts.ts';
import {storePlace} from './cache/store-place.ts';
import {definitions} from './definitions.ts';
import {openProject, type ProjectOptions, planFor} from './open-project.ts';

interface WhyOptions extends ProjectOptions {
  readonly json?: boolean;
  readonly define?: readonly string[];
}

/** Differences of one task that are listed. */
const LISTED = 20;

/** `paceline why <task>`: looks, runs nothing and changes nothing. */
export async function why(word: string, options: WhyOptions): Promise<number> {
  const project = openProject(options);
  const planned = planFor(project, {targets: [word], jobs: 1, args: []});
  const asked = [...planned.tasks.values()].filter(({requested}) => requested);
  const cache = await openCache(project, planned, definitions(options.define ?? []));
  const found = asked.map((task) => ({task, outlook: cache.explain(task)}));
  const screen = screenOf(process.stdout, process.env);
  if (options.json === true) {
    const rows = found.map(({task, outlook}) => ({task: task.id, ...outlook}));
    screen.write(`${JSON.stringify(rows, undefined, 2)}\n`);
  } else for (const {task, outlook} of found) print(screen, project, task, outlook, found.length > 1);
  return 0;
}

async function openCache(
  project: Project,
  planned: TaskPlan,
  defined: Readonly<Record<string, string>>,
): Promise<TaskCache> {
  const environment = new Environment({project, inherited: process.env, defined, marks: {PACELINE_ROOT: project.root}});
  const folder = stateFolder(project.root);
  const known = new KnownVersions(folder.tools);
  const tasks = [...planned.tasks.values()];
  const {versions} = await checkTools(project, tasks, process.env, known);
  const services = await serviceVersions(tasks, {...process.env, PATH: environment.path}, known);
  return new TaskCache({
    project,
    planned,
    stateFolder: folder.path,
    store: new DiskStore(storePlace(project.root, project.cache).directory),
    mode: 'on',
    variablesOf: (task) => environment.forKey(task),
    path: environment.path,
    tools: {...versions, ...services},
    notify: () => {},
  });
}

function print(screen: Screen, project: Project, task: Task, outlook: Outlook, isBrief: boolean): void {
  const name = painted(screen, 'bold', oneLine(task.id));
  switch (outlook.kind) {
    case 'off':
      screen.write(`${name} always runs: ${offReason(project, task)}.\n`);
      break;
    case 'impossible':
      screen.write(`${name} always runs: ${outlook.problem}.\n`);
      break;
    case 'hit': {
      const where =
        outlook.missing === 0
          ? hasOutputs(task)
            ? 'its outputs are in place'
            : 'nothing changed'
          : `${plural(outlook.missing, 'output')} would be restored`;
      screen.write(`${name} need not run: ${where}.\n`);
      if (!isBrief) screen.write(`  ${sameText(outlook.now)} as for the result of ${when(outlook.storedAt)}.\n`);
      break;
    }
    case 'miss':
      printMiss(screen, name, outlook, isBrief);
      break;
  }
}

function hasOutputs({phase}: Task): boolean {
  return phase.caching.outputs === undefined || phase.caching.outputs.length > 0;
}

function printMiss(screen: Screen, name: string, outlook: Extract<Outlook, {kind: 'miss'}>, isBrief: boolean): void {
  const {near, waitsFor, reason} = outlook;
  if (waitsFor !== undefined && (near === undefined || near.differences.length === 0)) {
    screen.write(`${name} may run: it needs ${waitsFor}, which would run before.\n`);
    return;
  }
  screen.write(`${name} would run: ${reason}.\n`);
  if (waitsFor !== undefined) screen.write(`  It needs ${waitsFor}, which would run before.\n`);
  if (isBrief || near === undefined || near.differences.length === 0) return;
  screen.write(painted(screen, 'dim', `  compared with the execution of ${when(near.explanation.at)}\n`));
  for (const difference of near.differences.slice(0, LISTED)) {
    if (difference.kind === 'command') {
      screen.write('  command changed\n');
      for (const line of difference.before.filter((one) => !difference.after.includes(one)))
        screen.write(`    - ${shown(line)}\n`);
      for (const line of difference.after.filter((one) => !difference.before.includes(one)))
        screen.write(`    + ${shown(line)}\n`);
    } else screen.write(`  ${oneLine(differenceText(difference))}\n`);
  }
  const more = near.differences.length - LISTED;
  if (more > 0) screen.write(`  and ${more} more\n`);
}

/** A command as it is kept in a key: its words as JSON, the role first. */
function shown(line: string): string {
  try {
    const [, ...words] = JSON.parse(line) as string[];
    return oneLine(words.join(' '));
  } catch {
    return oneLine(line);
  }
}

function sameText({files, rootFiles, variables, needs}: Explanation): string {
  const parts = [
    'The same command',
    plural(Object.keys(files).length + Object.keys(rootFiles).length, 'file'),
    plural(Object.keys(variables).length, 'variable'),
    ...(Object.keys(needs).length > 0 ? [`results of ${plural(Object.keys(needs).length, 'task')}`] : []),
  ];
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

function offReason({cache}: Project, {phase}: Task): string {
  if (!cache.enabled) return 'the cache is switched off in the config';
  if (phase.persistent) return 'it is persistent';
  if (phase.requiresApproval) return 'it requires approval';
  return 'it does not say `cache = true`';
}

function when(at: number): string {
  return `${new Date(at).toISOString().replace('T', ' ').slice(0, 19)} (${ageText(Math.max(0, Date.now() - at))} ago)`;
}
