import type {TaskSettings} from './task-settings.ts';

/** Globs as paceline reads them, relative to a package that lies `depth` folders below the root. */
function paceGlob(glob: string, depth: number): string {
  const [, not = '', rest = ''] = /^(!?)(.*)$/s.exec(glob) ?? [];
  if (rest === '$TURBO_DEFAULT$') return `${not}$default`;
  const fromRoot = /^\$TURBO_ROOT\$\/(.*)$/s.exec(rest)?.[1];
  return fromRoot === undefined ? glob : `${not}${'../'.repeat(depth)}${fromRoot}`;
}

/**
 * The inputs of a task; undefined for the default ones, which an empty list means too. A package.json always counts, as in turbo,
 * whatever the list says.
 */
export function turboInputs(settings: TaskSettings, depth: number): readonly string[] | undefined {
  const written = (settings.list('inputs') ?? []).map(({text}) => text);
  const structured = settings.tables('inputs').flatMap((table) => {
    if (table.string('mode') === 'dependencyOutputs') return [];
    return [...(table.boolean('withDefaults') === true ? ['$TURBO_DEFAULT$'] : []), ...(table.strings('globs') ?? [])];
  });
  const dotEnv = (settings.list('dotEnv') ?? []).map(({text}) => text);
  const globs = [...written, ...structured];
  if (globs.length === 0 && dotEnv.length === 0) return undefined;
  const all = [...(globs.length === 0 ? ['$TURBO_DEFAULT$'] : globs), ...dotEnv].map((glob) => paceGlob(glob, depth));
  return all.includes('$default') || all.includes('package.json') ? all : [...all, 'package.json'];
}

/** The outputs of a task; none when nothing is said, as turbo keeps only its log then. */
export function turboOutputs(settings: TaskSettings, depth: number): readonly string[] {
  return (settings.list('outputs') ?? []).map(({text}) => paceGlob(text, depth));
}
