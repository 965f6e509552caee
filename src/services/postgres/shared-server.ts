import type {Client} from 'pg';
import {randomPassword} from '../password.ts';
import type {ServerState} from '../plugin.ts';
import {ClusterState} from './cluster-state.ts';
import {type DigestRow, differencesBetween, type Fingerprint, fingerprintOf, type StateLines} from './fingerprint.ts';
import {LEASE_QUERY} from './lease-state.ts';
import {lowerPriority} from './low-priority.ts';
import {majorOf, type PostgresServer, type StartedServer} from './server.ts';

/** Names of statements that the desk has prepared. */
export const PREPARED = {cluster: 'paceline_cluster', lease: 'paceline_lease'};

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
  readonly #started: StartedServer;
  #isClean = true;
  #isCut = false;

  private constructor(
    started: StartedServer,
    parts: Pick<SharedServer, 'major' | 'desk' | 'cluster' | 'expected' | 'lines'>,
  ) {
    this.#started = started;
    this.server = started.server;
    this.worker = started.admin;
    this.major = parts.major;
    this.desk = parts.desk;
    this.cluster = parts.cluster;
    this.expected = parts.expected;
    this.lines = parts.lines;
    for (const one of [this.worker, this.desk])
      one.once('end', () => {
        this.#isCut = true;
      });
  }

  /**
   * Makes a fresh server one that is shared: from now on it is taken away by `close`.
   * @throws what the server says; it is taken away then
   */
  static async of(started: StartedServer): Promise<SharedServer> {
    try {
      const {server, admin} = started;
      if (started.isLocal) lowerPriority(admin);
      const major = await majorOf(admin);
      await server.changePassword(admin, randomPassword());
      await admin.query('REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC');
      const cluster = new ClusterState(major);
      const desk = await preparedDesk(server, cluster);
      const {rows} = await desk.query<DigestRow>(`EXECUTE ${PREPARED.cluster}`);
      return new SharedServer(started, {
        major,
        desk,
        cluster,
        expected: fingerprintOf(rows),
        lines: await cluster.lines(admin),
      });
    } catch (error) {
      await started.remove();
      throw error;
    }
  }

  /** Whether databases can be made in it, and handed out. */
  get isRunning(): boolean {
    return !this.#isCut && this.server.isRunning;
  }

  /** Variables for the shell lines of an init beside those of the server. */
  get needs(): Readonly<Record<string, string>> {
    return this.#started.needs;
  }

  /** Whether what all its databases share is as it was: else nobody gets a new one. */
  get isClean(): boolean {
    return this.#isClean;
  }

  get state(): ServerState {
    return this.#started.state;
  }

  /** The server works for this connection when it has nothing better to do, where that can be said to it. */
  lowerPriority(client: Client): void {
    if (this.#started.isLocal) lowerPriority(client);
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
    await this.#started.remove();
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
