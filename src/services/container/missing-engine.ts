import {existsSync} from 'node:fs';
import {delimiter, join} from 'node:path';
import {PacelineError} from '../../base/error.ts';
import type {EngineCandidate} from './engine-address.ts';

/** An engine that was tried, and why it is of no use. */
export interface FailedCandidate {
  readonly candidate: EngineCandidate;
  /** `ENOENT`, `ECONNREFUSED`, `EACCES`...; undefined: it answered, but not as an engine does. */
  readonly code: string | undefined;
  readonly message: string;
}

/** Says what is missing, with the command that installs or starts it. */
export function missingEngine(
  failed: readonly FailedCandidate[],
  env: Readonly<Record<string, string | undefined>>,
): PacelineError {
  const denied = failed.find(({code}) => code === 'EACCES' || code === 'EPERM');
  if (denied !== undefined)
    return noEngine(
      `You may not use the container engine at ${denied.candidate.address}`,
      '`sudo usermod -aG docker $USER`, then log in again.',
    );
  const named = failed.find(({candidate}) => candidate.saidBy !== undefined);
  if (named !== undefined) {
    const {address, saidBy} = named.candidate;
    return noEngine(
      `The container engine that ${saidBy} names does not answer: ${address} (${named.message})`,
      `Start it (${startCommand('docker')}), or correct ${saidBy}.`,
    );
  }
  if (isInstalled('dockerd', env))
    return noEngine(`Docker is installed, but does not answer${reason(failed)}`, `${startCommand('docker')}.`);
  if (isInstalled('podman', env))
    return noEngine(
      `Podman is installed, but its socket does not answer${reason(failed)}`,
      '`systemctl --user start podman.socket`.',
    );
  return noEngine(
    `There is no container engine on this machine: nothing answers at ${failed.map(({candidate}) => candidate.address).join(', ')}`,
    '`sudo apt-get install docker.io`, or `sudo apt-get install podman && systemctl --user start podman.socket`; one on another machine is named in DOCKER_HOST.',
  );
}

/** The engine was there before, and is not any more. */
export function lostEngine(address: string): PacelineError {
  return noEngine(
    `The container engine at ${address} does not answer any more`,
    `Start it (${startCommand('docker')}); the next lease finds it.`,
  );
}

function reason(failed: readonly FailedCandidate[]): string {
  const told = failed.find(({code}) => code !== 'ENOENT');
  return told === undefined ? '' : `: ${told.candidate.address} (${told.message})`;
}

function startCommand(service: string): string {
  return existsSync('/run/systemd/system')
    ? `\`sudo systemctl start ${service}\``
    : `\`sudo service ${service} start\``;
}

function isInstalled(program: string, env: Readonly<Record<string, string | undefined>>): boolean {
  // administrators' programs are not on everybody's PATH
  const folders = [...(env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/sbin'];
  return folders.some((folder) => folder !== '' && existsSync(join(folder, program)));
}

function noEngine(message: string, hint: string): PacelineError {
  return new PacelineError('E_NO_ENGINE', message, {hint});
}
