import {createHash} from 'node:crypto';
import {existsSync, readFileSync} from 'node:fs';
import {homedir} from 'node:os';
import {join} from 'node:path';
import {PacelineError} from '../../base/error.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where a container engine may listen. */
export interface EngineCandidate {
  /** `unix:///run/docker.sock`, `tcp://host:2375`, `tcp://host:2376?certs=<folder>`. */
  readonly address: string;
  /** Who names it; undefined: one of the usual places. */
  readonly saidBy?: string;
}

/**
 * The engine that is named for Docker's own programs, and only that; else the usual places, in the order to try them.
 * DOCKER_HOST, DOCKER_CONTEXT, the current context: docs.docker.com/engine/manage-resources/contexts
 * @throws PacelineError E_NO_ENGINE when what is named cannot be reached from here
 */
export function engineCandidates(env: Environment): readonly EngineCandidate[] {
  const {DOCKER_HOST: host = ''} = env;
  if (host !== '') {
    const verifies = (env.DOCKER_TLS_VERIFY ?? '') !== '';
    const certs = env.DOCKER_CERT_PATH ?? (verifies ? configFolder(env) : undefined);
    return [{address: addressOf(host, 'DOCKER_HOST', certs), saidBy: 'DOCKER_HOST'}];
  }
  const context = contextName(env);
  return context === undefined ? usualPlaces(env) : [contextCandidate(context, env)];
}

/** Docker's folder of settings. */
function configFolder(env: Environment): string {
  return env.DOCKER_CONFIG ?? join(env.HOME ?? homedir(), '.docker');
}

/** Docker's settings; nothing when there are none, or they cannot be read. */
export function dockerConfig(env: Environment): DockerConfig {
  try {
    return JSON.parse(readFileSync(join(configFolder(env), 'config.json'), 'utf8')) as DockerConfig;
  } catch {
    return {};
  }
}

export interface DockerConfig {
  readonly currentContext?: string;
  readonly auths?: Readonly<Record<string, {readonly auth?: string; readonly identitytoken?: string}>>;
  readonly credsStore?: string;
  readonly credHelpers?: Readonly<Record<string, string>>;
}

function usualPlaces(env: Environment): readonly EngineCandidate[] {
  const runtime = env.XDG_RUNTIME_DIR;
  const home = env.HOME ?? homedir();
  return [
    '/var/run/docker.sock',
    ...(runtime === undefined ? [] : [join(runtime, 'docker.sock')]),
    join(home, '.docker/run/docker.sock'),
    ...(runtime === undefined ? [] : [join(runtime, 'podman/podman.sock')]),
    '/run/podman/podman.sock',
  ].map((path) => ({address: `unix://${path}`}));
}

/** @returns undefined: the default one, which is no context at all */
function contextName(env: Environment): string | undefined {
  const name = (env.DOCKER_CONTEXT ?? '') === '' ? dockerConfig(env).currentContext : env.DOCKER_CONTEXT;
  return name === undefined || name === '' || name === 'default' ? undefined : name;
}

function contextCandidate(name: string, env: Environment): EngineCandidate {
  const saidBy = `the docker context ${name}`;
  const folder = join(configFolder(env), 'contexts');
  const id = createHash('sha256').update(name).digest('hex');
  let host: string | undefined;
  try {
    const meta = JSON.parse(readFileSync(join(folder, 'meta', id, 'meta.json'), 'utf8')) as {
      readonly Endpoints?: {readonly docker?: {readonly Host?: string}};
    };
    host = meta.Endpoints?.docker?.Host;
  } catch {
    // no such context
  }
  if (host === undefined || host === '')
    throw new PacelineError('E_NO_ENGINE', `There is no docker context ${name} in ${folder}`, {
      hint: '`docker context use default`, or correct DOCKER_CONTEXT.',
    });
  const certs = join(folder, 'tls', id, 'docker');
  return {address: addressOf(host, saidBy, existsSync(certs) ? certs : undefined), saidBy};
}

function addressOf(host: string, saidBy: string, certs: string | undefined): string {
  if (host.startsWith('unix://')) return host;
  if (host.startsWith('ssh://'))
    throw new PacelineError(
      'E_NO_ENGINE',
      `${saidBy} names an engine behind ssh (${host}), where services cannot be used`,
      {
        hint: `Forward its socket: \`ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock ${host}\`, and set DOCKER_HOST=unix:///tmp/docker.sock.`,
      },
    );
  const address = host.includes('://') ? host.replace(/^https?:/, 'tcp:') : `tcp://${host}`;
  if (!address.startsWith('tcp://') || !URL.canParse(address))
    throw new PacelineError('E_NO_ENGINE', `${saidBy} names an engine that cannot be reached: ${host}`, {
      hint: 'Addresses look like unix:///var/run/docker.sock, or tcp://127.0.0.1:2375.',
    });
  return certs === undefined ? address : `${address.replace(/\/+$/, '')}?certs=${encodeURIComponent(certs)}`;
}

/** What a connection to an engine is made with. */
export type EnginePlace =
  | {readonly isSecure: false; readonly socketPath: string}
  | {readonly isSecure: false; readonly host: string; readonly port: string}
  | {
      readonly isSecure: true;
      readonly host: string;
      readonly port: string;
      readonly ca: string;
      readonly cert: string;
      readonly key: string;
    };

/** @throws when its certificates cannot be read */
export function placeOf(address: string): EnginePlace {
  const {protocol, pathname, hostname: host, port, searchParams} = new URL(address);
  if (protocol === 'unix:') return {isSecure: false, socketPath: decodeURIComponent(pathname)};
  const certs = searchParams.get('certs');
  if (certs === null) return {isSecure: false, host, port: port || '2375'};
  const read = (file: string): string => readFileSync(join(certs, file), 'utf8');
  return {
    isSecure: true,
    host,
    port: port || '2376',
    ca: read('ca.pem'),
    cert: read('cert.pem'),
    key: read('key.pem'),
  };
}
