import type {Client} from 'pg';
import type {Service} from '../../project/service.ts';
import {startAnswering} from '../container/answering.ts';
import type {RunningContainer} from '../container/running-container.ts';
import type {ServiceContainer, ServiceContainers} from '../container/service-containers.ts';
import {randomPassword} from '../password.ts';
import type {ServerState} from '../plugin.ts';
import type {StartLimits} from '../start-limits.ts';
import {ADMIN, PostgresServer, type StartedServer} from './server.ts';
import {type Settings, settingWords} from './settings.ts';

/** Where it listens in its container. */
const PORT = 5432;
/** As servers of this machine are made; hub.docker.com/_/postgres */
const INITDB_ARGS = '--no-sync --wal-segsize=1 --locale=C --encoding=UTF8 --auth=scram-sha-256';
/** Variables that say who is the superuser: that is for us to say. */
const OURS = /^POSTGRES_(USER|PASSWORD|DB|HOST_AUTH_METHOD)(_FILE)?$/;

/** A PostgreSQL server in a container. */
class ContainerServer extends PostgresServer {
  readonly #container: RunningContainer;

  constructor(container: RunningContainer, password: string) {
    super({host: container.engine.host, port: container.hostPort(PORT), socket: undefined}, password);
    this.#container = container;
  }

  get isRunning(): boolean {
    return this.#container.end === undefined && !this.#container.engine.isLost;
  }

  stop(): Promise<void> {
    return this.#container.kill();
  }
}

/** How containers of a service with certain settings are started. */
export interface ServerContainerOrder {
  readonly containers: ServiceContainers;
  readonly service: Service;
  readonly settings: Settings;
  readonly limits: StartLimits;
}

/**
 * Starts a container of an image that works as the official ones do, and waits until its server answers.
 * @param signal nobody wants it any more: it is ended
 * @throws PacelineError E_SERVICE_START, E_NO_ENGINE; nothing is left then but what it printed
 */
export async function startServerContainer(order: ServerContainerOrder, signal?: AbortSignal): Promise<StartedServer> {
  const {containers, service, settings, limits} = order;
  const {image} = containers;
  const password = randomPassword();
  const wanted = {
    service: {
      ...service,
      args: [...(image.command.length > 0 ? image.command : ['postgres']), ...settingWords(settings), ...service.args],
      env: variables(service.env, password),
    },
    ports: [PORT],
    // who is not root could not make a folder in memory his own
    inMemory: /^(root|0)?(:|$)/.test(image.user) ? image.volumes : [],
  };
  const [started, [server, admin]] = await startAnswering(
    containers,
    wanted,
    {
      what: `PostgreSQL in ${[image.id, ...service.args].join(' ')}`,
      limits,
      ask: async (container, leftMs) => {
        const one = new ContainerServer(container, password);
        return [one, await one.connect('postgres', {connectionTimeoutMillis: leftMs})] as const;
      },
    },
    signal,
  );
  return withState(started, server, admin, image.what);
}

function variables(env: Readonly<Record<string, string>>, password: string): Readonly<Record<string, string>> {
  return {
    POSTGRES_INITDB_ARGS: INITDB_ARGS,
    ...Object.fromEntries(Object.entries(env).filter(([name]) => !OURS.test(name))),
    POSTGRES_USER: ADMIN,
    POSTGRES_PASSWORD: password,
    POSTGRES_DB: 'postgres',
    POSTGRES_HOST_AUTH_METHOD: 'scram-sha-256',
  };
}

function withState(
  {id, container, needs, remove}: ServiceContainer,
  server: ContainerServer,
  admin: Client,
  what: string,
): StartedServer {
  const {startedAt} = container;
  const state: ServerState = {id, name: 'postgres', what, backend: 'docker', startedAt, restarts: 0};
  return {name: id, server, admin, needs, isLocal: false, state, remove};
}
