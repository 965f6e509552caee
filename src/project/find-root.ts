import {existsSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {loadProject} from './load.ts';

const CONFIGS = ['make.toml', 'Makefile.toml', 'turbo.json', 'turbo.jsonc', 'pnpm-workspace.yaml', 'package.json'];

/**
 * The root of the project around a folder: the nearest folder upward with a config file, unless one further up lists it
 * as a workspace. Undefined when there is none.
 */
export function findRoot(from: string): string | undefined {
  let nearest: string | undefined;
  for (let folder = from; ; folder = dirname(folder)) {
    if (CONFIGS.some((name) => existsSync(join(folder, name)))) {
      if (nearest === undefined) nearest = folder;
      else if (mayHaveMembers(folder) && lists(folder, nearest)) return folder;
    }
    if (folder === dirname(folder)) return nearest;
  }
}

/** A cheap look before the whole config is read. */
function mayHaveMembers(folder: string): boolean {
  if (existsSync(join(folder, 'pnpm-workspace.yaml'))) return true;
  return ['make.toml', 'Makefile.toml', 'package.json', 'Cargo.toml'].some((name) => {
    try {
      return /workspace/.test(readFileSync(join(folder, name), 'utf8'));
    } catch {
      return false;
    }
  });
}

function lists(root: string, member: string): boolean {
  try {
    const project = loadProject(root, {env: {}});
    return [...project.workspaces.values()].some((workspace) => workspace.directory !== '' && join(root, workspace.directory) === member);
  } catch {
    // a broken config further up is not this project's
    return false;
  }
}
