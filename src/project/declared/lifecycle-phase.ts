import type {Diagnostic} from '../../base/source.ts';
import type {EnvEntry} from '../project.ts';
import {isTable, type Section} from '../toml/section.ts';
import {known} from './declared.ts';
import {readVariable, readVariables} from './env-entries.ts';
import type {NameList, PhaseDraft} from './phase-draft.ts';
import {readCommands, readEveryPhaseKeys} from './phase-keys.ts';

type Report = (diagnostic: Diagnostic) => void;

/** `[lifecycle.X]`, or the part of `[phases.X]` that is the same. `here` is where its name stands. */
export function readLifecyclePhase(name: string, section: Section, report: Report): PhaseDraft {
  return {name, origin: section.here, ...readOwnKeys(section, report), ...readPhaseEnv(section, report)};
}

function readOwnKeys(section: Section, report: Report): Partial<PhaseDraft> {
  const dependsOn = section.located('depends_on');
  return known({
    ...readEveryPhaseKeys(section, report),
    ...readCommands(section),
    needs: dependsOn === undefined ? undefined : [set(dependsOn, section, 'depends_on')],
  });
}

/** Names whose order means nothing. */
export function set(names: NameList['names'], section: Section, key: string): NameList {
  return {names, ordered: false, origin: section.origin(key)};
}

/** A list names variables that are hashed; a table has variables, and what changes under a profile. */
function readPhaseEnv(section: Section, report: Report): Partial<PhaseDraft> {
  const hashedEnv = section.strings('env');
  if (hashedEnv !== undefined) return {hashedEnv};
  const table = section.section('env');
  if (table === undefined) return {};
  const env = table.keys.flatMap((key) => readVariable(table, key));
  const profiles = new Map(table.namedSections().map(([profile, inner]) => [profile, readProfilePhase(inner, report)]));
  return known({
    env: env.length === 0 ? undefined : env,
    profiles: profiles.size === 0 ? undefined : profiles,
  });
}

function readProfilePhase(section: Section, report: Report): Partial<PhaseDraft> {
  const env: readonly EnvEntry[] = section.keys
    .filter((key) => /^[A-Z_][A-Z0-9_]*$/.test(key))
    .flatMap((key) => readVariable(section, key));
  return {...readOwnKeys(section, report), ...(env.length > 0 && {env})};
}

/** `[prefetch]`. */
export function readPrefetch(section: Section, report: Report): PhaseDraft {
  const hashedEnv = section.strings('env');
  const table = section.section('env');
  return {
    name: 'prefetch',
    origin: section.here,
    ...readOwnKeys(section, report),
    ...(hashedEnv !== undefined && {hashedEnv}),
    ...(table !== undefined && {env: readVariables(table)}),
  };
}

/** The phases of a table of tables. */
export function readPhases(
  section: Section | undefined,
  read: (name: string, inner: Section) => PhaseDraft,
): ReadonlyMap<string, PhaseDraft> {
  const phases = new Map<string, PhaseDraft>();
  for (const name of section?.keys ?? []) {
    const inner = section?.section(name);
    if (inner !== undefined && isTable(section?.value(name))) phases.set(name, read(name, inner));
  }
  return phases;
}
