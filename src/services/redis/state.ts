import type {RedisConnection} from './connection.ts';

/** What a lease could have left in a Redis, by aspect. */
export type RedisState = ReadonlyMap<string, string>;

/** Differ between servers that are alike. */
const OWN_SETTINGS = new Set(['port', 'unixsocket', 'dir', 'requirepass', 'pidfile', 'logfile', 'masterauth']);

/** Config, ACL, functions, scripts, keys of every database; redis.io/docs/latest/commands. */
export async function stateOf(client: RedisConnection): Promise<RedisState> {
  const ask = (...words: string[]): Promise<unknown> => client.sendCommand(words);
  const [config, acl, functions, memory, keys, modules] = await Promise.all([
    ask('CONFIG', 'GET', '*'),
    ask('ACL', 'LIST'),
    // Redis 7 and later
    ask('FUNCTION', 'LIST').catch(() => []),
    ask('INFO', 'memory'),
    ask('INFO', 'keyspace'),
    ask('MODULE', 'LIST'),
  ]);
  const settings = config as string[];
  const own = settings.flatMap((name, place) =>
    place % 2 === 0 && !OWN_SETTINGS.has(name) ? [`${name} = ${settings[place + 1]}`] : [],
  );
  return new Map([
    ['config', own.sort().join('\n')],
    // a password's digest differs from server to server
    [
      'acl',
      (acl as string[])
        .map((line) => line.replace(/#[0-9a-f]{64}/g, '#'))
        .sort()
        .join('\n'),
    ],
    ['functions', JSON.stringify(functions)],
    ['scripts', /number_of_cached_scripts:(\d+)/.exec(String(memory))?.[1] ?? '0'],
    ['keys', String(keys).replace(/,avg_ttl=\d+|,subexpiry=\d+/g, '')],
    ['modules', JSON.stringify(modules)],
  ]);
}

/** What differs, for people. */
export function differences(expected: RedisState, found: RedisState): readonly string[] {
  return [...found].flatMap(([aspect, text]) => {
    const known = expected.get(aspect) ?? '';
    if (known === text) return [];
    const [before, after] = [new Set(known.split('\n')), new Set(text.split('\n'))];
    return [
      ...[...after].filter((line) => !before.has(line)).map((line) => `${aspect}: added ${line.trim()}`),
      ...[...before].filter((line) => !after.has(line)).map((line) => `${aspect}: removed ${line.trim()}`),
    ];
  });
}
