import type {Client} from 'pg';
import type {Service} from '../../project/service.ts';
import type {Host} from '../host.ts';
import {randomPassword} from '../password.ts';
import type {ServerState} from '../plugin.ts';
import type {BaseFolder} from './base-folders.ts';
import {ClusterState} from './cluster-state.ts';
import {type DigestRow, differencesBetween, type Fingerprint, fingerprintOf, type StateLines} from './fingerprint.ts';
import {LEASE_QUERY} from './lease-state.ts';
import {lowerPriority} from './low-priority.ts';
import type {PostgresPrograms} from './programs.ts';
import type {Rung} from './rungs.ts';
import type {PostgresServer} from './server.ts';
import {ServerCopy} from './server-copy.ts';

/** Names of statements that the desk has prepared. */
export const PREPARED = {cluster: 'paceline_cluster', lease: 'paceline_lease'};

/** Leases cannot take the last connections; templates are copied as files, and logged nowhere. */
const SETTINGS = {
  shared_buffers: '128MB',
  max_connections: '200',
  superuser_reserved_connections: '20',
  wal_level: 'minimal',
  max_wal_senders: '0',
};

/** A server that databases of several services share. */
export class SharedServer {
  readonly server: PostgresServer;
  readonly major: number;
  /** Makes and removes databases, which takes a while. */
  readonly worker: Client;
  /** Hands out and revokes, at once. */
  readonly desk: Client;
  readonly cluster: ClusterState;
  /** What all databases share, as it was when there were none. */
  readonly expected: Fingerprint;
  readonly lines: StateLines;
  /** Services that have databases in it. */
  users = 0;
  readonly #copy: ServerCopy;
  #isClean = true;

  private constructor(
    copy: ServerCopy,
    parts: Pick<SharedServer, 'major' | 'desk' | 'cluster' | 'expected' | 'lines'>,
  ) {
    this.#copy = copy;
    this.server = copy.server;
    this.worker = copy.admin;
    this.major = parts.major;
    this.desk = parts.desk;
    this.cluster = parts.cluster;
    this.expected = parts.expected;
    this.lines = parts.lines;
  }

  /** @throws PacelineError E_SERVICE_START */
  static async start(
    {args, startTimeoutMs}: Service,
    {programs, base, rung}: {readonly programs: PostgresPrograms; readonly base: BaseFolder; readonly rung: Rung},
    host: Host,
  ): Promise<SharedServer> {
    const {folder: from, password} = base;
    const order = {name: 'postgres', from, rung, password, programs, settings: SETTINGS, args, startTimeoutMs};
    const copy = await ServerCopy.start(order, host);
    try {
      const {server, admin} = copy;
      lowerPriority(admin);
      const {major} = programs;
      await server.changePassword(admin, randomPassword());
      await admin.query('REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC');
      const cluster = new ClusterState(major);
      const desk = await preparedDesk(server, cluster);
      const {rows} = await desk.query<DigestRow>(`EXECUTE ${PREPARED.cluster}`);
      return new SharedServer(copy, {
        major,
        desk,
        cluster,
        expected: fingerprintOf(rows),
        lines: await cluster.lines(admin),
      });
    } catch (error) {
      await copy.remove();
      throw error;
    }
  }

  /** Whether what all its databases share is as it was: else nobody gets a new one. */
  get isClean(): boolean {
    return this.#isClean;
  }

  get state(): ServerState {
    return this.#copy.state;
  }

  /** What all its databases share has changed: nobody gets one any more. */
  giveUp(): void {
    this.#isClean = false;
  }

  /** Takes back what an init that was refused has changed for all; what cannot be taken back ends the use of the server. */
  async restore(): Promise<void> {
    const undone = await this.worker.query<{line: string}>(
      `SELECT format('DROP DATABASE %I', datname) AS line FROM pg_database WHERE datname !~ '^paceline_' AND datname <> ALL ($1)
       UNION ALL SELECT format('DROP ROLE %I', rolname) FROM pg_authid WHERE rolname !~ '^paceline_' AND rolname <> ALL ($2)
       UNION ALL SELECT 'ALTER SYSTEM RESET ALL'`,
      [labelsOf(this.lines.get('database')), labelsOf(this.lines.get('role'))],
    );
    for (const {line} of undone.rows) await this.worker.query(line).catch(() => {});
    if (differencesBetween(this.lines, await this.cluster.lines(this.worker)).length > 0) this.giveUp();
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.worker.end(), this.desk.end()]);
    await this.#copy.remove();
  }
}

/** Planned once: most of what these queries take is planning. */
async function preparedDesk(server: PostgresServer, cluster: ClusterState): Promise<Client> {
  const desk = await server.connect();
  await desk.query('SET plan_cache_mode = force_generic_plan');
  await desk.query(`PREPARE ${PREPARED.cluster} AS ${cluster.query}`);
  await desk.query(`PREPARE ${PREPARED.lease} (name) AS ${LEASE_QUERY}`);
  return desk;
}

function labelsOf(lines: readonly string[] = []): readonly string[] {
  return lines.map((line) => line.slice(0, line.indexOf('\t')));
}
