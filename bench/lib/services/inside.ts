import {randomUUID} from 'node:crypto';
import {mkdtempSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {openHome} from '../../../src/services/home.ts';
import type {Host} from '../../../src/services/host.ts';
import {Ledger} from '../../../src/services/ledger.ts';
import {BaseFolders} from '../../../src/services/postgres/base-folders.ts';
import {DatabaseSource} from '../../../src/services/postgres/database-source.ts';
import {PostgresPlugin} from '../../../src/services/postgres/postgres.ts';
import {postgresPrograms} from '../../../src/services/postgres/programs.ts';
import {bestRung, plainCopy, rungs} from '../../../src/services/postgres/rungs.ts';
import {ServerCopy} from '../../../src/services/postgres/server-copy.ts';
import {SHARED_SETTINGS} from '../../../src/services/postgres/settings.ts';
import {PREPARED, SharedServer} from '../../../src/services/postgres/shared-server.ts';
import {buildTemplate} from '../../../src/services/postgres/template.ts';
import {serverUser} from '../../../src/services/server-user.ts';
import {serviceOf} from '../../../src/services/service-options.ts';
import {StartLimits} from '../../../src/services/start-limits.ts';
import type {Place} from './place.ts';
import {firstQuery} from './postgres.ts';
import {timedCold} from './rounds.ts';

const env = {PATH: process.env.PATH ?? ''};

/** To compare one clone with its template, in a new session: the fingerprint of everything in it and in its server; ms. */
export async function proofs(place: Place, rounds: number): Promise<number[]> {
  return inside(place, async (host) => {
    const service = serviceOf({plugin: 'postgres', directory: place.folder, init: {sql: [place.sql]}});
    const programs = await postgresPrograms(undefined, host.env, place.folder);
    const bases = new BaseFolders(host);
    const {folder: from, password} = await bases.take(programs);
    const rung = plainCopy(host, await bestRung(host));
    const order = {name: 'postgres', from, rung, password, programs, settings: SHARED_SETTINGS, service};
    const shared = await SharedServer.of(await ServerCopy.start(order, host));
    try {
      const template = await buildTemplate(service, shared, 'measured', env);
      const resource = await new DatabaseSource(shared, template, 'measured').make();
      await resource.handOut();
      const times: number[] = [];
      for (let round = 0; round < rounds; round++) {
        const client = await shared.server.connect(resource.id);
        const start = performance.now();
        await template.state.fingerprint(client, resource.id);
        await shared.desk.query(`EXECUTE ${PREPARED.cluster}`);
        times.push(performance.now() - start);
        await client.end();
      }
      return times;
    } finally {
      await shared.close();
      await bases.giveBack(programs);
    }
  });
}

/** A server of one's own where data folders can only be copied file by file: none is ready; from the request to the first query, ms. */
export async function copiedClusters(place: Place, rounds: number): Promise<number[]> {
  return inside(place, async (host) => {
    const service = serviceOf({
      plugin: 'postgres',
      level: 'cluster',
      directory: place.folder,
      init: {sql: [place.sql]},
    });
    const plugin = new PostgresPlugin(host, rungs(host).at(-1));
    const leaseNeeds = async () => ({env: {}, isAlive: () => true, release: async () => {}});
    const source = await plugin.open({service, env, identity: randomUUID(), leaseNeeds});
    try {
      return await timedCold(rounds, async () => {
        const resource = await source.make(new AbortController().signal);
        const client = await firstQuery((await resource.handOut()).url);
        return async () => {
          await client.end();
          await resource.revoke();
          await resource.destroy();
        };
      });
    } finally {
      await source.close();
    }
  });
}

/** Without the process that keeps services: its parts, in this one. */
async function inside<T>(place: Place, work: (host: Host) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(place.folder, 'i-'));
  const home = openHome({PACELINE_SERVICES_DIR: folder});
  const ledger = new Ledger(home.ledger, randomUUID());
  const limits = new StartLimits(join(folder, 'start-times.db'));
  try {
    return await work({home, ledger, limits, user: serverUser(), env: process.env, report: () => {}});
  } finally {
    ledger.close();
    limits.close();
    rmSync(folder, {recursive: true, force: true});
  }
}
