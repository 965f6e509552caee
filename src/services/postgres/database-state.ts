import type {Client} from 'pg';
import {catalogs} from './catalogs.ts';
import {
  type Aspect,
  type DigestRow,
  digestQueries,
  type Fingerprint,
  fingerprintOf,
  linesOf,
  type StateLines,
} from './fingerprint.ts';

/** Of a file, so many bytes are compared, and its size, bytes. */
const COMPARED = 65_536;
/** Of a table, so many rows are counted for people. */
const COUNTED_ROWS = 1000;

/** A column of a catalog; its whole value counts, and roles are told apart only from the one that owns everything. */
interface Column {
  readonly catalog: string;
  readonly name: string;
  readonly kind: 'owner' | 'acl' | 'other';
}

/** A table or sequence. */
interface Relation {
  /** Quoted, with its schema. */
  readonly name: string;
  readonly oid: number;
  readonly kind: 'table' | 'sequence';
  /** Has never had a row: its file is empty. */
  readonly isEmpty: boolean;
}

/** Catalogs of this version, and how each is read. */
type Columns = ReadonlyMap<string, readonly Column[]>;

/**
 * State of one database: everything that its catalogs say, and the files of its tables and sequences. Copies of it have the same.
 * Files are read instead of tables, which takes a third of the time: they say what is in a database that was copied as files and that
 * nobody has been in since, or after a checkpoint.
 */
export class DatabaseState {
  readonly #columns: Columns;
  /** Names of catalogs that have never had a row. */
  readonly #emptyCatalogs: ReadonlySet<string>;
  readonly #relations: readonly Relation[];

  private constructor(columns: Columns, emptyCatalogs: ReadonlySet<string>, relations: readonly Relation[]) {
    this.#columns = columns;
    this.#emptyCatalogs = emptyCatalogs;
    this.#relations = relations;
  }

  /** @param client is connected to a database that is as it should be */
  static async of(client: Client): Promise<DatabaseState> {
    const {rows: columns} = await client.query<Column & {readonly isEmpty: boolean}>(
      `SELECT c.relname AS catalog, a.attname AS name, pg_relation_size(c.oid) = 0 AS "isEmpty",
         CASE WHEN a.attname ~ 'owner$' OR a.attname = 'defaclrole' THEN 'owner' WHEN a.atttypid = 'aclitem[]'::regtype THEN 'acl' ELSE 'other' END AS kind
       FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
       WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relname = ANY ($1) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
      [catalogs.map(({catalog}) => catalog)],
    );
    const {rows: relations} = await client.query<Relation>(
      `SELECT format('%I.%I', n.nspname, c.relname) AS name, c.oid::int8::float8 AS oid, pg_relation_size(c.oid) = 0 AS "isEmpty",
         CASE c.relkind WHEN 'S' THEN 'sequence' ELSE 'table' END AS kind
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE (c.relkind IN ('r', 'S') OR c.relkind = 'm' AND c.relispopulated) AND n.nspname !~ '^(pg_|information_schema$)' ORDER BY c.oid`,
    );
    return new DatabaseState(
      Map.groupBy(columns, ({catalog}) => catalog),
      new Set(columns.filter(({isEmpty}) => isEmpty).map(({catalog}) => catalog)),
      relations,
    );
  }

  /** @param owner the role that owns everything: it has another name in each copy */
  async fingerprint(client: Client, owner: string): Promise<Fingerprint> {
    const aspects = [...this.#catalogAspects(owner), ...fileAspects(this.#relations)];
    const sizes = this.#emptyAspects(owner).map(({name, catalog}) => `('${name}', '${catalog}'::regclass)`);
    const still = `SELECT e.name AS aspect, pg_relation_size(e.oid)::text AS digest FROM (VALUES ${sizes.join(', ')}) e(name, oid)`;
    const queries = [...digestQueries(aspects), ...(sizes.length === 0 ? [] : [still])];
    // in one way to the server, but not as one query, which takes longer to plan
    const results = (await client.query(queries.join('; '))) as unknown as readonly {rows: DigestRow[]}[];
    return fingerprintOf(results.flatMap(({rows}) => rows));
  }

  lines(client: Client, owner: string, names?: readonly string[]): Promise<StateLines> {
    const rows = [...rowAspects(this.#relations), ...sequenceAspects(this.#relations)];
    return linesOf(client, [...this.#catalogAspects(owner), ...this.#emptyAspects(owner), ...rows], names);
  }

  /**
   * Statements that give everything that belongs to one role to another one, with the rights that it has as its owner. Does what
   * REASSIGN OWNED does, object by object and much slower, and gives default privileges as well.
   */
  transfer(from: string, to: string): string {
    const [was, becomes] = [from, to].map((role) => `'${role}'::regrole`);
    const owned = [...this.#columns].flatMap(([catalog, columns]) => {
      const owner = columns.find(({kind}) => kind === 'owner')?.name;
      if (owner === undefined || this.#emptyCatalogs.has(catalog)) return [];
      const rights = columns
        .filter(({kind}) => kind === 'acl')
        .map(({name}) => `, ${name} = replace(${name}::text, '${from}', '${to}')::aclitem[]`);
      return [`UPDATE ${catalog} SET ${owner} = ${becomes}${rights.join('')} WHERE ${owner} = ${was}`];
    });
    const dependencies = `UPDATE pg_shdepend SET refobjid = ${becomes}
      WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND refclassid = 'pg_authid'::regclass AND refobjid = ${was} AND deptype = 'o'`;
    return [...owned, dependencies].join('; ');
  }

  #catalogAspects(owner: string): readonly Aspect[] {
    return [
      ...this.#structure(owner).filter(({catalog}) => !this.#emptyCatalogs.has(catalog)),
      {
        name: 'setting of the database',
        label: 's.setrole::text',
        state: 's.setconfig::text',
        from: 'pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase WHERE d.datname = current_database()',
      },
    ];
  }

  /** What there is none of; that its file is empty proves it, and costs less than to ask for its rows. */
  #emptyAspects(owner: string): readonly (Aspect & {readonly catalog: string})[] {
    return this.#structure(owner).filter(({catalog}) => this.#emptyCatalogs.has(catalog));
  }

  #structure(owner: string): readonly (Aspect & {readonly catalog: string})[] {
    return catalogs.flatMap(({name, catalog, label, where}) => {
      const columns = this.#columns.get(catalog);
      // a catalog that this version does not have
      if (columns === undefined) return [];
      const state = columns.every(({kind}) => kind === 'other')
        ? 'x::text'
        : `ROW(${columns.map((one) => stateOf(one, owner)).join(', ')})::text`;
      return [{name, catalog, label, state, from: `${catalog} x WHERE ${where}`}];
    });
  }
}

function stateOf({name, kind}: Column, owner: string): string {
  switch (kind) {
    case 'owner':
      return `nullif(x.${name}, '${owner}'::regrole::oid)`;
    case 'acl':
      return `replace(x.${name}::text, '${owner}', '')`;
    case 'other':
      return `x.${name}`;
  }
}

/** postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADMIN-GENFILE */
function fileAspects(relations: readonly Relation[]): readonly Aspect[] {
  const kinds = [...Map.groupBy(relations, ({kind}) => kind)];
  return kinds.map(([kind, some]) => ({
    name: {table: 'rows', sequence: 'sequence'}[kind],
    label: 'x.oid::text',
    state: `concat_ws(' ', x.oid, (pg_stat_file(x.path)).size, sha256(pg_read_binary_file(x.path, 0, ${COMPARED})))`,
    from: `(SELECT oid, pg_relation_filepath(oid) AS path FROM unnest('{${some.map(({oid}) => oid).join(',')}}'::oid[]) oid OFFSET 0) x`,
  }));
}

function rowAspects(relations: readonly Relation[]): readonly Aspect[] {
  const tables = relations.filter(({kind}) => kind === 'table');
  const [empty, filled] = [tables.filter(({isEmpty}) => isEmpty), tables.filter(({isEmpty}) => !isEmpty)];
  const branches = filled.map(({name}) => `(SELECT ${quoted(name)} AS name FROM ${name} LIMIT ${COUNTED_ROWS})`);
  if (empty.length > 0) {
    const values = empty.map(({name, oid}) => `(${quoted(name)}, ${oid}::oid)`);
    branches.push(`SELECT e.name FROM (VALUES ${values.join(', ')}) e(name, oid) WHERE pg_relation_size(e.oid) > 0`);
  }
  return unionOf('rows', branches, 'x.name', {counted: true});
}

function sequenceAspects(relations: readonly Relation[]): readonly Aspect[] {
  const branches = relations
    .filter(({kind}) => kind === 'sequence')
    .map(({name}) => `SELECT ${quoted(name)} AS name, last_value, log_cnt, is_called FROM ${name}`);
  return unionOf('sequence', branches, 'x::text', {counted: false});
}

/** @param state of a branch's rows, which are named `x` and have a `name` */
function unionOf(
  name: string,
  branches: readonly string[],
  state: string,
  {counted}: {readonly counted: boolean},
): readonly Aspect[] {
  if (branches.length === 0) return [];
  const from = `(${branches.join(' UNION ALL ')}) x`;
  const lines = `SELECT x.name || chr(9) || count(*) AS line FROM ${from} GROUP BY x.name`;
  return [{name, label: 'x.name', state, from, ...(counted && {lines})}];
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
