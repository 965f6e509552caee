import type {Access} from '../plugin.ts';

export interface PostgresAddress {
  readonly host: string;
  readonly port: number;
  /** Folder of its Unix socket. */
  readonly socket: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** What clients read: postgresql.org/docs/current/libpq-envars.html, and the URL of most libraries. */
export function access({host, port, socket, user, password, database}: PostgresAddress): Access {
  const url = `postgresql://${user}:${password}@${host}:${port}/${database}`;
  return {
    url,
    env: {
      DATABASE_URL: url,
      PGHOST: host,
      PGPORT: String(port),
      PGUSER: user,
      PGPASSWORD: password,
      PGDATABASE: database,
      PGSOCKET: socket,
    },
  };
}
