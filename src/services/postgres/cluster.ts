import type {Client} from 'pg';
import type {Service} from '../../project/service.ts';
import {randomPassword} from '../password.ts';
import {ClusterState} from './cluster-state.ts';
import {DatabaseState} from './database-state.ts';
import type {Fingerprint, StateLines} from './fingerprint.ts';
import {runInit} from './init.ts';
import {majorOf, type StartedServer} from './server.ts';

/** Whom a lease of a whole server is handed to: its role and its database, as the images of PostgreSQL name them. */
export const LEASED = {user: 'postgres', database: 'postgres'};

/** What a server of one's own is like before its first user. */
export interface KnownCluster {
  readonly cluster: ClusterState;
  readonly expected: Fingerprint;
  readonly lines: StateLines;
  readonly state: DatabaseState;
  readonly databaseLines: StateLines;
  /** The first transaction number that is free: every transaction that writes rows takes one. */
  readonly nextTransaction: string;
}

/** A server for one lease. */
export interface ClusterStart {
  readonly started: StartedServer;
  /** What it has to be like. */
  readonly known: KnownCluster;
}

/** Where servers of one's own come from. */
export interface ClusterServers {
  /** How they are made, when there is more than one way. */
  readonly rung?: string;
  /** @param signal nobody wants it any more: what is being started is ended */
  start(signal?: AbortSignal): Promise<ClusterStart>;
}

/**
 * Runs the init of a service in a fresh server, as a superuser.
 * @param env of its shell lines
 * @throws PacelineError E_SERVICE_INIT
 */
export async function fillCluster(
  service: Service,
  {server, admin, needs}: StartedServer,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const {user, database} = LEASED;
  const password = randomPassword();
  await admin.query(`CREATE ROLE ${user} SUPERUSER LOGIN PASSWORD '${password}'`);
  await admin.query(`ALTER DATABASE ${database} OWNER TO ${user}`);
  await runInit(service, {server, database, user, password, env: {...env, ...needs}});
  // nobody knows one until a lease is handed out
  await admin.query(`ALTER ROLE ${user} PASSWORD NULL`);
  await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [user]);
}

/** @param admin of a server that nobody has used so far */
export async function knownCluster(admin: Client): Promise<KnownCluster> {
  const cluster = new ClusterState(await majorOf(admin));
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
