import {createClient} from '@redis/client';

/** A connection of the broker to a Redis of its own. */
export type RedisConnection = Awaited<ReturnType<RedisConnector['connect']>>;

/** Makes connections that are alike: to prepare the first one takes the library 20 ms, a copy of it none. */
export class RedisConnector {
  readonly #prototype = createClient({RESP: 2, disableClientInfo: true});

  /** @param path of its Unix socket */
  async connect(path: string, password: string) {
    const client = this.#prototype.duplicate({socket: {path, tls: false, reconnectStrategy: false}, password});
    // a server that is killed tells it to whoever is connected
    client.on('error', () => {});
    await client.connect();
    return client;
  }
}
