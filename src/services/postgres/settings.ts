/** Settings of a server, by name. */
export type Settings = Readonly<Record<string, string>>;

/**
 * What throw-away data need not do. Durability is given up altogether: a server that was killed is not started again, but replaced.
 * postgresql.org/docs/current/non-durability.html
 */
export const FAST = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  autovacuum: 'off',
  log_checkpoints: 'off',
  // as files of the data folder it goes with it, however the server ends
  dynamic_shared_memory_type: 'mmap',
};

/** Leases of databases cannot take the last connections; templates are copied as files, and logged nowhere. */
export const SHARED_SETTINGS: Settings = {
  shared_buffers: '128MB',
  max_connections: '200',
  superuser_reserved_connections: '20',
  wal_level: 'minimal',
  max_wal_senders: '0',
};

/** A server of one's own has few users; what a test may want to change at run time must be possible. */
export const CLUSTER_SETTINGS: Settings = {
  shared_buffers: '16MB',
  max_connections: '100',
  wal_level: 'logical',
  max_wal_senders: '10',
  max_replication_slots: '10',
  max_prepared_transactions: '10',
};

/** For the command line of a server whose data are thrown away. */
export function settingWords(settings: Settings): readonly string[] {
  return Object.entries({...FAST, ...settings}).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
