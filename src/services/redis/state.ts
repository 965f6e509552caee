import {createHash} from 'node:crypto';
import type {RedisConnection} from './connection.ts';

/** What a lease could have left in a Redis: lines by aspect. */
export type RedisState = ReadonlyMap<string, readonly string[]>;

/** Differ between servers that are alike. */
const OWN_SETTINGS = new Set(['port', 'unixsocket', 'dir', 'requirepass', 'pidfile', 'logfile', 'masterauth']);
/** With more keys than these, they are counted and not read. */
const MOST_KEYS = 1000;

type Ask = (...words: string[]) => Promise<unknown>;

/** Config, ACL, functions, scripts, modules, keys of every database, clients, channels, role; redis.io/docs/latest/commands. */
export async function stateOf(client: RedisConnection): Promise<RedisState> {
  const ask: Ask = (...words) => client.sendCommand(words);
  const [config, acl, functions, memory, modules, clients, channels, patterns, role] = await Promise.all([
    ask('CONFIG', 'GET', '*') as Promise<string[]>,
    ask('ACL', 'LIST') as Promise<string[]>,
    // Redis 7 and later
    ask('FUNCTION', 'LIST').catch(() => []) as Promise<unknown[]>,
    ask('INFO', 'memory'),
    ask('MODULE', 'LIST') as Promise<unknown[]>,
    ask('CLIENT', 'LIST') as Promise<string>,
    ask('PUBSUB', 'CHANNELS') as Promise<string[]>,
    ask('PUBSUB', 'NUMPAT') as Promise<number>,
    ask('ROLE') as Promise<string[]>,
  ]);
  const settings = config.flatMap((name, place) =>
    place % 2 === 0 && !OWN_SETTINGS.has(name) ? [`${name} = ${config[place + 1]}`] : [],
  );
  return new Map([
    ['config', settings.sort()],
    // a password's digest differs from server to server
    ['acl', acl.map((line) => line.replace(/#[0-9a-f]{64}/g, '#')).sort()],
    ['functions', functions.map((one) => JSON.stringify(one)).sort()],
    ['scripts', [`${/number_of_cached_scripts:(\d+)/.exec(String(memory))?.[1] ?? 0} cached`]],
    ['modules', modules.map((one) => JSON.stringify(one)).sort()],
    ['clients', [`${clients.trimEnd().split('\n').length} connected`]],
    ['channels', [...channels.sort(), `${patterns} patterns`]],
    ['role', [String(role[0])]],
    ['keys', await keyLines(ask)],
  ]);
}

/** What differs, for people. */
export function differences(expected: RedisState, found: RedisState): readonly string[] {
  return [...found].flatMap(([aspect, lines]) => {
    const [before, after] = [new Set(expected.get(aspect)), new Set(lines)];
    return [
      ...[...after].filter((line) => !before.has(line)).map((line) => `${aspect}: added ${line}`),
      ...[...before].filter((line) => !after.has(line)).map((line) => `${aspect}: removed ${line}`),
    ];
  });
}

async function keyLines(ask: Ask): Promise<readonly string[]> {
  const counts = [...String(await ask('INFO', 'keyspace')).matchAll(/^db(\d+):keys=(\d+)/gm)];
  const lines: string[] = [];
  for (const [, database = '0', count = '0'] of counts) {
    lines.push(`database ${database}: ${count}`);
    if (Number(count) > MOST_KEYS) continue;
    await ask('SELECT', database);
    const keys = (await ask('KEYS', '*')) as string[];
    for (const line of await Promise.all(keys.map((key) => keyLine(key, ask)))) lines.push(`${database} ${line}`);
  }
  if (counts.length > 0) await ask('SELECT', '0');
  return lines.sort();
}

/** Servers keep the members of sets and hashes in an order of their own. */
async function keyLine(key: string, ask: Ask): Promise<string> {
  const [type, expiry] = await Promise.all([ask('TYPE', key), ask('PTTL', key)]);
  const content = await contentOf(key, String(type), ask);
  const digest = createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16);
  return `${key}: ${type} ${digest}${Number(expiry) < 0 ? '' : ' that expires'}`;
}

async function contentOf(key: string, type: string, ask: Ask): Promise<unknown> {
  switch (type) {
    case 'string':
      return ask('GET', key);
    case 'list':
      return ask('LRANGE', key, '0', '-1');
    case 'set':
      return ((await ask('SMEMBERS', key)) as string[]).sort();
    case 'hash': {
      const words = (await ask('HGETALL', key)) as string[];
      return words.flatMap((word, place) => (place % 2 === 0 ? [[word, words[place + 1]]] : [])).sort();
    }
    case 'zset':
      return ask('ZRANGE', key, '0', '-1', 'WITHSCORES');
    case 'stream':
      return ask('XRANGE', key, '-', '+');
    default:
      // of a module: only that it is there
      return type;
  }
}
