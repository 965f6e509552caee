import {Client, type ClientConfig} from 'pg';
import type {ServerState} from '../plugin.ts';

/** The superuser of every server that is ours. */
export const ADMIN = 'paceline_admin';

/** Names are always told with their schemas; queries that are asked once are not worth compiling; event triggers do not fire for a replica. */
const OWN_SETTINGS = Object.entries({
  search_path: 'pg_catalog',
  jit: 'off',
  session_replication_role: 'replica',
  default_transaction_read_only: 'off',
  statement_timeout: '0',
  role: 'none',
})
  .map(([name, value]) => `-c ${name}=${value}`)
  .join(' ');

/** How a server is reached. */
export interface ServerPlace {
  /** For its users. */
  readonly host: string;
  readonly port: number;
  /** Folder of its Unix socket; undefined: it has none on this machine. */
  readonly socket: string | undefined;
}

/** A PostgreSQL server of ours, whatever runs it. */
export abstract class PostgresServer {
  readonly place: ServerPlace;
  /** Of the superuser. */
  #password: string;

  constructor(place: ServerPlace, password: string) {
    this.place = place;
    this.#password = password;
  }

  abstract get isRunning(): boolean;

  /** Ends it at once: its data are thrown away. */
  abstract stop(): Promise<void>;

  /** A connection of the superuser; settings and event triggers of the database have no effect on it. */
  connect(database = 'postgres', more: ClientConfig = {}): Promise<Client> {
    return this.#connect({user: ADMIN, password: this.#password, database, options: OWN_SETTINGS, ...more});
  }

  connectAs(user: string, password: string, database: string): Promise<Client> {
    return this.#connect({user, password, database});
  }

  /** A server keeps no password that others know. */
  async changePassword(admin: Client, password: string): Promise<void> {
    await admin.query(`ALTER ROLE ${ADMIN} PASSWORD '${password}'`);
    this.#password = password;
  }

  async #connect(config: ClientConfig): Promise<Client> {
    const {host, port, socket} = this.place;
    const client = new Client({host: socket ?? host, port, ...config});
    // a server that dies tells it to whoever waits for an answer
    client.on('error', () => {});
    await client.connect();
    return client;
  }
}

/** A server that answers, with all that belongs to it. */
export interface StartedServer {
  readonly name: string;
  readonly server: PostgresServer;
  /** The first connection of our superuser. */
  readonly admin: Client;
  /** Variables for the shell lines of its init beside those of the server. */
  readonly needs: Readonly<Record<string, string>>;
  /** Whether its processes are of this machine, and may be told by their numbers. */
  readonly isLocal: boolean;
  readonly state: ServerState;
  /** Takes it away with its data. */
  remove(): Promise<void>;
}

/** Of its version: 15. */
export async function majorOf(client: Client): Promise<number> {
  const {rows} = await client.query<{major: number}>(
    `SELECT current_setting('server_version_num')::int / 10000 AS major`,
  );
  return rows[0]?.major ?? 0;
}
