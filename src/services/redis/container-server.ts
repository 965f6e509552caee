import type {Service} from '../../project/service.ts';
import {startAnswering} from '../container/answering.ts';
import type {ContainerFiles} from '../container/running-container.ts';
import type {ServiceContainer, ServiceContainers} from '../container/service-containers.ts';
import {tarOf} from '../container/tar.ts';
import {randomPassword} from '../password.ts';
import type {ServerState} from '../plugin.ts';
import type {StartLimits} from '../start-limits.ts';
import type {RedisConnection, RedisConnector} from './connection.ts';
import type {Dump, RedisServer} from './server.ts';

/** Where it listens in its container. */
const PORT = 6379;
/** Settings that are ours lie there: what is said on a command line, the engine tells everybody who may ask it. */
const SETTINGS = 'paceline-redis.conf';

/** What Redis writes, as an archive of one file. */
export interface DumpArchive extends Dump {
  readonly files: ContainerFiles;
}

export interface RedisContainerOrder {
  readonly containers: ServiceContainers;
  readonly service: Service;
  readonly limits: StartLimits;
  readonly connector: RedisConnector;
  /** What it begins with. */
  readonly dump: DumpArchive | undefined;
}

/** A Redis in a container. */
export class RedisContainer implements RedisServer<DumpArchive> {
  readonly client: RedisConnection;
  readonly #started: ServiceContainer;
  readonly #what: string;

  private constructor(started: ServiceContainer, client: RedisConnection, what: string) {
    this.#started = started;
    this.client = client;
    this.#what = what;
  }

  /**
   * Starts a container of an image whose command is that of Redis, and waits until it answers.
   * @param signal nobody wants it any more: it is ended
   * @throws PacelineError E_SERVICE_START, E_NO_ENGINE; nothing is left then but what it printed
   */
  static async start(order: RedisContainerOrder, signal?: AbortSignal): Promise<RedisContainer> {
    const {containers, service, limits, connector, dump} = order;
    const {image} = containers;
    const password = randomPassword();
    const command = image.command.length > 0 ? image.command : ['redis-server'];
    const [started, client] = await startAnswering(
      containers,
      {
        service: {...service, args: [...command, '--include', `/${SETTINGS}`, ...service.args]},
        ports: [PORT],
        files: [{archive: settings(password), path: '/'}, ...(dump === undefined ? [] : [dump.files])],
      },
      {
        what: `Redis in ${[image.id, ...service.args].join(' ')}`,
        limits,
        ask: (one, leftMs) => connector.connect({host: one.engine.host, port: one.hostPort(PORT)}, password, leftMs),
      },
      signal,
    );
    return new RedisContainer(started, client, image.what);
  }

  get name(): string {
    return this.#started.id;
  }

  get host(): string {
    return this.#started.container.engine.host;
  }

  get port(): number {
    return this.#started.container.hostPort(PORT);
  }

  get isRunning(): boolean {
    return this.#started.isAlive();
  }

  get needs(): Readonly<Record<string, string>> {
    return this.#started.needs;
  }

  get state(): ServerState {
    const {startedAt} = this.#started.container;
    return {id: this.name, name: 'redis', what: this.#what, backend: 'docker', startedAt, restarts: 0};
  }

  async dump(): Promise<DumpArchive> {
    const [, path = '/'] = (await this.client.sendCommand(['CONFIG', 'GET', 'dir'])) as unknown as string[];
    const archive = await this.#started.container.file(`${path}/dump.rdb`);
    return {files: {archive, path}, remove: () => {}};
  }

  async kill(): Promise<void> {
    if (this.client.isOpen) this.client.destroy();
    await this.#started.container.kill();
  }

  async remove(): Promise<void> {
    if (this.client.isOpen) this.client.destroy();
    await this.#started.remove();
  }
}

/** As servers of this machine are started. */
function settings(password: string): Buffer {
  const lines = [`requirepass ${password}`, 'bind 0.0.0.0', `port ${PORT}`, 'save ""', 'appendonly no', 'databases 16'];
  return tarOf(SETTINGS, lines.map((line) => `${line}\n`).join(''));
}
