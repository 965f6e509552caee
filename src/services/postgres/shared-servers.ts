import type {Opening, Source} from '../plugin.ts';
import {DatabaseGenerations, type Generation} from './database-generations.ts';
import {DatabaseSource} from './database-source.ts';
import type {StartedServer} from './server.ts';
import {SharedServer} from './shared-server.ts';
import {buildTemplate, dropTemplate} from './template.ts';

/** Servers that do the same for everybody. */
export interface ServerKind {
  /** Services with the same key share a server. */
  readonly key: string;
  start(): Promise<StartedServer>;
  /** Called when one that was started is there no more. */
  ended(): Promise<void>;
}

/** Servers that services share, by their kind; each service has a template in one of them. */
export class SharedServers {
  readonly #servers = new Map<string, Promise<SharedServer>>();
  #serial = 0;

  /** @returns where databases of a service come from */
  async open(opening: Opening, kind: ServerKind): Promise<Source> {
    const databases = await DatabaseGenerations.start(() => this.#generation(opening, kind));
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
  async #generation({service, identity, env}: Opening, kind: ServerKind): Promise<Generation> {
    const {key} = kind;
    const shared = await this.#shared(kind);
    const starting = this.#servers.get(key);
    const leave = async (): Promise<void> => {
      if (--shared.users > 0) return;
      if (this.#servers.get(key) === starting) this.#servers.delete(key);
      await shared.close();
      await kind.ended();
    };
    try {
      const prefix = `${identity.slice(0, 8)}${++this.#serial}`;
      const template = await buildTemplate(service, shared, prefix, env);
      return {
        shared,
        source: new DatabaseSource(shared, template, prefix),
        close: async () => {
          if (shared.users > 1 && shared.isRunning) await dropTemplate(shared.worker, template);
          await leave();
        },
      };
    } catch (error) {
      await leave();
      throw error;
    }
  }

  /** The server of this kind that is there, or a new one; its users are counted. */
  async #shared(kind: ServerKind): Promise<SharedServer> {
    const {key} = kind;
    for (let known = this.#servers.get(key); known !== undefined; known = this.#servers.get(key)) {
      const shared = await known.catch(() => undefined);
      if (this.#servers.get(key) !== known) continue;
      if (shared?.isClean === true && shared.isRunning) {
        shared.users++;
        return shared;
      }
      this.#servers.delete(key);
    }
    const starting = started(kind);
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
}

async function started(kind: ServerKind): Promise<SharedServer> {
  const server = await kind.start();
  try {
    return await SharedServer.of(server);
  } catch (error) {
    await kind.ended();
    throw error;
  }
}
