import {createHash} from 'node:crypto';
import type {Service} from '../../project/service.ts';
import type {Host} from '../host.ts';
import type {Opening, Plugin, Source} from '../plugin.ts';
import {BaseFolders} from './base-folders.ts';
import {ClusterSource} from './cluster-source.ts';
import {buildClusterTemplate} from './cluster-template.ts';
import {DatabaseGenerations, type Generation} from './database-generations.ts';
import {DatabaseSource} from './database-source.ts';
import {type PostgresPrograms, postgresPrograms} from './programs.ts';
import {bestRung, plainCopy, type Rung} from './rungs.ts';
import {SharedServer} from './shared-server.ts';
import {buildTemplate, dropTemplate} from './template.ts';

/** Databases of a warm PostgreSQL, or whole servers. */
export class PostgresPlugin implements Plugin {
  readonly #host: Host;
  readonly #bases: BaseFolders;
  readonly #servers = new Map<string, Promise<SharedServer>>();
  #rung: Promise<Rung> | undefined;
  #serial = 0;

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
      : this.#openDatabases(opening, programs, plainCopy(this.#host, rung));
  }

  async #openCluster({service, env}: Opening, programs: PostgresPrograms, rung: Rung): Promise<Source> {
    const {args, startTimeoutMs} = service;
    const base = await this.#bases.take(programs);
    try {
      const template = await buildClusterTemplate(service, {programs, base, env, rung}, this.#host);
      const source = new ClusterSource({template, programs, rung, args, startTimeoutMs}, this.#host);
      return {
        width: 2,
        make: () => source.make(),
        servers: () => source.servers,
        isAlive: () => true,
        close: async () => {
          template.folder.remove();
          await this.#bases.giveBack(programs);
        },
      };
    } catch (error) {
      await this.#bases.giveBack(programs);
      throw error;
    }
  }

  async #openDatabases(opening: Opening, programs: PostgresPrograms, rung: Rung): Promise<Source> {
    const databases = await DatabaseGenerations.start(() => this.#generation(opening, programs, rung));
    return {
      // while one is checked, the next one is copied
      width: 2,
      make: () => databases.make(),
      servers: () => databases.servers,
      isAlive: () => databases.isAlive,
      close: () => databases.close(),
    };
  }

  /** A template in the server that services of the same kind share. */
  async #generation({service, identity, env}: Opening, programs: PostgresPrograms, rung: Rung): Promise<Generation> {
    const key = createHash('sha256')
      .update(JSON.stringify([programs.folder, service.args, service.env, service.resources]))
      .digest('hex');
    const shared = await this.#shared(key, () => this.#start(programs, service, rung));
    const starting = this.#servers.get(key);
    const leave = async (): Promise<void> => {
      if (--shared.users > 0) return;
      if (this.#servers.get(key) === starting) this.#servers.delete(key);
      await shared.close();
      await this.#bases.giveBack(programs);
    };
    try {
      const prefix = `${identity.slice(0, 8)}${++this.#serial}`;
      const template = await buildTemplate(service, shared, prefix, env);
      return {
        shared,
        source: new DatabaseSource(shared, template, prefix),
        close: async () => {
          if (shared.users > 1 && shared.server.process.isRunning) await dropTemplate(shared.worker, template);
          await leave();
        },
      };
    } catch (error) {
      await leave();
      throw error;
    }
  }

  /** The server of this kind that is there, or a new one; its users are counted. */
  async #shared(key: string, start: () => Promise<SharedServer>): Promise<SharedServer> {
    for (let known = this.#servers.get(key); known !== undefined; known = this.#servers.get(key)) {
      const shared = await known.catch(() => undefined);
      if (this.#servers.get(key) !== known) continue;
      if (shared?.isClean === true && shared.server.process.isRunning) {
        shared.users++;
        return shared;
      }
      this.#servers.delete(key);
    }
    const starting = start();
    this.#servers.set(key, starting);
    try {
      const shared = await starting;
      shared.users++;
      return shared;
    } catch (error) {
      if (this.#servers.get(key) === starting) this.#servers.delete(key);
      throw error;
    }
  }

  async #start(programs: PostgresPrograms, service: Service, rung: Rung): Promise<SharedServer> {
    const base = await this.#bases.take(programs);
    try {
      return await SharedServer.start(service, {programs, base, rung}, this.#host);
    } catch (error) {
      await this.#bases.giveBack(programs);
      throw error;
    }
  }
}
