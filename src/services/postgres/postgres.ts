import {createHash} from 'node:crypto';
import type {Host} from '../host.ts';
import type {Opening, Plugin, Source} from '../plugin.ts';
import {BaseFolders} from './base-folders.ts';
import {openCluster} from './cluster-source.ts';
import {buildClusterTemplate, copiesOf} from './cluster-template.ts';
import {type PostgresPrograms, postgresPrograms} from './programs.ts';
import {bestRung, plainCopy, type Rung} from './rungs.ts';
import {ServerCopy} from './server-copy.ts';
import {SHARED_SETTINGS} from './settings.ts';
import {type ServerKind, SharedServers} from './shared-servers.ts';

/** Databases of a warm PostgreSQL, or whole servers, by programs of this machine. */
export class PostgresPlugin implements Plugin {
  readonly #host: Host;
  readonly #bases: BaseFolders;
  readonly #servers = new SharedServers();
  #rung: Promise<Rung> | undefined;

  /** @param rung how data folders are copied; undefined: the best way that works here */
  constructor(host: Host, rung?: Rung) {
    this.#host = host;
    this.#rung = rung && Promise.resolve(rung);
    this.#bases = new BaseFolders(host);
  }

  async open(opening: Opening): Promise<Source> {
    const {service} = opening;
    const programs = await postgresPrograms(service.binary, this.#host.env, service.directory);
    this.#rung ??= bestRung(this.#host);
    const rung = await this.#rung;
    return service.level === 'cluster'
      ? this.#openCluster(opening, programs, rung)
      : this.#servers.open(opening, this.#kind(opening, programs, plainCopy(this.#host, rung)));
  }

  async #openCluster({service, env}: Opening, programs: PostgresPrograms, rung: Rung): Promise<Source> {
    const base = await this.#bases.take(programs);
    try {
      const template = await buildClusterTemplate(service, {programs, base, env, rung}, this.#host);
      return openCluster(copiesOf({template, programs, rung, service}, this.#host), async () => {
        template.folder.remove();
        await this.#bases.giveBack(programs);
      });
    } catch (error) {
      await this.#bases.giveBack(programs);
      throw error;
    }
  }

  #kind({service}: Opening, programs: PostgresPrograms, rung: Rung): ServerKind {
    const {args, env, resources} = service;
    const key = createHash('sha256')
      .update(JSON.stringify([programs.folder, args, env, resources]))
      .digest('hex');
    return {
      key,
      start: async () => {
        const {folder: from, password} = await this.#bases.take(programs);
        const order = {name: 'postgres', from, rung, password, programs, settings: SHARED_SETTINGS, service};
        try {
          return await ServerCopy.start(order, this.#host);
        } catch (error) {
          await this.#bases.giveBack(programs);
          throw error;
        }
      },
      ended: () => this.#bases.giveBack(programs),
    };
  }
}
