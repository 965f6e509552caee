import type {Client} from 'pg';
import {randomPassword, scramVerifier} from '../password.ts';
import type {Access, Resource} from '../plugin.ts';
import {UncleanError} from '../unclean.ts';
import {access} from './access.ts';
import {type DigestRow, differencesBetween, differingAspects, fingerprintOf} from './fingerprint.ts';
import {PREPARED, type SharedServer} from './shared-server.ts';
import type {Template} from './template.ts';

/** DROP DATABASE ... WITH (FORCE), pg_terminate_backend(pid, timeout) and CREATE DATABASE ... STRATEGY are known from these versions on. */
const SINCE = {force: 13, waitForEnd: 14, strategy: 15};
/** How long a session may take to end, ms. */
const END_MS = 5000;
/** SQLSTATEs; postgresql.org/docs/current/errcodes-appendix.html */
const WRONG_OBJECT_TYPE = '42809';
const DEPENDENT_OBJECTS = '2BP01';

/** Databases of one server: clones of a template, each with a role of its own. */
export class DatabaseSource {
  readonly #shared: SharedServer;
  readonly #template: Template;
  readonly #prefix: string;
  /** Roles that users of other leases have given rights to: they go when those leases have gone. */
  readonly #rolesToDrop = new Set<string>();
  #serial = 0;

  /** @param prefix of the names of its databases */
  constructor(shared: SharedServer, template: Template, prefix: string) {
    this.#shared = shared;
    this.#template = template;
    this.#prefix = prefix;
  }

  async make(): Promise<Resource> {
    const name = `paceline_lease_${this.#prefix}_${++this.#serial}`;
    const password = randomPassword();
    let checked: string | undefined;
    try {
      await this.#clone(name, await scramVerifier(password));
      await this.#prove(name);
      checked = await this.#leaseState(name);
    } catch (error) {
      await this.#drop(name);
      throw error;
    }
    return {
      id: name,
      isAlive: () => this.#shared.isRunning,
      handOut: () => this.#handOut(name, checked, password),
      revoke: () => this.#revoke(name),
      destroy: () => this.#drop(name),
    };
  }

  /** Not logged and not copied row by row: the files of the template. */
  async #clone(name: string, secret: string): Promise<void> {
    const {worker, major} = this.#shared;
    // as a word of CREATE ROLE, the server would try whether it is that of the empty password, which takes it milliseconds
    await worker.query(
      `CREATE ROLE ${name} NOLOGIN; UPDATE pg_authid SET rolpassword = '${secret}' WHERE rolname = '${name}'`,
    );
    // no one but a superuser gets in, from its beginning to its hand-out
    await worker.query(
      `CREATE DATABASE ${name} TEMPLATE ${this.#template.name} OWNER ${name} CONNECTION LIMIT 0${major >= SINCE.strategy ? ' STRATEGY FILE_COPY' : ''}`,
    );
  }

  /** Closes it to everybody, gives everything in it to its role, and compares it with the template. */
  async #prove(name: string): Promise<void> {
    const {server, desk} = this.#shared;
    const {builder, state, expected, lines, name: template} = this.#template;
    const client = await server.connect(name);
    this.#shared.lowerPriority(client);
    try {
      // a copy does not have what is said about its original
      await desk.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC;
        INSERT INTO pg_db_role_setting SELECT copy.oid, 0, setconfig FROM pg_db_role_setting, pg_database copy
          WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = '${template}') AND setrole = 0 AND copy.datname = '${name}';
        ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
      await client.query(state.transfer(builder, name));
      const found = await state.fingerprint(client, name);
      const aspects = differingAspects(expected, found);
      const others = await sessionsIn(client);
      if (aspects.length === 0 && others.length === 0) return;
      const differences = differencesBetween(lines, await state.lines(client, name, aspects));
      // another value in a row is seen in its file, but no line tells it
      const untold = aspects.filter((aspect) => !differences.some((one) => one.startsWith(`${aspect}: `)));
      throw new UncleanError(name, [...differences, ...untold.map((aspect) => `${aspect}: changed`), ...others]);
    } finally {
      await client.end();
    }
  }

  /** All in one way to the server; nobody can log in before this. */
  async #handOut(name: string, checked: string | undefined, password: string): Promise<Access> {
    const {server, desk} = this.#shared;
    const results = (await desk.query(
      `EXECUTE ${PREPARED.cluster}; EXECUTE ${PREPARED.lease}('${name}');
       ALTER DATABASE ${name} ALLOW_CONNECTIONS true CONNECTION LIMIT -1; ALTER ROLE ${name} LOGIN`,
    )) as unknown as readonly [{rows: DigestRow[]}, {rows: {state: string}[]}];
    await this.#compareCluster(name, results[0].rows);
    if (results[1].rows[0]?.state !== checked) await this.#refuse(name);
    return access({...server.place, user: name, password, database: name});
  }

  async #compareCluster(name: string, rows: readonly DigestRow[]): Promise<void> {
    const {cluster, expected, lines, desk} = this.#shared;
    const aspects = differingAspects(expected, fingerprintOf(rows));
    if (aspects.length === 0) return;
    // no other database of this server would be clean
    this.#shared.giveUp();
    throw new UncleanError(name, differencesBetween(lines, await cluster.lines(desk, aspects)));
  }

  /** Somebody was, or could have been, inside since the check: says what differs now. */
  async #refuse(name: string): Promise<never> {
    const {state, lines} = this.#template;
    const client = await this.#shared.server.connect(name);
    try {
      const differences = differencesBetween(lines, await state.lines(client, name));
      throw new UncleanError(name, ['lease: its role or database was changed after the check', ...differences]);
    } finally {
      await client.end();
    }
  }

  /** First nobody gets in any more, then everybody has to leave. */
  async #revoke(name: string): Promise<void> {
    const {desk, major} = this.#shared;
    const limit = major >= SINCE.waitForEnd ? `, ${END_MS}` : '';
    await desk.query(
      `BEGIN; ALTER DATABASE ${name} ALLOW_CONNECTIONS false; ALTER ROLE ${name} NOLOGIN; COMMIT;
       SELECT pg_terminate_backend(pid${limit}) FROM pg_stat_activity WHERE usename = '${name}' OR datname = '${name}'`,
    );
  }

  async #leaseState(name: string): Promise<string | undefined> {
    const {rows} = await this.#shared.desk.query<{state: string}>(`EXECUTE ${PREPARED.lease}('${name}')`);
    return rows[0]?.state;
  }

  async #drop(name: string): Promise<void> {
    const {worker, major, isRunning} = this.#shared;
    // it goes with its server
    if (!isRunning) return;
    const force = major >= SINCE.force ? ' WITH (FORCE)' : '';
    const drop = `DROP DATABASE IF EXISTS ${name}${force}`;
    if (force === '')
      await worker.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
    try {
      await worker.query(drop);
    } catch (error) {
      // its owner may have made it a template
      if ((error as {code?: string}).code !== WRONG_OBJECT_TYPE) throw error;
      await worker.query(`ALTER DATABASE ${name} IS_TEMPLATE false`);
      await worker.query(drop);
    }
    this.#rolesToDrop.add(name);
    for (const role of [...this.#rolesToDrop]) await this.#dropRole(role);
  }

  async #dropRole(role: string): Promise<void> {
    try {
      await this.#shared.worker.query(`DROP ROLE IF EXISTS ${role}`);
      this.#rolesToDrop.delete(role);
    } catch (error) {
      if ((error as {code?: string}).code !== DEPENDENT_OBJECTS) throw error;
    }
  }
}

/** Who got in before it was closed. */
async function sessionsIn(client: Client): Promise<readonly string[]> {
  const {rows} = await client.query<{who: string}>(
    'SELECT usename::text AS who FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
  return rows.map(({who}) => `session: added ${who}`);
}
