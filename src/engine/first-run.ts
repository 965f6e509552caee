import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Task} from '../plan/task.ts';
import type {Project} from '../project/project.ts';
import {ROOT_WORKSPACE} from '../project/project.ts';

/** Tells of a `first_run_only` task why it need not run again, from the checkout's markers and from a ggen state file. */
export function firstRunSkip(project: Project, succeeded: ReadonlySet<string>): (task: Task) => string | undefined {
  const states = new Map<string, ReadonlySet<string>>();
  const {skipIfExists} = project.state;
  return (task) => {
    if (!task.phase.firstRunOnly) return undefined;
    if (succeeded.has(task.id)) return 'first_run_only, and it has succeeded here before';
    const folder = join(project.root, task.workspace.name === ROOT_WORKSPACE ? '' : task.workspace.directory);
    let ggen = states.get(folder);
    if (ggen === undefined) {
      ggen = ggenSuccesses(join(folder, project.state.file));
      states.set(folder, ggen);
    }
    if (ggen.has(task.phase.name)) return `first_run_only, and ${project.state.file} records its success`;
    if (skipIfExists.length > 0 && skipIfExists.every((path) => existsSync(join(project.root, path)))) {
      return `first_run_only, and ${skipIfExists.join(', ')} ${skipIfExists.length === 1 ? 'is' : 'are'} there`;
    }
    return undefined;
  };
}

/** Phases with a recorded success in a state.json of ggen: `phase_history` of {phase, success}. */
function ggenSuccesses(path: string): ReadonlySet<string> {
  try {
    const state = JSON.parse(readFileSync(path, 'utf8')) as {phase_history?: unknown};
    const entries = Array.isArray(state.phase_history)
      ? (state.phase_history as {phase?: unknown; success?: unknown}[])
      : [];
    return new Set(
      entries.flatMap((entry) => (typeof entry.phase === 'string' && entry.success === true ? [entry.phase] : [])),
    );
  } catch {
    return new Set();
  }
}
