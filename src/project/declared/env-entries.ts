import type {EnvEntry} from '../project.ts';
import type {Section} from '../toml/section.ts';

/** The variables of a table, except these keys; nested tables are dotted names. */
export function readVariables(section: Section, except: ReadonlySet<string> = none, prefix = ''): readonly EnvEntry[] {
  return section.keys.flatMap((key): readonly EnvEntry[] => {
    if (except.has(key)) return [];
    const inner = section.section(key);
    if (inner !== undefined) return readVariables(inner, none, `${prefix}${key}.`);
    return readVariable(section, key, prefix);
  });
}

const none: ReadonlySet<string> = new Set();

/** One variable; nothing when the value is a list or a table. */
export function readVariable(section: Section, key: string, prefix = ''): readonly EnvEntry[] {
  const value = section.value(key);
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return [];
  return [variable(prefix + key, String(value), section.origin(key))];
}

/** `${NAME}` in the value is replaced when a task starts. */
export function variable(name: string, value: string, origin: EnvEntry['origin']): EnvEntry {
  return {name, source: {kind: value.includes('${') ? 'expand' : 'value', value}, origin};
}
