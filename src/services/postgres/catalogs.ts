/** A system catalog whose rows are part of the state of a database; postgresql.org/docs/current/catalogs.html. */
export interface Catalog {
  /** What a person calls a row. */
  readonly name: string;
  readonly catalog: string;
  /** Which row it is, for people: an SQL expression of type text, over `x`. */
  readonly label: string;
  /** Which rows are of users, or can be changed by them. */
  readonly where: string;
}

/** Object identifiers from here on are of what users made; src/include/access/transam.h, FirstNormalObjectId. */
const FIRST_USER_OID = 16_384;
const made = (column = 'oid'): string => `x.${column} >= ${FIRST_USER_OID}`;

const simple = (name: string, catalog: string, label: string): Catalog => ({name, catalog, label, where: made()});

/** What is there from the beginning counts where rights to it were given or taken. */
export const catalogs: readonly Catalog[] = [
  {name: 'schema', catalog: 'pg_namespace', label: 'x.nspname::text', where: `(${made()} OR x.nspacl IS NOT NULL)`},
  {name: 'relation', catalog: 'pg_class', label: 'x.oid::regclass::text', where: `(${made()} OR x.relacl IS NOT NULL)`},
  {
    name: 'column',
    catalog: 'pg_attribute',
    label: `x.attrelid::regclass || '.' || x.attname`,
    where: `${made('attrelid')} AND x.attnum > 0`,
  },
  simple('default', 'pg_attrdef', `x.adrelid::regclass || '.' || x.adnum`),
  simple('constraint', 'pg_constraint', 'x.conname::text'),
  {name: 'index', catalog: 'pg_index', label: 'x.indexrelid::regclass::text', where: made('indexrelid')},
  {name: 'inheritance', catalog: 'pg_inherits', label: 'x.inhrelid::regclass::text', where: made('inhrelid')},
  {
    name: 'partitioned table',
    catalog: 'pg_partitioned_table',
    label: 'x.partrelid::regclass::text',
    where: made('partrelid'),
  },
  {
    name: 'function',
    catalog: 'pg_proc',
    label: 'x.oid::regprocedure::text',
    where: `(${made()} OR x.proacl IS NOT NULL)`,
  },
  simple('type', 'pg_type', 'x.oid::regtype::text'),
  simple('enum value', 'pg_enum', 'x.enumlabel::text'),
  {name: 'sequence definition', catalog: 'pg_sequence', label: 'x.seqrelid::regclass::text', where: made('seqrelid')},
  simple('trigger', 'pg_trigger', `x.tgname || ' on ' || x.tgrelid::regclass`),
  simple('rule', 'pg_rewrite', `x.rulename || ' on ' || x.ev_class::regclass`),
  simple('policy', 'pg_policy', `x.polname || ' on ' || x.polrelid::regclass`),
  {name: 'extension', catalog: 'pg_extension', label: 'x.extname::text', where: 'true'},
  simple('event trigger', 'pg_event_trigger', 'x.evtname::text'),
  simple('default privilege', 'pg_default_acl', `x.defaclnamespace || ' ' || x.defaclobjtype::text`),
  // users choose their numbers
  {name: 'large object', catalog: 'pg_largeobject_metadata', label: 'x.oid::text', where: 'true'},
  {name: 'large object data', catalog: 'pg_largeobject', label: `x.loid || ' ' || x.pageno`, where: 'true'},
  {
    name: 'comment',
    catalog: 'pg_description',
    label: `x.classoid::regclass || ' ' || x.objoid`,
    where: `(${made('objoid')} OR x.classoid = 'pg_namespace'::regclass)`,
  },
  {name: 'security label', catalog: 'pg_seclabel', label: 'x.objoid::text', where: 'true'},
  simple('foreign server', 'pg_foreign_server', 'x.srvname::text'),
  simple('foreign data wrapper', 'pg_foreign_data_wrapper', 'x.fdwname::text'),
  {name: 'foreign table', catalog: 'pg_foreign_table', label: 'x.ftrelid::regclass::text', where: made('ftrelid')},
  simple('user mapping', 'pg_user_mapping', 'x.oid::text'),
  simple('publication', 'pg_publication', 'x.pubname::text'),
  simple('published table', 'pg_publication_rel', 'x.prrelid::regclass::text'),
  simple('statistics', 'pg_statistic_ext', 'x.stxname::text'),
  simple('operator', 'pg_operator', 'x.oid::regoperator::text'),
  simple('operator class', 'pg_opclass', 'x.opcname::text'),
  simple('access method', 'pg_am', 'x.amname::text'),
  simple('cast', 'pg_cast', `x.castsource::regtype || ' to ' || x.casttarget::regtype`),
  simple('collation', 'pg_collation', 'x.collname::text'),
  simple('conversion', 'pg_conversion', 'x.conname::text'),
  simple('text search configuration', 'pg_ts_config', 'x.cfgname::text'),
  simple('text search dictionary', 'pg_ts_dict', 'x.dictname::text'),
  simple('language', 'pg_language', 'x.lanname::text'),
];
