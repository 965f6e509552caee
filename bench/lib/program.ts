import {spawnSync} from 'node:child_process';
import {execPath, stderr} from 'node:process';
import {benchFolder, peerFolder, repository, versionIn} from './installed.ts';
import type {Runner} from './runner.ts';

/** Builds dist/, so that what is measured is what the sources say. Throws an Error when that fails. */
export function buildPaceline(): void {
  stderr.write('building paceline\n');
  runOrThrow(execPath, ['scripts/build.ts']);
}

/** Installs the peers, as bench/package-lock.json names them, unless the wanted ones are there. Throws an Error when that fails. */
export function installPeers(wanted: readonly Runner[]): void {
  const packages = wanted.flatMap((runner) => (runner.package === undefined ? [] : [runner.package]));
  if (packages.every((name) => versionIn(peerFolder(name)) !== undefined)) return;
  stderr.write('installing the peers under bench/\n');
  runOrThrow('npm', ['ci', '--prefix', benchFolder, '--no-audit', '--no-fund', '--ignore-scripts']);
}

function runOrThrow(program: string, args: readonly string[]): void {
  const {status, error} = spawnSync(program, args, {cwd: repository, stdio: ['ignore', 'inherit', 'inherit']});
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${[program, ...args].join(' ')} ended with ${status}`);
}
