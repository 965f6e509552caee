import {createHash} from 'node:crypto';
import {join} from 'node:path';
import type {Client} from 'pg';
import type {Service} from '../../project/service.ts';
import {type Host, OwnedFolder} from '../host.ts';
import {randomPassword} from '../password.ts';
import type {Opening, Plugin, ServerState, Source} from '../plugin.ts';
import {DatabaseSource} from './database-source.ts';
import {ClusterState, type Fingerprint, type StateLines} from './fingerprint.ts';
import {type PostgresPrograms, postgresPrograms} from './programs.ts';
import {initialise, PostgresServer} from './server.ts';
import {buildTemplate} from './template.ts';

/** A server that databases of several services share. */
interface SharedServer {
  readonly server: PostgresServer;
  readonly folder: OwnedFolder;
  readonly programs: PostgresPrograms;
  /** Makes and removes databases, which takes a while. */
  readonly worker: Client;
  /** Hands out and revokes, at once. */
  readonly desk: Client;
  readonly cluster: ClusterState;
  readonly expected: Fingerprint;
  readonly lines: StateLines;
  users: number;
}

/** Databases of a warm PostgreSQL, or whole servers. */
export class PostgresPlugin implements Plugin {
  readonly #host: Host;
  readonly #servers = new Map<string, Promise<SharedServer>>();
  #serial = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  async open({service, identity, env}: Opening): Promise<Source> {
    const programs = await postgresPrograms(service.binary, this.#host.env, service.directory);
    const key = createHash('sha256')
      .update(JSON.stringify([programs.folder, service.args, service.env, service.resources]))
      .digest('hex');
    const shared = await this.#shared(key, programs, service);
    shared.users++;
    const {server, worker, desk, cluster, expected, lines} = shared;
    const close = async (): Promise<void> => {
      if (--shared.users > 0) return;
      this.#servers.delete(key);
      await Promise.allSettled([worker.end(), desk.end()]);
      await server.stop();
      shared.folder.remove();
    };
    try {
      const prefix = `${identity.slice(0, 8)}${++this.#serial}`;
      const template = await buildTemplate(service, {
        server,
        admin: worker,
        cluster,
        lines,
        major: programs.major,
        prefix,
        env,
      });
      const source = new DatabaseSource(server, {worker, desk, template, cluster, expected, lines, prefix});
      return {
        width: 1,
        make: () => source.make(),
        servers: () => [stateOf(shared)],
        isAlive: () => server.process.end === undefined,
        close,
      };
    } catch (error) {
      await close();
      throw error;
    }
  }

  async #shared(key: string, programs: PostgresPrograms, service: Service): Promise<SharedServer> {
    const known = await this.#servers.get(key)?.catch(() => undefined);
    if (known !== undefined && known.server.process.end === undefined) return known;
    const starting = this.#start(programs, service);
    this.#servers.set(key, starting);
    try {
      return await starting;
    } catch (error) {
      this.#servers.delete(key);
      throw error;
    }
  }

  async #start(programs: PostgresPrograms, service: Service): Promise<SharedServer> {
    const {ledger, user, home, limits} = this.#host;
    const name = `postgres-${++this.#serial}`;
    const folder = new OwnedFolder(this.#host, name);
    const password = randomPassword();
    const log = join(home.logs, `${name}.log`);
    const what = `PostgreSQL ${programs.version}`;
    const order = {programs, user, ledger, folder: folder.path, log, password};
    let server: PostgresServer | undefined;
    try {
      folder.make('socket', 0o711);
      await initialise(order, password);
      const since = performance.now();
      server = await PostgresServer.start({
        ...order,
        settings: {shared_buffers: '128MB', max_connections: '200'},
        args: service.args,
        timeoutMs: service.startTimeoutMs ?? limits.of('start', what).ms,
      });
      limits.learn('start', what, performance.now() - since);
      const [worker, desk] = [await server.connect(), await server.connect()];
      const cluster = new ClusterState(programs.major);
      await worker.query('REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC');
      const [expected, lines] = [await cluster.fingerprint(worker), await cluster.lines(worker)];
      return {server, folder, programs, worker, desk, cluster, expected, lines, users: 0};
    } catch (error) {
      await server?.stop();
      folder.remove();
      throw error;
    }
  }
}

function stateOf({server, programs}: SharedServer): ServerState {
  const {pid, startedAt, log} = server.process;
  return {
    id: `postgres-${pid}`,
    name: 'postgres',
    what: `PostgreSQL ${programs.version}`,
    backend: 'process',
    pid,
    startedAt,
    restarts: 0,
    logFile: log,
  };
}
