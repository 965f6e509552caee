import {readCondition} from '../../declared/conditions.ts';
import type {DeclaredEnv} from '../../declared/declared.ts';
import {readVariable, variable} from '../../declared/env-entries.ts';
import type {EnvEntry} from '../../project.ts';
import type {Section} from '../../toml/section.ts';
import {isEnvValue} from '../../vocabulary/cargo-env-keys.ts';

/** `[env]`: variables, and tables of variables that are profiles. */
export function readCargoEnv(section: Section | undefined, config: Section | undefined): DeclaredEnv {
  const profiles = (section?.namedSections() ?? []).filter(([name]) => !isEnvValue(section?.value(name)));
  const additional = config?.strings('additional_profiles');
  return {
    detect: false,
    fallback: 'development',
    entries: section === undefined ? [] : readEntries(section),
    profiles: new Map(profiles.map(([name, inner]) => [name, {entries: readEntries(inner), commands: new Map()}])),
    ...(additional !== undefined && {additional}),
  };
}

/** The variables of a table, in order. */
export function readEntries(section: Section): readonly EnvEntry[] {
  return section.keys.flatMap((name) => {
    const list = Array.isArray(section.value(name)) ? section.strings(name) : undefined;
    if (list !== undefined) return [variable(name, list.join(';'), section.origin(name))];
    const table = isEnvValue(section.value(name)) ? section.section(name) : undefined;
    return table === undefined ? readVariable(section, name) : readEntry(name, table);
  });
}

function readEntry(name: string, table: Section): readonly EnvEntry[] {
  const condition = readCondition(table);
  const conditional = condition !== undefined && {condition};
  const lines = table.strings('script');
  const origin = table.here;
  if (table.boolean('unset') === true) return [{name, source: {kind: 'unset'}, ...conditional, origin}];
  if (lines !== undefined) return [{name, source: {kind: 'script', lines}, ...conditional, origin}];
  return readVariable(table, 'value').map(({source}) => ({name, source, ...conditional, origin}));
}
