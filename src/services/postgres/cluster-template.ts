import type {Service} from '../../project/service.ts';
import type {Host, OwnedFolder} from '../host.ts';
import {randomPassword} from '../password.ts';
import type {BaseFolder} from './base-folders.ts';
import {type ClusterServers, fillCluster, type KnownCluster, knownCluster} from './cluster.ts';
import type {PostgresPrograms} from './programs.ts';
import {plainCopy, type Rung} from './rungs.ts';
import {ServerCopy} from './server-copy.ts';
import {CLUSTER_SETTINGS} from './settings.ts';

/** How long a server may take to write everything and end, ms. */
const STOP_MS = 60_000;

/** A data folder that leases are copies of: its server has stopped cleanly, and it is never written to again. */
export interface ClusterTemplate extends KnownCluster {
  readonly folder: OwnedFolder;
  /** Of our superuser. */
  readonly password: string;
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
  const order = {from: base.folder, password: base.password, programs, settings: CLUSTER_SETTINGS, service};
  const copy = await ServerCopy.start({...order, name: 'postgres-template', rung: plainCopy(host, rung)}, host);
  const {server, admin, folder} = copy;
  try {
    const password = randomPassword();
    await server.changePassword(admin, password);
    await fillCluster(service, copy, env);
    const known = await knownCluster(admin);
    await admin.end();
    await server.process.stop('SIGINT', STOP_MS);
    return {folder, password, ...known};
  } catch (error) {
    await copy.remove();
    throw error;
  }
}

/** What copies are made of. */
export interface ClusterParts {
  readonly template: ClusterTemplate;
  readonly programs: PostgresPrograms;
  readonly rung: Rung;
  readonly service: Service;
}

/** Servers on copies of the template's data folder. */
export function copiesOf({template, programs, rung, service}: ClusterParts, host: Host): ClusterServers {
  const {folder: from, password} = template;
  const order = {name: 'postgres-lease', from, password, rung, programs, settings: CLUSTER_SETTINGS, service};
  return {
    rung: rung.name,
    start: async (signal) => ({started: await ServerCopy.start(order, host, signal), known: template}),
  };
}
