import type {Service} from '../../project/service.ts';
import type {Opening, Resource, Source} from '../plugin.ts';
import {runShellLine} from '../shell-line.ts';
import {UncleanError} from '../unclean.ts';
import {whileWanted} from '../while-wanted.ts';
import {type Dump, handOut, type RedisServer} from './server.ts';
import {differences, type RedisState, stateOf} from './state.ts';

/** Where servers come from. */
export interface RedisServers<Kept extends Dump> {
  /** Whether more can be started; absent: always. */
  isAlive?(): boolean;
  /** As of a source. */
  isCurrent?(): boolean;
  /** Nobody starts any more. */
  close?(): void;
  /**
   * @param dump what it begins with
   * @param signal nobody wants it any more: what is being started is ended
   * @throws PacelineError E_SERVICE_START; nothing is left then but the log
   */
  start(dump: Kept | undefined, signal?: AbortSignal): Promise<RedisServer<Kept>>;
}

/** A Redis of one's own for each lease: nothing is shared, so nothing can be left. */
export class RedisSource<Kept extends Dump> implements Source {
  readonly width = 2;
  readonly #servers: RedisServers<Kept>;
  readonly #dump: Kept | undefined;
  readonly #running = new Set<RedisServer<Kept>>();
  #expected: RedisState | undefined;

  private constructor(servers: RedisServers<Kept>, dump: Kept | undefined) {
    this.#servers = servers;
    this.#dump = dump;
  }

  /** Runs the init of a service in one server, once. @throws PacelineError E_SERVICE_INIT, E_SERVICE_START */
  static async open<Kept extends Dump>({service, env}: Opening, servers: RedisServers<Kept>): Promise<Source> {
    const lines = [service.init.migrate, service.init.seed].flatMap((line) => line ?? []);
    try {
      const dump = lines.length === 0 ? undefined : await filled(service, await servers.start(undefined), lines, env);
      return new RedisSource(servers, dump);
    } catch (error) {
      servers.close?.();
      throw error;
    }
  }

  isAlive = (): boolean => this.#servers.isAlive?.() ?? true;

  isCurrent = (): boolean => this.#servers.isCurrent?.() ?? true;

  servers = () => [...this.#running].flatMap((server) => (server.isRunning ? [server.state] : []));

  async make(signal?: AbortSignal): Promise<Resource> {
    const server = await this.#servers.start(this.#dump, signal);
    this.#running.add(server);
    const remove = async (): Promise<void> => {
      await server.remove();
      this.#running.delete(server);
    };
    try {
      await whileWanted(
        signal,
        () => server.kill(),
        () => this.#prove(server),
      );
    } catch (error) {
      await remove();
      throw error;
    }
    return {
      id: server.name,
      isAlive: () => server.isRunning,
      handOut: () => handOut(server),
      revoke: () => server.kill(),
      destroy: remove,
    };
  }

  async close(): Promise<void> {
    this.#dump?.remove();
    this.#servers.close?.();
  }

  async #prove({name, client}: RedisServer<Kept>): Promise<void> {
    const found = await stateOf(client);
    this.#expected ??= found;
    const differing = differences(this.#expected, found);
    if (differing.length > 0) throw new UncleanError(name, differing);
  }
}

async function filled<Kept extends Dump>(
  service: Service,
  server: RedisServer<Kept>,
  lines: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Kept> {
  try {
    const {env: own} = await handOut(server);
    for (const line of lines) await runShellLine(line, {...env, ...server.needs, ...own}, service);
    await server.client.sendCommand(['SAVE']);
    return await server.dump();
  } finally {
    await server.remove();
  }
}
