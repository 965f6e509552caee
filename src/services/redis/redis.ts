import {randomInt} from 'node:crypto';
import {copyFileSync, existsSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {PacelineError} from '../../base/error.ts';
import type {Service} from '../../project/service.ts';
import {type Host, OwnedFolder} from '../host.ts';
import {OwnedProcess} from '../owned-process.ts';
import {randomPassword} from '../password.ts';
import type {Access, Opening, Plugin, Resource, ServerState, Source} from '../plugin.ts';
import {serverProgram} from '../service-program.ts';
import {runShellLine} from '../shell-line.ts';
import {UncleanError} from '../unclean.ts';
import {type RedisConnection, RedisConnector} from './connection.ts';
import {differences, type RedisState, stateOf} from './state.ts';

/** A Redis of one's own for each lease: nothing is shared, so nothing can be left. */
export class RedisPlugin implements Plugin {
  readonly #host: Host;
  readonly #connector = new RedisConnector();
  #serial = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  async open({service, env}: Opening): Promise<Source> {
    const program = redisServer(service, this.#host.env);
    const running = new Set<RedisServer>();
    let template: {readonly folder: OwnedFolder; readonly file: string} | undefined;
    let expected: RedisState | undefined;
    const start = async (dump?: string): Promise<RedisServer> => {
      const server = await RedisServer.start(this.#host, {
        service,
        program,
        name: `redis-${++this.#serial}`,
        dump,
        connector: this.#connector,
      });
      running.add(server);
      void server.process.ended.then(() => running.delete(server));
      return server;
    };
    const lines = [service.init.migrate, service.init.seed].flatMap((line) => line ?? []);
    if (lines.length > 0) template = await this.#seeded(service, await start(), lines, env);
    return {
      width: 2,
      isAlive: () => true,
      servers: () => [...running].map((server) => server.state),
      make: async () => {
        const server = await start(template?.file);
        try {
          const found = await stateOf(server.client);
          expected ??= found;
          const differing = differences(expected, found);
          if (differing.length > 0) throw new UncleanError(server.name, differing);
          return resourceOf(server);
        } catch (error) {
          await server.stop();
          throw error;
        }
      },
      close: async () => {
        template?.folder.remove();
      },
    };
  }

  /** Fills one server, and keeps what it holds for all that follow. */
  async #seeded(
    service: Service,
    server: RedisServer,
    lines: readonly string[],
    env: Readonly<Record<string, string>>,
  ): Promise<{readonly folder: OwnedFolder; readonly file: string}> {
    const folder = new OwnedFolder(this.#host, `redis-template-${++this.#serial}`);
    try {
      const {env: own} = await server.handOut();
      for (const line of lines) await runShellLine(line, {...env, ...own}, service);
      await server.client.sendCommand(['SAVE']);
      const file = join(folder.path, 'dump.rdb');
      copyFileSync(join(server.folder.path, 'dump.rdb'), file);
      folder.own(file);
      return {folder, file};
    } catch (error) {
      folder.remove();
      throw error;
    } finally {
      await server.stop();
    }
  }
}

function resourceOf(server: RedisServer): Resource {
  return {
    id: server.name,
    handOut: () => server.handOut(),
    revoke: () => server.kill(),
    destroy: () => server.stop(),
  };
}

/** Ports of servers, below those that the system gives to outgoing connections. */
const PORTS = {first: 12_000, behind: 20_000};
const MOST_TRIES = 5;
const START = 'Redis';

interface RedisOrder {
  readonly service: Service;
  readonly program: string;
  readonly name: string;
  /** What it begins with. */
  readonly dump: string | undefined;
  readonly connector: RedisConnector;
}

class RedisServer {
  readonly name: string;
  readonly folder: OwnedFolder;
  readonly process: OwnedProcess;
  readonly client: RedisConnection;
  readonly #port: number;
  #leavesLog: boolean | undefined;

  private constructor(parts: {
    readonly name: string;
    readonly folder: OwnedFolder;
    readonly process: OwnedProcess;
    readonly client: RedisConnection;
    readonly port: number;
  }) {
    this.name = parts.name;
    this.folder = parts.folder;
    this.process = parts.process;
    this.client = parts.client;
    this.#port = parts.port;
  }

  static async start(host: Host, order: RedisOrder): Promise<RedisServer> {
    const folder = new OwnedFolder(host, order.name);
    try {
      return await RedisServer.#startIn(folder, host, order);
    } catch (error) {
      folder.remove();
      throw error;
    }
  }

  static async #startIn(
    folder: OwnedFolder,
    host: Host,
    {service, program, name, dump, connector}: RedisOrder,
  ): Promise<RedisServer> {
    const {ledger, user, home, limits} = host;
    const log = join(home.logs, `${name}.log`);
    if (dump !== undefined) {
      copyFileSync(dump, join(folder.path, 'dump.rdb'));
      folder.own(join(folder.path, 'dump.rdb'));
    }
    const limit =
      service.startTimeoutMs === undefined
        ? limits.of('start', START)
        : {ms: service.startTimeoutMs, origin: '`start_timeout`'};
    for (let attempt = 1; ; attempt++) {
      const port = randomInt(PORTS.first, PORTS.behind);
      const secret = randomPassword();
      const settings = secretFile(folder, secret);
      const socket = join(folder.path, 'redis.sock');
      const since = performance.now();
      const process = new OwnedProcess(
        {
          program,
          args: [
            ...[
              settings,
              '--port',
              String(port),
              '--bind',
              '127.0.0.1',
              '--unixsocket',
              socket,
              '--unixsocketperm',
              '700',
              '--dir',
              folder.path,
            ],
            ...['--save', '', '--appendonly', 'no', '--daemonize', 'no', '--databases', '16', ...service.args],
          ],
          env: {PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...service.env},
          directory: folder.path,
          user,
          log,
        },
        ledger,
      );
      const client = await connected(() => connector.connect(socket, secret), {
        socket,
        server: process,
        deadline: since + limit.ms,
      });
      if (typeof client !== 'string') {
        limits.learn('start', START, performance.now() - since);
        return new RedisServer({name, folder, process, client, port});
      }
      await process.stop('SIGKILL');
      if (attempt < MOST_TRIES && /in use/.test(client)) continue;
      throw new PacelineError(
        'E_SERVICE_START',
        `Redis did not start: ${client} (limit ${Math.round(limit.ms)} ms: ${limit.origin})`,
        {
          hint: `Its log is ${log}.`,
        },
      );
    }
  }

  get state(): ServerState {
    const {pid, startedAt, log} = this.process;
    return {id: this.name, name: 'redis', what: 'Redis', backend: 'process', pid, startedAt, restarts: 0, logFile: log};
  }

  /** Nobody knows its password before this. */
  async handOut(): Promise<Access> {
    const password = randomPassword();
    await this.client.sendCommand(['CONFIG', 'SET', 'requirepass', password]);
    const url = `redis://default:${password}@127.0.0.1:${this.#port}`;
    return {
      url,
      env: {REDIS_URL: url, REDIS_HOST: '127.0.0.1', REDIS_PORT: String(this.#port), REDIS_PASSWORD: password},
    };
  }

  async kill(): Promise<void> {
    // what ended by itself may be asked for its reasons
    this.#leavesLog ??= !this.process.isRunning;
    if (this.client.isOpen) this.client.destroy();
    await this.process.stop('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.kill();
    this.folder.remove();
    if (this.#leavesLog !== true) rmSync(this.process.log, {force: true});
  }
}

/** Command lines can be read by everybody on the machine. */
function secretFile(folder: OwnedFolder, secret: string): string {
  const path = join(folder.path, 'secret.conf');
  writeFileSync(path, `requirepass ${secret}\n`, {mode: 0o600});
  folder.own(path);
  return path;
}

/** @returns what went wrong, for people, or a client */
async function connected(
  connect: () => Promise<RedisConnection>,
  {socket, server, deadline}: {readonly socket: string; readonly server: OwnedProcess; readonly deadline: number},
): Promise<RedisConnection | string> {
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 1.3, 20)) {
    if (server.end !== undefined) return `${server.end}\n${server.tail()}`;
    if (existsSync(socket)) {
      try {
        return await connect();
      } catch (error) {
        if (performance.now() > deadline) return (error as Error).message;
      }
    }
    if (performance.now() > deadline) return 'no answer';
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

function redisServer(service: Service, env: Readonly<Record<string, string | undefined>>): string {
  const program = serverProgram(service, env);
  if (program !== undefined) return program;
  throw new PacelineError(
    'E_NO_PROGRAM',
    service.binary === undefined ? 'Redis is not installed' : `There is no Redis in ${service.binary}`,
    {
      hint: '`apt-get install redis-server`.',
    },
  );
}
