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

/** Of a table, so many rows are counted: more or fewer are noticed up to here, none or some always. */
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

/** State of one database: everything that its catalogs say, which rows there are, where sequences stand. Copies of it have the same. */
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
    const sizes = this.#emptyAspects(owner).map(({name, catalog}) => `('${name}', '${catalog}'::regclass)`);
    const still = `SELECT e.name AS aspect, pg_relation_size(e.oid)::text AS digest FROM (VALUES ${sizes.join(', ')}) e(name, oid)`;
    const queries = [...digestQueries(this.#aspects(owner)), ...(sizes.length === 0 ? [] : [still])];
    // in one way to the server, but not as one query, which takes longer to plan
    const results = (await client.query(queries.join('; '))) as unknown as readonly {rows: DigestRow[]}[];
    return fingerprintOf(results.flatMap(({rows}) => rows));
  }

  lines(client: Client, owner: string, names?: readonly string[]): Promise<StateLines> {
    return linesOf(client, [...this.#aspects(owner), ...this.#emptyAspects(owner)], names);
  }

  #aspects(owner: string): readonly Aspect[] {
    return [
      ...this.#structure(owner).filter(({catalog}) => !this.#emptyCatalogs.has(catalog)),
      {
        name: 'setting of the database',
        label: 's.setrole::text',
        state: 's.setconfig::text',
        from: 'pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase WHERE d.datname = current_database()',
      },
      ...rowAspects(this.#relations),
      ...sequenceAspects(this.#relations),
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
