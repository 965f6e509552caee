import {randomPassword} from '../password.ts';
import type {Access, ServerState} from '../plugin.ts';
import type {RedisConnection} from './connection.ts';

/** What a filled server holds, for others to begin with. */
export interface Dump {
  remove(): void;
}

/** A Redis of ours that answers, whatever runs it. */
export interface RedisServer<Kept extends Dump> {
  readonly name: string;
  readonly client: RedisConnection;
  /** For its users. */
  readonly host: string;
  readonly port: number;
  readonly isRunning: boolean;
  /** Variables for the shell lines of its init beside those of the server. */
  readonly needs: Readonly<Record<string, string>>;
  readonly state: ServerState;
  /** Keeps what it holds. */
  dump(): Promise<Kept>;
  /** Ends it at once, with all its connections. */
  kill(): Promise<void>;
  /** Takes it away, with everything that belongs to it. */
  remove(): Promise<void>;
}

/** Gives it a password that one user knows: nobody knows the one before. */
export async function handOut({client, host, port}: RedisServer<Dump>): Promise<Access> {
  const password = randomPassword();
  await client.sendCommand(['CONFIG', 'SET', 'requirepass', password]);
  const url = `redis://default:${password}@${host}:${port}`;
  return {url, env: {REDIS_URL: url, REDIS_HOST: host, REDIS_PORT: String(port), REDIS_PASSWORD: password}};
}
