import {existsSync} from 'node:fs';
import {join} from 'node:path';
import type {Client} from 'pg';
import {PacelineError} from '../../base/error.ts';
import type {Host} from '../host.ts';
import {OwnedProcess} from '../owned-process.ts';
import {Ports} from '../ports.ts';
import {whileWanted} from '../while-wanted.ts';
import type {PostgresPrograms} from './programs.ts';
import type {Launch} from './rungs.ts';
import {PostgresServer} from './server.ts';
import {type Settings, settingWords} from './settings.ts';

const ports = new Ports({first: 20_000, behind: 32_000});
/** What it says when it cannot have its port. */
const IN_USE = /could not bind|in use/;
/** A server takes 20 to 40 ms to be ready: it is looked for often at first. ms */
const LOOK = {oftenMs: 1, seldomMs: 20, oftenForMs: 150};

export interface ServerOrder {
  readonly programs: PostgresPrograms;
  /** Folder of its own, searchable by its user: data, socket. */
  readonly folder: string;
  readonly log: string;
  /** Of the superuser. */
  readonly password: string;
  readonly settings: Settings;
  /** Variables of the service for the server. */
  readonly env: Readonly<Record<string, string>>;
  /** Words of the service for the server's command line. */
  readonly args: readonly string[];
  readonly timeoutMs: number;
  /** What starts it on its copy of a data folder. */
  readonly launch: (program: string, args: readonly string[]) => Launch;
}

/** A PostgreSQL server that is a process of this machine. */
export class ProcessServer extends PostgresServer {
  readonly process: OwnedProcess;
  readonly #socket: string;
  readonly #timeoutMs: number;

  private constructor({folder, password, timeoutMs}: ServerOrder, process: OwnedProcess, port: number) {
    const socket = join(folder, 'socket');
    super({host: '127.0.0.1', port, socket}, password);
    this.process = process;
    this.#socket = socket;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Starts one on a data folder that is there already, and waits until it answers.
   * @param signal nobody wants it any more: it is ended
   * @returns it, and the superuser's connection that it answered to
   * @throws PacelineError E_SERVICE_START
   */
  static async start(order: ServerOrder, host: Host, signal?: AbortSignal): Promise<readonly [ProcessServer, Client]> {
    return ports.start(
      async (port) => {
        const server = new ProcessServer(order, startProcess(order, port, host), port);
        const answer = await whileWanted(
          signal,
          () => server.stop(),
          () => server.#firstAnswer(),
        );
        if (typeof answer !== 'string') return [server, answer];
        await server.stop();
        throw new PacelineError('E_SERVICE_START', `PostgreSQL did not start: ${answer}`, {
          hint: `Its log is ${order.log}.`,
          cause: server.process.killed,
        });
      },
      ({message}) => IN_USE.test(message),
    );
  }

  get isRunning(): boolean {
    return this.process.isRunning;
  }

  async stop(): Promise<void> {
    await this.process.stop('SIGQUIT');
    ports.giveBack(this.place.port);
  }

  /** @returns what went wrong, for people, or a connection */
  async #firstAnswer(): Promise<Client | string> {
    const since = performance.now();
    const file = join(this.#socket, `.s.PGSQL.${this.place.port}`);
    for (let problem = 'no answer'; ; ) {
      if (this.process.end !== undefined) return `${this.process.end}\n${this.process.tail()}`;
      try {
        if (existsSync(file)) return await this.connect();
      } catch (error) {
        problem = (error as Error).message;
      }
      const tookMs = performance.now() - since;
      if (tookMs > this.#timeoutMs) return `no answer within ${Math.round(this.#timeoutMs)} ms (${problem})`;
      const pauseMs = tookMs < LOOK.oftenForMs ? LOOK.oftenMs : LOOK.seldomMs;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}

function startProcess(
  {programs, folder, log, settings, env, args, launch}: ServerOrder,
  port: number,
  {user, ledger}: Host,
): OwnedProcess {
  const all = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    // a list, in which a comma must be quoted
    unix_socket_directories: `"${join(folder, 'socket').replaceAll('"', '""')}"`,
    unix_socket_permissions: '0777',
    ...settings,
  };
  const words = [...['-D', join(folder, 'data')], ...settingWords(all), ...args];
  const {program, args: launchArgs, asRoot} = launch(join(programs.folder, 'postgres'), words);
  return new OwnedProcess(
    {
      program,
      args: launchArgs,
      env: {LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...env},
      directory: folder,
      user: asRoot ? undefined : user,
      log,
    },
    ledger,
  );
}
