import {createHash} from 'node:crypto';
import {existsSync, realpathSync, statSync} from 'node:fs';
import {delimiter, dirname, resolve} from 'node:path';
import type {Service} from '../../project/service.ts';
import type {Wanted} from '../broker/protocol.ts';
import {serverProgram} from '../service-program.ts';
import {identityOf} from './identity.ts';
import {outsideRun} from './outside-run.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Variables that say which container engine is meant, and with what rights. */
const ENGINE = ['DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG', 'DOCKER_CERT_PATH', 'DOCKER_TLS_VERIFY'];

/**
 * A service with all that decides what it will be. The broker has the environment of whoever started it, so what depends on the environment
 * of who asks is found here: the program that serves, the programs that its shell lines find, the engine that runs it.
 * @throws PacelineError E_SERVICE_INIT when a file of its init cannot be read
 */
export function wantedOf(service: Service, env: Environment): Wanted {
  const {migrate, seed} = service.init;
  const hasLines = migrate !== undefined || seed !== undefined || service.plugin === 'process';
  const program = serverProgram(service, env);
  const mayBeContained =
    service.plugin !== 'process' &&
    (program === undefined || service.image !== undefined || service.backend === 'docker');
  const needs = service.needs.map((one) => wantedOf(one, env));
  const identity = createHash('sha256').update(
    JSON.stringify([
      identityOf({...service, needs: []}),
      needs.map((need) => need.identity),
      program === undefined ? null : stampOf(program),
      hasLines ? foldersOf(env.PATH) : [],
      mayBeContained ? ENGINE.map((name) => env[name] ?? null) : [],
    ]),
  );
  return {
    service: program === undefined ? service : {...service, binary: dirname(program)},
    identity: identity.digest('hex'),
    needs,
    ...((hasLines || mayBeContained) && {env: definedOnly(outsideRun(env))}),
  };
}

/** Tells one version of a program from the next in the same place. */
function stampOf(program: string): readonly (string | number)[] {
  const path = realpathSync(program);
  const {ino, size, mtimeMs} = statSync(path);
  return [path, ino, size, mtimeMs];
}

/** Where PATH leads to: what is named twice, or not there, changes nothing. */
function foldersOf(path = ''): readonly string[] {
  const folders = path.split(delimiter).map((folder) => resolve(folder));
  return [...new Set(folders)].filter((folder) => existsSync(folder));
}

function definedOnly(env: Environment): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
