import {PacelineError} from '../base/error.ts';
import type {Task} from '../plan/task.ts';

/**
 * Asks for each phase that requires approval, before anything runs.
 * @throws PacelineError E_APPROVAL when it is refused, or nobody can be asked
 */
export async function askApproval(tasks: readonly Task[], approved: readonly string[]): Promise<void> {
  const given = new Set(approved.flatMap((names) => names.split(',')));
  const open = new Map<string, Task>();
  for (const task of tasks) {
    if (task.phase.requiresApproval && !given.has(task.phase.name) && !given.has(task.id))
      open.set(task.phase.name, task);
  }
  if (open.size === 0) return;
  const {createInterface} = await import('node:readline/promises');
  for (const [name, task] of open) {
    if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) {
      throw new PacelineError('E_APPROVAL', `Phase "${name}" requires approval, and there is no terminal to ask in.`, {
        hint: `Approve it with --approve=${name}.`,
        origin: task.phase.origin,
      });
    }
    const prompt = createInterface({input: process.stdin, output: process.stderr});
    const about = task.phase.description === undefined ? '' : ` (${task.phase.description})`;
    // Ctrl-C and Ctrl-D are a no
    const answer = await prompt.question(`Phase "${name}"${about} requires approval. Run it? [y/N] `).catch(() => {
      process.stderr.write('\n');
      return '';
    });
    prompt.close();
    if (!/^y(es)?$/i.test(answer.trim()))
      throw new PacelineError('E_APPROVAL', `Phase "${name}" was not approved; nothing was run.`, {
        origin: task.phase.origin,
      });
  }
}
