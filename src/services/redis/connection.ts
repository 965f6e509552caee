import {createClient} from '@redis/client';

/** A connection of the broker to a Redis of its own. */
export type RedisConnection = Awaited<ReturnType<typeof connectRedis>>;

/** @param path of its Unix socket */
export async function connectRedis(path: string, password: string) {
  const client = createClient({
    socket: {path, tls: false, reconnectStrategy: false},
    password,
    RESP: 2,
    disableClientInfo: true,
  });
  // a server that is killed tells it to whoever is connected
  client.on('error', () => {});
  await client.connect();
  return client;
}
