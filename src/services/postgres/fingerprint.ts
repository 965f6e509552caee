import type {Client} from 'pg';

/** One digest for each aspect of a state: `role` -> md5 of all its lines. */
export type Fingerprint = ReadonlyMap<string, string>;

/** A part of the state of a server or a database: rows of one text column. */
interface Aspect {
  readonly name: string;
  readonly lines: string;
  /** First version that knows it. */
  readonly since?: number;
}

/** Names that are ours: their coming and going is what leases are. */
const OURS = "'^paceline_'";
/** Object identifiers from here on are of what users made; src/include/access/transam.h, FirstNormalObjectId. */
const FIRST_USER_OID = 16_384;

const clusterAspects: readonly Aspect[] = [
  {
    name: 'role',
    lines: `SELECT r.rolname || ' ' || (to_jsonb(r) - 'oid' - 'rolname')::text AS line FROM pg_authid r WHERE r.rolname !~ ${OURS}
      UNION ALL SELECT r.rolname || ' has rights over others' FROM pg_authid r WHERE r.rolname ~ '^paceline_lease_'
        AND (r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication OR r.rolbypassrls)`,
  },
  {
    name: 'membership',
    lines: `SELECT r.rolname || ' has ' || m.rolname || CASE WHEN a.admin_option THEN ' with admin' ELSE '' END AS line
      FROM pg_auth_members a JOIN pg_roles r ON r.oid = a.roleid JOIN pg_roles m ON m.oid = a.member`,
  },
  {
    name: 'setting of a role or database',
    lines: `SELECT coalesce(d.datname, '*') || ' ' || coalesce(r.rolname, '*') || ' ' || s.setconfig::text AS line
      FROM pg_db_role_setting s LEFT JOIN pg_database d ON d.oid = s.setdatabase LEFT JOIN pg_roles r ON r.oid = s.setrole
      WHERE coalesce(d.datname, '') !~ ${OURS} AND coalesce(r.rolname, '') !~ ${OURS}`,
  },
  {
    name: 'database',
    lines: `SELECT d.datname || ' ' || (to_jsonb(d) - 'oid' - 'datname' - 'datfrozenxid' - 'datminmxid' - 'datlastsysoid')::text AS line
      FROM pg_database d WHERE d.datname !~ ${OURS}`,
  },
  {name: 'tablespace', lines: `SELECT t.spcname || ' ' || coalesce(t.spcacl::text, '') AS line FROM pg_tablespace t`},
  {
    name: 'setting of the server',
    lines: `SELECT f.name || ' = ' || f.setting AS line FROM pg_file_settings f`,
  },
  {
    name: 'replication slot',
    lines: `SELECT s.slot_name || ' ' || coalesce(s.plugin, '') AS line FROM pg_replication_slots s`,
  },
  {name: 'replication origin', lines: `SELECT o.roname AS line FROM pg_replication_origin o`},
  {name: 'prepared transaction', lines: `SELECT p.gid || ' in ' || p.database AS line FROM pg_prepared_xacts p`},
  {
    name: 'comment on a role or database',
    lines: `SELECT c.classoid::regclass || ' ' || c.objoid || ' ' || c.description AS line FROM pg_shdescription c
      WHERE NOT EXISTS (SELECT FROM pg_database d WHERE d.oid = c.objoid AND d.datname ~ ${OURS})`,
  },
  {
    name: 'right to a parameter',
    since: 15,
    lines: `SELECT p.parname || ' ' || p.paracl::text AS line FROM pg_parameter_acl p`,
  },
];

interface Catalog {
  readonly name: string;
  readonly catalog: string;
  /** What a person calls the row. */
  readonly label: string;
  /** Which rows are of users. */
  readonly where?: string;
  /** Columns that are not part of the state, or that hold an owner. */
  readonly without?: readonly string[];
  readonly owner?: string;
  readonly acl?: string;
  readonly since?: number;
}

const NEW = `x.oid >= ${FIRST_USER_OID}`;

const catalogs: readonly Catalog[] = [
  {
    name: 'schema',
    catalog: 'pg_namespace',
    label: 'x.nspname',
    where: `(${NEW} OR x.nspname = 'public')`,
    owner: 'nspowner',
    acl: 'nspacl',
  },
  {
    name: 'relation',
    catalog: 'pg_class',
    label: 'x.oid::regclass::text',
    owner: 'relowner',
    acl: 'relacl',
    without: ['relfilenode', 'relpages', 'reltuples', 'relallvisible', 'relallfrozen', 'relfrozenxid', 'relminmxid'],
  },
  {
    name: 'column',
    catalog: 'pg_attribute',
    label: `x.attrelid::regclass::text || '.' || x.attname`,
    where: `x.attrelid >= ${FIRST_USER_OID} AND x.attnum > 0`,
    acl: 'attacl',
  },
  {name: 'default', catalog: 'pg_attrdef', label: 'x.adrelid::regclass::text'},
  {name: 'constraint', catalog: 'pg_constraint', label: 'x.conname'},
  {
    name: 'index',
    catalog: 'pg_index',
    label: 'x.indexrelid::regclass::text',
    where: `x.indexrelid >= ${FIRST_USER_OID}`,
  },
  {name: 'function', catalog: 'pg_proc', label: 'x.oid::regprocedure::text', owner: 'proowner', acl: 'proacl'},
  {name: 'type', catalog: 'pg_type', label: 'x.typname', owner: 'typowner', acl: 'typacl'},
  {name: 'enum value', catalog: 'pg_enum', label: 'x.enumlabel'},
  {name: 'trigger', catalog: 'pg_trigger', label: 'x.tgname'},
  {name: 'rule', catalog: 'pg_rewrite', label: 'x.rulename'},
  {name: 'policy', catalog: 'pg_policy', label: 'x.polname'},
  {name: 'extension', catalog: 'pg_extension', label: 'x.extname', owner: 'extowner'},
  {name: 'event trigger', catalog: 'pg_event_trigger', label: 'x.evtname', owner: 'evtowner'},
  {
    name: 'default privilege',
    catalog: 'pg_default_acl',
    label: 'x.oid::text',
    without: ['defaclrole'],
    acl: 'defaclacl',
  },
  {name: 'large object', catalog: 'pg_largeobject_metadata', label: 'x.oid::text', owner: 'lomowner', acl: 'lomacl'},
  {name: 'comment', catalog: 'pg_description', label: 'x.description', where: `x.objoid >= ${FIRST_USER_OID}`},
  {name: 'foreign server', catalog: 'pg_foreign_server', label: 'x.srvname', owner: 'srvowner', acl: 'srvacl'},
  {
    name: 'foreign data wrapper',
    catalog: 'pg_foreign_data_wrapper',
    label: 'x.fdwname',
    owner: 'fdwowner',
    acl: 'fdwacl',
  },
  {name: 'publication', catalog: 'pg_publication', label: 'x.pubname', owner: 'pubowner'},
  {name: 'statistics', catalog: 'pg_statistic_ext', label: 'x.stxname', owner: 'stxowner'},
  {name: 'operator', catalog: 'pg_operator', label: 'x.oprname', owner: 'oprowner'},
  {name: 'cast', catalog: 'pg_cast', label: 'x.oid::text'},
  {name: 'collation', catalog: 'pg_collation', label: 'x.collname', owner: 'collowner'},
  {name: 'text search configuration', catalog: 'pg_ts_config', label: 'x.cfgname', owner: 'cfgowner'},
  {name: 'language', catalog: 'pg_language', label: 'x.lanname', owner: 'lanowner', acl: 'lanacl'},
];

/** @param owner the role that owns everything: it has another name in each copy */
function databaseAspects(owner: string, tables: readonly string[]): readonly Aspect[] {
  const name = `'${owner}'`;
  const structure = catalogs.map((one): Aspect => {
    const {catalog, label, where = NEW, without = [], owner: ownerColumn, acl} = one;
    const hidden = [...without, ownerColumn, acl]
      .flatMap((column) => (column === undefined ? [] : ` - '${column}'`))
      .join('');
    const ownerText =
      ownerColumn === undefined
        ? ''
        : ` || ' of ' || replace(pg_get_userbyid(x.${ownerColumn})::text, ${name}, 'owner')`;
    const aclText = acl === undefined ? '' : ` || ' ' || coalesce(replace(x.${acl}::text, ${name}, 'owner'), '')`;
    return {
      name: one.name,
      lines: `SELECT ${label}${ownerText}${aclText} || ' ' || (to_jsonb(x)${hidden})::text AS line FROM ${catalog} x WHERE ${where}`,
    };
  });
  const rows = tables.map(
    (table) => `SELECT '${table.replaceAll("'", "''")} ' || EXISTS (SELECT FROM ${table}) AS line`,
  );
  return [
    ...structure,
    {
      name: 'sequence',
      lines: `SELECT s.schemaname || '.' || s.sequencename || ' at ' || coalesce(s.last_value::text, 'its start') AS line FROM pg_sequences s`,
    },
    {
      name: 'setting of the database',
      lines: `SELECT s.setconfig::text AS line FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase WHERE d.datname = current_database()`,
    },
    ...(rows.length === 0 ? [] : [{name: 'rows', lines: rows.join(' UNION ALL ')}]),
  ];
}

function digestQuery(aspects: readonly Aspect[]): string {
  return aspects
    .map(
      ({name, lines}) =>
        `SELECT '${name}' AS aspect, md5(coalesce(string_agg(a.line, chr(10) ORDER BY a.line COLLATE "C"), '')) AS digest FROM (${lines}) a`,
    )
    .join(' UNION ALL ');
}

/** State of the server that all databases share. */
export class ClusterState {
  /** Gives rows of an aspect and its digest. */
  readonly query: string;
  readonly #aspects: readonly Aspect[];

  constructor(major: number) {
    this.#aspects = clusterAspects.filter(({since = 0}) => since <= major);
    this.query = digestQuery(this.#aspects);
  }

  fingerprint(client: Client): Promise<Fingerprint> {
    return fingerprintBy(client, this.query);
  }

  lines(client: Client, names?: readonly string[]): Promise<StateLines> {
    return linesOf(client, this.#aspects, names);
  }
}

/** State of one database; what it has by way of names of roles is left out. */
export class DatabaseState {
  readonly #tables: readonly string[];

  /** @param tables quoted names of the tables whose rows count */
  constructor(tables: readonly string[]) {
    this.#tables = tables;
  }

  static async of(client: Client): Promise<DatabaseState> {
    const {rows} = await client.query<{name: string}>(
      `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'm') AND c.relispopulated AND n.nspname !~ '^(pg_|information_schema$)' ORDER BY 1`,
    );
    return new DatabaseState(rows.map(({name}) => name));
  }

  fingerprint(client: Client, owner: string): Promise<Fingerprint> {
    return fingerprintBy(client, digestQuery(databaseAspects(owner, this.#tables)));
  }

  lines(client: Client, owner: string, names?: readonly string[]): Promise<StateLines> {
    return linesOf(client, databaseAspects(owner, this.#tables), names);
  }
}

/** The lines of each aspect. */
export type StateLines = ReadonlyMap<string, readonly string[]>;

/** Names of aspects that differ. */
export function differingAspects(expected: Fingerprint, found: Fingerprint): readonly string[] {
  return [...new Set([...expected.keys(), ...found.keys()])].filter((name) => expected.get(name) !== found.get(name));
}

/** What is there and should not be, and the other way round, for people: `role: added bob ...`. */
export function differencesBetween(expected: StateLines, found: StateLines): readonly string[] {
  return [...found].flatMap(([name, lines]) => {
    const known = expected.get(name) ?? [];
    const [before, after] = [new Set(known), new Set(lines)];
    return [
      ...lines.filter((line) => !before.has(line)).map((line) => `${name}: added ${shortened(line)}`),
      ...known.filter((line) => !after.has(line)).map((line) => `${name}: removed ${shortened(line)}`),
    ];
  });
}

function shortened(line: string): string {
  return line.length > 120 ? `${line.slice(0, 117)}...` : line;
}

async function fingerprintBy(client: Client, query: string): Promise<Fingerprint> {
  const {rows} = await client.query<{aspect: string; digest: string}>(query);
  return new Map(rows.map(({aspect, digest}) => [aspect, digest]));
}

async function linesOf(client: Client, aspects: readonly Aspect[], names?: readonly string[]): Promise<StateLines> {
  const found = new Map<string, readonly string[]>();
  for (const {name, lines} of aspects) {
    if (names !== undefined && !names.includes(name)) continue;
    const {rows} = await client.query<{line: string}>(lines);
    found.set(name, rows.map(({line}) => line).sort());
  }
  return found;
}
