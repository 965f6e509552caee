import {copyFileSync, existsSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {PacelineError} from '../../base/error.ts';
import type {Service} from '../../project/service.ts';
import {type Host, OwnedFolder} from '../host.ts';
import {OwnedProcess} from '../owned-process.ts';
import {randomPassword} from '../password.ts';
import type {ServerState} from '../plugin.ts';
import {Ports} from '../ports.ts';
import type {StartLimit} from '../start-limits.ts';
import {whileWanted} from '../while-wanted.ts';
import type {RedisConnection, RedisConnector} from './connection.ts';
import type {Dump, RedisServer} from './server.ts';

const ports = new Ports({first: 12_000, behind: 20_000});
const START = 'Redis';

/** What Redis writes, in a folder of its own. */
export interface DumpFolder extends Dump {
  readonly file: string;
}

export interface RedisOrder {
  readonly service: Service;
  readonly program: string;
  readonly name: string;
  /** What it begins with. */
  readonly dump: DumpFolder | undefined;
  readonly connector: RedisConnector;
}

/** A process, and where it is asked. */
interface Started {
  readonly process: OwnedProcess;
  readonly client: RedisConnection;
  readonly port: number;
}

/** A Redis that is a process of this machine. */
export class RedisProcess implements RedisServer<DumpFolder> {
  readonly name: string;
  readonly client: RedisConnection;
  readonly host = '127.0.0.1';
  readonly port: number;
  readonly needs = {};
  readonly #host: Host;
  readonly #folder: OwnedFolder;
  readonly #process: OwnedProcess;
  #leavesLog: boolean | undefined;

  private constructor(host: Host, name: string, folder: OwnedFolder, {process, client, port}: Started) {
    this.name = name;
    this.client = client;
    this.port = port;
    this.#host = host;
    this.#folder = folder;
    this.#process = process;
  }

  /**
   * @param signal nobody wants it any more: it is ended
   * @throws PacelineError E_SERVICE_START; nothing is left then but the log
   */
  static async start(host: Host, order: RedisOrder, signal?: AbortSignal): Promise<RedisProcess> {
    const folder = new OwnedFolder(host, order.name);
    try {
      if (order.dump !== undefined) copyInto(folder, order.dump.file);
      return new RedisProcess(host, order.name, folder, await startIn(folder, host, order, signal));
    } catch (error) {
      folder.remove();
      throw error;
    }
  }

  get isRunning(): boolean {
    return this.#process.isRunning;
  }

  get state(): ServerState {
    const {pid, startedAt, log} = this.#process;
    return {id: this.name, name: 'redis', what: 'Redis', backend: 'process', pid, startedAt, restarts: 0, logFile: log};
  }

  async dump(): Promise<DumpFolder> {
    const folder = new OwnedFolder(this.#host, `${this.name}-template`);
    try {
      return {file: copyInto(folder, join(this.#folder.path, 'dump.rdb')), remove: () => folder.remove()};
    } catch (error) {
      folder.remove();
      throw error;
    }
  }

  async kill(): Promise<void> {
    // what ended by itself may be asked for its reasons
    this.#leavesLog ??= !this.#process.isRunning;
    if (this.client.isOpen) this.client.destroy();
    await this.#process.stop('SIGKILL');
  }

  async remove(): Promise<void> {
    await this.kill();
    ports.giveBack(this.port);
    this.#folder.remove();
    if (this.#leavesLog !== true) rmSync(this.#process.log, {force: true});
  }
}

/** @returns path of the copy */
function copyInto(folder: OwnedFolder, file: string): string {
  const path = join(folder.path, 'dump.rdb');
  copyFileSync(file, path);
  folder.own(path);
  return path;
}

async function startIn(folder: OwnedFolder, host: Host, order: RedisOrder, signal?: AbortSignal): Promise<Started> {
  const {service, connector} = order;
  const {limits} = host;
  const {startTimeoutMs} = service;
  const limit =
    startTimeoutMs === undefined ? limits.of('start', START) : {ms: startTimeoutMs, origin: '`start_timeout`'};
  const startOn = async (port: number): Promise<Started> => {
    const secret = randomPassword();
    const socket = join(folder.path, 'redis.sock');
    const since = performance.now();
    const process = startProcess(folder, host, order, {port, socket, settings: secretFile(folder, secret)});
    const client = await whileWanted(
      signal,
      () => process.stop('SIGKILL'),
      () =>
        connected(() => connector.connect({path: socket}, secret), {
          socket,
          server: process,
          deadline: since + limit.ms,
        }),
    );
    if (typeof client !== 'string') {
      limits.learn('start', START, performance.now() - since);
      return {process, client, port};
    }
    await process.stop('SIGKILL');
    throw notStarted(client, limit, process);
  };
  return ports.start(startOn, ({message}) => /in use/.test(message));
}

function startProcess(
  folder: OwnedFolder,
  {home, ledger, user}: Host,
  {service, program, name}: RedisOrder,
  {port, socket, settings}: {readonly port: number; readonly socket: string; readonly settings: string},
): OwnedProcess {
  return new OwnedProcess(
    {
      program,
      args: [
        ...[settings, '--port', String(port), '--bind', '127.0.0.1'],
        ...['--unixsocket', socket, '--unixsocketperm', '700', '--dir', folder.path],
        ...['--save', '', '--appendonly', 'no', '--daemonize', 'no', '--databases', '16', ...service.args],
      ],
      env: {PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...service.env},
      directory: folder.path,
      user,
      log: join(home.logs, `${name}.log`),
    },
    ledger,
  );
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

function notStarted(reason: string, {ms, origin}: StartLimit, {log, killed}: OwnedProcess): PacelineError {
  return new PacelineError(
    'E_SERVICE_START',
    `Redis did not start: ${reason} (limit ${Math.round(ms)} ms: ${origin})`,
    {hint: `Its log is ${log}.`, cause: killed},
  );
}
