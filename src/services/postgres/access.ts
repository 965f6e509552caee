import type {Access} from '../plugin.ts';
import type {ServerPlace} from './server.ts';

export interface PostgresAddress extends ServerPlace {
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
      ...(socket !== undefined && {PGSOCKET: socket}),
    },
  };
}
