import {nearestName} from '../../base/nearest-name.ts';
import type {Diagnostic} from '../../base/source.ts';
import type {Declared} from '../declared/declared.ts';
import type {DialectContext} from '../dialects/dialect.ts';

/** Every env profile that a file mentions. */
export function mentionedProfiles(files: readonly Declared[]): readonly string[] {
  const names = new Set<string>();
  for (const {env, phases} of files) {
    for (const name of env.profiles.keys()) names.add(name);
    for (const {profiles} of phases.values()) for (const name of profiles?.keys() ?? []) names.add(name);
  }
  return [...names];
}

/** The profile that was asked for; else, where a file wants that, the one that the environment names. */
export function chosenProfile(
  context: DialectContext,
  top: Declared,
  mentioned: readonly string[],
): string | undefined {
  const {profile, env, report} = context;
  if (profile !== undefined) {
    if (!mentioned.includes(profile)) report(unknownProfile(profile, mentioned, top));
    return profile;
  }
  if (!top.env.detect) return top.env.fallback;
  const named = env.PACELINE_ENV || env.GGEN_ENV;
  if (named !== undefined && named !== '') return named;
  const node = env.NODE_ENV;
  if (node !== undefined && mentioned.includes(node)) return node;
  const ci = env.CI;
  const automated = ci !== undefined && ci !== '' && ci !== 'false' && ci !== '0';
  return automated && mentioned.includes('production') ? 'production' : 'development';
}

function unknownProfile(profile: string, mentioned: readonly string[], {file}: Declared): Diagnostic {
  const near = nearestName(profile, mentioned);
  const others = mentioned.length === 0 ? 'No file mentions a profile.' : `Mentioned are ${mentioned.join(', ')}.`;
  return {
    severity: 'warning',
    code: 'W_UNKNOWN_PROFILE',
    message: `no file mentions the env profile "${profile}": it changes nothing but GGEN_ENV and PACELINE_ENV`,
    hint: near === undefined ? others : `Did you mean "${near}"?`,
    origin: {file, line: 1, column: 1},
  };
}
