import type {Client} from 'pg';
import type {Service} from '../../project/service.ts';
import type {Host, OwnedFolder} from '../host.ts';
import {randomPassword} from '../password.ts';
import type {BaseFolder} from './base-folders.ts';
import {ClusterState} from './cluster-state.ts';
import {DatabaseState} from './database-state.ts';
import type {Fingerprint, StateLines} from './fingerprint.ts';
import {runInit} from './init.ts';
import type {PostgresPrograms} from './programs.ts';
import {plainCopy, type Rung} from './rungs.ts';
import type {PostgresServer} from './server.ts';
import {ServerCopy} from './server-copy.ts';

/** Whom a lease of a whole server is handed to: its role and its database, as the images of PostgreSQL name them. */
export const LEASED = {user: 'postgres', database: 'postgres'};

/** Each has few users; what a test may want to change at run time must be possible. */
export const CLUSTER_SETTINGS = {
  shared_buffers: '16MB',
  max_connections: '100',
  wal_level: 'logical',
  max_wal_senders: '10',
  max_replication_slots: '10',
  max_prepared_transactions: '10',
};

/** How long a server may take to write everything and end, ms. */
const STOP_MS = 60_000;

/** A data folder that leases are copies of: its server has stopped cleanly, and it is never written to again. */
export interface ClusterTemplate {
  readonly folder: OwnedFolder;
  /** Of our superuser. */
  readonly password: string;
  readonly cluster: ClusterState;
  readonly expected: Fingerprint;
  readonly lines: StateLines;
  readonly state: DatabaseState;
  readonly databaseLines: StateLines;
  /** The first transaction number that is free: every transaction that writes rows takes one. */
  readonly nextTransaction: string;
}

/** What a template begins with. */
export interface ClusterBasis {
  readonly programs: PostgresPrograms;
  readonly base: BaseFolder;
  /** The best one of this machine. */
  readonly rung: Rung;
  /** Environment of the shell lines of the init. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Runs the init of a service in a server of its own, once, as a superuser.
 * @throws PacelineError E_SERVICE_INIT, E_SERVICE_START
 */
export async function buildClusterTemplate(
  service: Service,
  {programs, base, rung, env}: ClusterBasis,
  host: Host,
): Promise<ClusterTemplate> {
  const {args, startTimeoutMs} = service;
  const order = {
    from: base.folder,
    password: base.password,
    programs,
    settings: CLUSTER_SETTINGS,
    args,
    startTimeoutMs,
  };
  const copy = await ServerCopy.start({...order, name: 'postgres-template', rung: plainCopy(host, rung)}, host);
  const {server, admin, folder} = copy;
  try {
    const password = randomPassword();
    await server.changePassword(admin, password);
    await fill(service, server, admin, env);
    const known = await knownState(admin, programs);
    await admin.end();
    await server.process.stop('SIGINT', STOP_MS);
    return {folder, password, ...known};
  } catch (error) {
    await copy.remove();
    throw error;
  }
}

async function fill(
  service: Service,
  server: PostgresServer,
  admin: Client,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const {user, database} = LEASED;
  const password = randomPassword();
  await admin.query(`CREATE ROLE ${user} SUPERUSER LOGIN PASSWORD '${password}'`);
  await admin.query(`ALTER DATABASE ${database} OWNER TO ${user}`);
  await runInit(service, {server, database, user, password, env});
  // nobody knows one until a lease is handed out
  await admin.query(`ALTER ROLE ${user} PASSWORD NULL`);
  await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [user]);
}

async function knownState(
  admin: Client,
  {major}: PostgresPrograms,
): Promise<Omit<ClusterTemplate, 'folder' | 'password'>> {
  const cluster = new ClusterState(major);
  const state = await DatabaseState.of(admin);
  return {
    cluster,
    expected: await cluster.fingerprint(admin),
    lines: await cluster.lines(admin),
    state,
    databaseLines: await state.lines(admin, LEASED.user),
    nextTransaction: await nextTransaction(admin),
  };
}

async function nextTransaction(client: Client): Promise<string> {
  const {rows} = await client.query<{next: string}>(NEXT_TRANSACTION);
  return rows[0]?.next ?? '';
}

/** The number that the next transaction will have, which this does not take; known under this name in all versions. */
export const NEXT_TRANSACTION = 'SELECT txid_snapshot_xmax(txid_current_snapshot())::text AS next';
