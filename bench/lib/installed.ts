import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';

/** The folder `bench/`. */
export const benchFolder = join(import.meta.dirname, '..');
/** The repository. */
export const repository = join(benchFolder, '..');

/** The program that a peer's package installs under bench/. */
export function peerProgram(name: string): string {
  return join(benchFolder, 'node_modules/.bin', name);
}

export function peerFolder(name: string): string {
  return join(benchFolder, 'node_modules', name);
}

/** Of the package.json in a folder; undefined when there is none. */
export function versionIn(folder: string): string | undefined {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return undefined;
  const {version}: {version?: string} = JSON.parse(readFileSync(file, 'utf8'));
  return version;
}
