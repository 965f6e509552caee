import {existsSync} from 'node:fs';
import {basename} from 'node:path';
import type {Members} from '../member.ts';
import {findLockfile} from '../package-manager.ts';
import type {CacheSettings, RunLimits} from '../project.ts';
import type {Decision} from './decision.ts';
import type {DraftTable} from './toml-text.ts';

/** What every draft begins with: the project's name, the tools that package.json asks for, and the install step. */
export function openingTables(root: string, found: Members, decisions: Decision[]): readonly DraftTable[] {
  const name = found.members[0]?.manifest?.name ?? basename(root);
  return [
    {path: ['project'], comment: [], keys: {name}},
    ...toolsTable(found, decisions),
    ...prefetchTable(root, found, decisions),
  ];
}

function toolsTable(found: Members, decisions: Decision[]): readonly DraftTable[] {
  const known = ['node', 'npm', 'pnpm', 'yarn', 'bun'];
  const engines = Object.entries(found.members[0]?.manifest?.engines ?? {}).filter(([name]) => known.includes(name));
  if (engines.length === 0) return [];
  const keys = Object.fromEntries(engines);
  decisions.push({
    what: `[deps] asks for ${engines.map(([name, range]) => `${name} ${range}`).join(', ')}`,
    why: '"engines" in package.json',
  });
  return [{path: ['deps'], comment: ['Tools that must be there before the first task.'], keys}];
}

function prefetchTable(root: string, found: Members, decisions: Decision[]): readonly DraftTable[] {
  const lockfile = findLockfile(root, found.packageManager);
  if (lockfile === undefined) {
    if (found.packageManager !== undefined)
      decisions.push({what: 'no [prefetch]', why: 'there is no lockfile to install from'});
    return [];
  }
  const command = installCommand(root, found);
  decisions.push({
    what: `[prefetch] runs \`${command}\``,
    why: `${lockfile} is there; it is skipped while nothing changes in it`,
  });
  const comment = ['Runs first, and only when the lockfile has changed. Package managers stay offline after it.'];
  return [{path: ['prefetch'], comment, keys: {command}}];
}

function installCommand(root: string, found: Members): string {
  switch (found.packageManager) {
    case 'pnpm':
      return 'pnpm install --frozen-lockfile';
    case 'yarn':
      return existsSync(`${root}/.yarnrc.yml`) ? 'yarn install --immutable' : 'yarn install --frozen-lockfile';
    case 'bun':
      return 'bun install --frozen-lockfile';
    default:
      return 'npm ci';
  }
}

/** Limits and cache settings that another tool's file had. */
export function settingsTables(limits: RunLimits, cache: CacheSettings): readonly DraftTable[] {
  const cacheKeys = {
    ...(cache.maxAgeMs !== undefined && {cache_ttl_seconds: cache.maxAgeMs / 1000}),
    ...(cache.maxBytes !== undefined && {max_cache_size_mb: cache.maxBytes / 1e6}),
  };
  return [
    ...(limits.jobs === undefined
      ? []
      : [{path: ['execution'], comment: [], keys: {max_parallel_phases: limits.jobs}}]),
    ...(Object.keys(cacheKeys).length === 0 ? [] : [{path: ['cache'], comment: [], keys: cacheKeys}]),
    ...everywhereTable(cache.globalInputs),
  ];
}

/** Files whose change makes every stored result useless. */
export function everywhereTable(globs: readonly string[]): readonly DraftTable[] {
  if (globs.length === 0) return [];
  const comment = ['A change in one of these makes every stored result useless.'];
  return [{path: ['state'], comment, keys: {force_rerun_if_changed: globs}}];
}
