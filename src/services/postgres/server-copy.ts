import {rmSync} from 'node:fs';
import {basename, join} from 'node:path';
import type {Client} from 'pg';
import type {Service} from '../../project/service.ts';
import {type Host, OwnedFolder} from '../host.ts';
import type {ServerState} from '../plugin.ts';
import {ProcessServer} from './process-server.ts';
import type {PostgresPrograms} from './programs.ts';
import type {Rung} from './rungs.ts';
import type {StartedServer} from './server.ts';
import type {Settings} from './settings.ts';

export interface CopyOrder {
  /** Of its folder; a number is added when there is one already. */
  readonly name: string;
  /** The data folder that it begins with, how it is copied, and the password of our superuser in it. */
  readonly from: OwnedFolder;
  readonly rung: Rung;
  readonly password: string;
  readonly programs: PostgresPrograms;
  readonly settings: Settings;
  readonly service: Service;
}

/** A server that runs on a copy of a data folder. */
export class ServerCopy implements StartedServer {
  readonly server: ProcessServer;
  readonly admin: Client;
  readonly folder: OwnedFolder;
  readonly needs = {};
  readonly isLocal = true;
  readonly #what: string;

  private constructor(server: ProcessServer, admin: Client, folder: OwnedFolder, what: string) {
    this.server = server;
    this.admin = admin;
    this.folder = folder;
    this.#what = what;
  }

  /**
   * @param signal nobody wants it any more: it is ended
   * @throws PacelineError E_SERVICE_START; nothing is left then but the log
   */
  static async start(order: CopyOrder, host: Host, signal?: AbortSignal): Promise<ServerCopy> {
    const {name, from, rung, programs, password, settings, service} = order;
    const {limits, home} = host;
    const what = `PostgreSQL ${programs.version}`;
    const folder = new OwnedFolder(host, name);
    try {
      folder.make('socket', 0o711);
      await rung.lay(from, folder);
      const since = performance.now();
      const [server, admin] = await ProcessServer.start(
        {
          programs,
          folder: folder.path,
          log: join(home.logs, `${basename(folder.path)}.log`),
          password,
          settings,
          env: service.env,
          args: service.args,
          timeoutMs: service.startTimeoutMs ?? limits.of('start', what).ms,
          launch: (program, words) => rung.launch(from, program, words),
        },
        host,
        signal,
      );
      limits.learn('start', what, performance.now() - since);
      return new ServerCopy(server, admin, folder, what);
    } catch (error) {
      folder.remove();
      throw error;
    }
  }

  get name(): string {
    return basename(this.folder.path);
  }

  get state(): ServerState {
    const {pid, startedAt, log} = this.server.process;
    const what = this.#what;
    return {id: this.name, name: 'postgres', what, backend: 'process', pid, startedAt, restarts: 0, logFile: log};
  }

  /** Whatever ended by itself may be asked for its reasons. */
  async remove(): Promise<void> {
    const {process} = this.server;
    const leavesLog = !process.isRunning;
    await this.server.stop();
    this.folder.remove();
    if (!leavesLog) rmSync(process.log, {force: true});
  }
}
