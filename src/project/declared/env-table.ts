import type {Section} from '../toml/section.ts';
import type {DeclaredEnv, DeclaredProfile} from './declared.ts';
import {readVariable, readVariables} from './env-entries.ts';
import {shellCommand} from './phase-keys.ts';

/** `[env]` of the lifecycle and phases dialects. */
export function readEnv(section: Section | undefined): DeclaredEnv {
  if (section === undefined) return {detect: false, entries: [], profiles: new Map()};
  return {
    detect: section.string('detect') === 'auto',
    entries: section.keys.filter((key) => key !== 'detect').flatMap((key) => readVariable(section, key)),
    profiles: new Map(section.namedSections().map(([name, inner]) => [name, readProfile(inner)])),
  };
}

function readProfile(section: Section): DeclaredProfile {
  const commands = section.section('commands');
  return {
    entries: readVariables(section, new Set(commands === undefined ? [] : ['commands'])),
    commands: new Map(
      (commands?.keys ?? []).map((phase) => [
        phase,
        {
          commands: (commands?.located(phase) ?? []).map((line) => shellCommand(line)),
          origin: commands?.origin(phase) ?? section.here,
        },
      ]),
    ),
  };
}
