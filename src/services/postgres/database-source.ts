import type {Client} from 'pg';
import {randomPassword, scramVerifier} from '../password.ts';
import type {Resource} from '../plugin.ts';
import {UncleanError} from '../unclean.ts';
import {access} from './access.ts';
import {
  type ClusterState,
  differencesBetween,
  differingAspects,
  type Fingerprint,
  type StateLines,
} from './fingerprint.ts';
import type {PostgresServer} from './server.ts';
import type {Template} from './template.ts';

/** Databases of one server: clones of a template, each with a role of its own. */
export class DatabaseSource {
  readonly #server: PostgresServer;
  readonly #worker: Client;
  readonly #desk: Client;
  readonly #template: Template;
  readonly #state: {readonly cluster: ClusterState; readonly expected: Fingerprint; readonly lines: StateLines};
  readonly #prefix: string;
  #serial = 0;

  constructor(
    server: PostgresServer,
    {
      worker,
      desk,
      template,
      cluster,
      expected,
      lines,
      prefix,
    }: {
      readonly worker: Client;
      readonly desk: Client;
      readonly template: Template;
      readonly cluster: ClusterState;
      readonly expected: Fingerprint;
      readonly lines: StateLines;
      readonly prefix: string;
    },
  ) {
    this.#server = server;
    this.#worker = worker;
    this.#desk = desk;
    this.#template = template;
    this.#state = {cluster, expected, lines};
    this.#prefix = prefix;
  }

  async make(): Promise<Resource> {
    const name = `paceline_lease_${this.#prefix}_${++this.#serial}`;
    const password = randomPassword();
    const verifier = scramVerifier(password);
    await this.#clone(name);
    try {
      await this.#prove(name);
    } catch (error) {
      // what is dirty is kept under its name for a while, and nobody can connect to it
      if (!(error instanceof UncleanError)) await this.#drop(name);
      throw error;
    }
    const secret = await verifier;
    return {
      id: name,
      handOut: async () => {
        // both in one way to the server: nobody can connect before this
        const [, {rows}] = (await this.#desk.query(
          `ALTER ROLE ${name} LOGIN PASSWORD '${secret}'; ${this.#state.cluster.query}`,
        )) as unknown as [unknown, {rows: {aspect: string; digest: string}[]}];
        const found = new Map(rows.map(({aspect, digest}) => [aspect, digest]));
        await this.#compareCluster(name, found);
        return access({
          host: '127.0.0.1',
          port: this.#server.port,
          socket: this.#server.socket,
          user: name,
          password,
          database: name,
        });
      },
      revoke: async () => {
        await this.#desk.query(
          `ALTER ROLE ${name} NOLOGIN; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${name}' OR datname = '${name}'`,
        );
      },
      destroy: () => this.#drop(name),
    };
  }

  /** Not logged and not copied row by row: the files of the template. */
  async #clone(name: string): Promise<void> {
    const {name: template, settings, hasStrategy} = this.#template;
    await this.#worker.query(`CREATE ROLE ${name} NOLOGIN`);
    await this.#worker.query(
      `CREATE DATABASE ${name} TEMPLATE ${template} OWNER ${name}${hasStrategy ? ' STRATEGY FILE_COPY' : ''}`,
    );
    await this.#worker.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
    // a copy does not have what is said about its original
    for (const setting of settings) await this.#worker.query(`ALTER DATABASE ${name} SET ${setting}`);
  }

  /** Gives everything in it to its role, and compares it with the template. */
  async #prove(name: string): Promise<void> {
    const {builder, state, expected, lines} = this.#template;
    const client = await this.#server.connect(name);
    try {
      await client.query(`REASSIGN OWNED BY ${builder} TO ${name}`);
      const found = await state.fingerprint(client, name);
      const aspects = differingAspects(expected, found);
      if (aspects.length === 0) return;
      throw new UncleanError(name, differencesBetween(lines, await state.lines(client, name, aspects)));
    } finally {
      await client.end();
    }
  }

  async #compareCluster(name: string, found: Fingerprint): Promise<void> {
    const {cluster, expected, lines} = this.#state;
    const aspects = differingAspects(expected, found);
    if (aspects.length === 0) return;
    throw new UncleanError(name, differencesBetween(lines, await cluster.lines(this.#desk, aspects)));
  }

  async #drop(name: string): Promise<void> {
    await this.#worker.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await this.#worker.query(`DROP ROLE IF EXISTS ${name}`);
  }
}
