import type {Client} from 'pg';
import {
  type Aspect,
  type DigestRow,
  digestQueries,
  type Fingerprint,
  fingerprintOf,
  linesOf,
  type StateLines,
} from './fingerprint.ts';

/** Names that are ours: their coming and going is what leases are. */
const OURS = "'^paceline_'";
/** A lease that gives itself away gives nobody anything of others; possible up to PostgreSQL 15. */
const LEASE = "'^paceline_lease_'";

/** Files that say how the server works: they are read as they are, so that a line of any kind counts. */
const FILES = `unnest(ARRAY[current_setting('config_file'), current_setting('hba_file'), current_setting('ident_file'),
  current_setting('data_directory') || '/postgresql.auto.conf']) f(path)`;
/** A copy of a server has them elsewhere. */
const FILE_NAME = `regexp_replace(f.path, '.*/', '')`;

interface ClusterAspect extends Aspect {
  /** First version that has it. */
  readonly since?: number;
  /** It is no row of a catalog: no transaction has to be completed to change it. */
  readonly isOutside?: true;
}

const aspects: readonly ClusterAspect[] = [
  {
    name: 'role',
    label: 'r.rolname::text',
    state: `(to_jsonb(r) - 'oid' - 'rolname')::text`,
    from: `pg_authid r WHERE r.rolname !~ ${OURS}`,
  },
  {
    name: 'lease with rights over others',
    label: 'r.rolname::text',
    state: `''`,
    from: `pg_authid r WHERE r.rolname ~ ${LEASE} AND (r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication OR r.rolbypassrls)`,
  },
  {
    name: 'membership',
    label: `m.rolname || ' in ' || r.rolname`,
    state: `a.admin_option::text`,
    from: `pg_auth_members a JOIN pg_authid r ON r.oid = a.roleid JOIN pg_authid m ON m.oid = a.member WHERE r.rolname !~ ${LEASE}`,
  },
  {
    name: 'setting of a role or database',
    label: `coalesce(d.datname, '*') || ' ' || coalesce(r.rolname, '*')`,
    state: 's.setconfig::text',
    from: `pg_db_role_setting s LEFT JOIN pg_database d ON d.oid = s.setdatabase LEFT JOIN pg_authid r ON r.oid = s.setrole
      WHERE coalesce(d.datname, '') !~ ${OURS} AND coalesce(r.rolname, '') !~ ${OURS}`,
  },
  {
    name: 'database',
    label: 'd.datname::text',
    state: `(to_jsonb(d) - 'datname' - 'datfrozenxid' - 'datminmxid' - 'datlastsysoid')::text`,
    from: `pg_database d WHERE d.datname !~ ${OURS}`,
  },
  {name: 'tablespace', label: 't.spcname::text', state: 't::text', from: 'pg_tablespace t'},
  {
    name: 'setting of the server',
    isOutside: true,
    label: FILE_NAME,
    state: 'pg_read_file(f.path)',
    from: FILES,
    lines: `SELECT ${FILE_NAME} || ': ' || l.line || chr(9) AS line
      FROM ${FILES}, regexp_split_to_table(pg_read_file(f.path), '\\n') l(line) WHERE l.line !~ '^\\s*(#|$)'`,
  },
  {
    name: 'replication slot',
    isOutside: true,
    label: 's.slot_name::text',
    state: `coalesce(s.plugin::text, '')`,
    from: 'pg_replication_slots s',
  },
  {name: 'replication origin', label: 'o.roname', state: `''`, from: 'pg_replication_origin o'},
  {
    name: 'prepared transaction',
    isOutside: true,
    label: `p.gid || ' in ' || p.database`,
    state: `''`,
    from: 'pg_prepared_xacts p',
  },
  {
    name: 'comment on a role or database',
    label: `c.classoid::regclass || ' ' || c.objoid`,
    state: 'c.description',
    from: `pg_shdescription c WHERE NOT EXISTS (SELECT FROM pg_database d WHERE d.oid = c.objoid AND d.datname ~ ${OURS})`,
  },
  {
    name: 'right to a parameter',
    since: 15,
    label: 'p.parname',
    state: 'p.paracl::text',
    from: 'pg_parameter_acl p',
  },
];

/** State of the server that all its databases share. */
export class ClusterState {
  /** Gives an aspect and its digest a row. */
  readonly query: string;
  /** The same of those aspects that can change without a completed transaction. */
  readonly outsideQuery: string;
  readonly #aspects: readonly ClusterAspect[];

  constructor(major: number) {
    this.#aspects = aspects.filter(({since = 0}) => since <= major);
    const whole = this.#aspects.map((one) => ({...one, state: `${one.label} || ' ' || ${one.state}`}));
    this.query = digestQueries(whole).join(' UNION ALL ');
    this.outsideQuery = digestQueries(whole.filter(({isOutside}) => isOutside)).join(' UNION ALL ');
  }

  async fingerprint(client: Client): Promise<Fingerprint> {
    const {rows} = await client.query<DigestRow>(this.query);
    return fingerprintOf(rows);
  }

  lines(client: Client, names?: readonly string[]): Promise<StateLines> {
    return linesOf(client, this.#aspects, names);
  }
}
