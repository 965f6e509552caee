import {existsSync} from 'node:fs';
import type {PackageManager} from './project.ts';

/** Lockfiles and the package managers that write them, the more particular first. */
export const lockfiles: readonly (readonly [string, PackageManager])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
];

/** From what package.json says (`pnpm@9.1.0`), else from the lockfile. */
export function findPackageManager(root: string, said: string | undefined): PackageManager | undefined {
  const name = said?.split('@')[0];
  if (name === 'npm' || name === 'pnpm' || name === 'yarn' || name === 'bun') return name;
  return lockfiles.find(([file]) => existsSync(`${root}/${file}`))?.[1];
}

/** The lockfile of this package manager, when it is there. */
export function findLockfile(root: string, packageManager: PackageManager | undefined): string | undefined {
  return lockfiles.find(([file, manager]) => manager === packageManager && existsSync(`${root}/${file}`))?.[0];
}
