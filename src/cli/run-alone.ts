import {PacelineError} from '../base/error.ts';
import {findTarget} from '../plan/targets.ts';
import type {Task, TaskPlan} from '../plan/task.ts';
import {type Project, ROOT_WORKSPACE} from '../project/project.ts';

/** How `paceline run` was told what to run where; what a definition (`-D`) says is nobody else's business. */
interface Chosen {
  readonly root?: string;
  readonly env?: string;
}

/** The command line that runs a task of a plan alone; undefined for what has no name to ask for: inline hooks, the prefetch stage. */
export function runAlone(project: Project, planned: TaskPlan, {root, env}: Chosen): (id: string) => string | undefined {
  const tasks = new Map<string, Task>(planned.tasks);
  return (id) => {
    const task = tasks.get(id);
    const name = task === undefined ? undefined : nameOf(project, task);
    if (task === undefined || name === undefined) return undefined;
    const words = [
      'paceline',
      ...(root === undefined ? [] : ['--root', root]),
      'run',
      name,
      '--only',
      ...(env === undefined ? [] : ['--env', env]),
      ...(task.phase.requiresApproval ? [`--approve=${task.phase.name}`] : []),
      ...(task.args.length === 0 ? [] : ['--', ...task.args]),
    ];
    return words.map(shellWord).join(' ');
  };
}

/** The shortest name that means this task and no other. */
function nameOf(project: Project, {id, phase, workspace}: Task): string | undefined {
  return [id, `${workspace.name}#${phase.name}`].find((word) => {
    const meant = meaning(project, word);
    return meant.length === 1 && meant[0]?.workspace === workspace && meant[0].phase === phase;
  });
}

/** What a word of the command line runs, and where. */
function meaning(project: Project, word: string): readonly Pick<Task, 'phase' | 'workspace'>[] {
  try {
    const target = findTarget(project, word);
    if ('sequence' in target) return [];
    return [...project.workspaces.values()].flatMap((workspace) => {
      if (target.workspace !== undefined && target.workspace !== workspace.name) return [];
      const phase =
        workspace.phases.get(target.phase) ??
        (target.workspace === ROOT_WORKSPACE ? project.rootPhases.get(target.phase) : undefined);
      return phase === undefined ? [] : [{phase, workspace}];
    });
  } catch (error) {
    if (error instanceof PacelineError) return [];
    throw error;
  }
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./#-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
