import type {Step} from './draw.ts';
import {type Found, replay} from './episode.ts';

/** Leaves out steps and edits as long as something stays wrong. */
export async function shrunk(found: Found, makeFolder: () => string, limit = 150): Promise<Found> {
  const checkouts = found.steps.some(({at, edits}) => at > 0 || edits.some((edit) => edit.at > 0)) ? 2 : 1;
  let best = found;
  let tries = 0;
  const attempt = async (steps: readonly Step[]): Promise<boolean> => {
    if (++tries > limit) return false;
    const again = await replay(makeFolder(), checkouts, steps);
    if (again !== undefined) best = again;
    return again !== undefined;
  };
  if (!(await attempt(found.steps))) return found;
  for (let size = best.steps.length >> 1; size >= 1; size = size > 1 ? size >> 1 : 0)
    for (let at = 0; at + size < best.steps.length; ) if (!(await attempt(best.steps.toSpliced(at, size)))) at += size;
  for (let step = best.steps.length - 1; step >= 0; step--)
    for (let edit = (best.steps[step]?.edits.length ?? 0) - 1; edit >= 0; edit--) {
      const {steps} = best;
      await attempt(steps.map((one, at) => (at === step ? {...one, edits: one.edits.toSpliced(edit, 1)} : one)));
    }
  return best;
}
