import type {Diagnostic} from '../base/source.ts';
import type {Task} from '../plan/task.ts';
import {isCached} from './key.ts';
import {globProblem, resolvedGlob} from './patterns/file-globs.ts';
import {overlap} from './patterns/outputs-overlap.ts';

/** What is wrong with the files that cached tasks of a plan name: paths that lead out, and outputs that two of them write. */
export function checkFiles(tasks: Iterable<Task>): readonly Diagnostic[] {
  const problems: Diagnostic[] = [];
  const checked = new Map<readonly string[], string | undefined>();
  const byFolder = new Map<string, Task[]>();
  for (const task of tasks) {
    if (!isCached(task)) continue;
    const {inputs, outputs} = task.phase.caching;
    const outside = inputs?.find(
      (glob) => glob !== '$default' && resolvedGlob(task.workspace.directory, glob) === undefined,
    );
    if (outside !== undefined) problems.push(inputError(task, outside));
    if (outputs === undefined || outputs.length === 0) continue;
    if (!checked.has(outputs))
      checked.set(
        outputs,
        outputs.map(problemOf).find((problem) => problem !== undefined),
      );
    const problem = checked.get(outputs);
    if (problem !== undefined) problems.push(globError(task, problem));
    const others = byFolder.get(task.workspace.directory);
    if (others === undefined) byFolder.set(task.workspace.directory, [task]);
    else others.push(task);
  }
  if (problems.length === 0) for (const group of byFolder.values()) problems.push(...overlapsIn(group));
  return problems;
}

function problemOf(pattern: string): string | undefined {
  const problem = globProblem(pattern);
  return problem === undefined ? undefined : `"${pattern}" ${problem}`;
}

function globError({id, phase}: Task, problem: string): Diagnostic {
  return {
    severity: 'error',
    code: 'E_OUTPUT_GLOB',
    message: `the outputs of ${id} cannot be restored: ${problem}`,
    hint: 'Outputs of a cached phase lie in its workspace: write them relative to it, without "..".',
    origin: phase.origin,
  };
}

function inputError({id, phase}: Task, pattern: string): Diagnostic {
  return {
    severity: 'error',
    code: 'E_INPUT_GLOB',
    message: `the inputs of ${id} cannot be watched: "${pattern}" leads out of the project`,
    hint: 'Name files of the project, relative to the workspace; `../shared/**` may leave the workspace, not the root.',
    origin: phase.origin,
  };
}

function overlapsIn(tasks: readonly Task[]): readonly Diagnostic[] {
  return tasks.flatMap((task, at) =>
    tasks.slice(at + 1).flatMap((other): Diagnostic[] => {
      const both = overlap(task.phase.caching.outputs ?? [], other.phase.caching.outputs ?? []);
      if (both === undefined) return [];
      return [
        {
          severity: 'error',
          code: 'E_OUTPUT_OVERLAP',
          message: `${task.id} and ${other.id} both have the outputs ${both}: each would remove and restore what the other wrote`,
          hint: 'Give each phase outputs of its own, or exclude the other\'s with "!".',
          origin: other.phase.origin,
        },
      ];
    }),
  );
}
