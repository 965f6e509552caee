/**
 * Variables that a framework puts into what it builds, by the npm package that shows its use. turbo adds these to `env` by itself, so a
 * turbo.json leaves them out, and a result that did not depend on them would be a wrong hit.
 * Source: turbo 2.11's documentation, "Framework Inference".
 */
const patterns: readonly (readonly [string, readonly string[]])[] = [
  ['next', ['NEXT_PUBLIC_*']],
  ['blitz', ['NEXT_PUBLIC_*']],
  ['vite', ['VITE_*']],
  ['react-scripts', ['REACT_APP_*']],
  ['gatsby', ['GATSBY_*']],
  ['nuxt', ['NUXT_*', 'NUXT_ENV_*']],
  ['nuxt-edge', ['NUXT_*', 'NUXT_ENV_*']],
  ['nuxt3', ['NUXT_*', 'NUXT_ENV_*']],
  ['expo', ['EXPO_PUBLIC_*']],
  ['astro', ['PUBLIC_*']],
  ['@sveltejs/kit', ['PUBLIC_*', 'VITE_*']],
  ['@remix-run/dev', ['REMIX_*']],
  ['solid-start', ['VITE_*']],
  ['@solidjs/start', ['VITE_*']],
  ['@redwoodjs/core', ['REDWOOD_ENV_*']],
  ['sanity', ['SANITY_STUDIO_*']],
  ['@sanity/cli', ['SANITY_STUDIO_*']],
  ['@vue/cli-service', ['VUE_APP_*']],
];

/** The `env` patterns that the frameworks among these npm dependencies stand for. */
export function frameworkEnv(dependencies: ReadonlyMap<string, string>): readonly string[] {
  if (dependencies.size === 0) return [];
  const present = patterns.filter(([name]) => dependencies.has(name));
  return present.length === 0 ? [] : [...new Set(present.flatMap(([, env]) => env))];
}
