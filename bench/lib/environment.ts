import {mkdirSync} from 'node:fs';
import {cpus, release, totalmem} from 'node:os';
import {delimiter, dirname} from 'node:path';
import {env, execPath, platform, version} from 'node:process';

/** Where the numbers come from. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
  readonly node: string;
}

export function thisMachine(): Machine {
  const cores = cpus();
  return {
    processor: cores[0]?.model ?? 'unknown',
    cores: cores.length,
    memoryBytes: totalmem(),
    system: `${platform} ${release()}`,
    node: version,
  };
}

/**
 * What every measured command sees, and nothing else: this Node first on the PATH, a home of its own, no colours, and no trace
 * of the npm or the CI that started the benchmark.
 */
export function cleanEnvironment(home: string): Readonly<Record<string, string>> {
  mkdirSync(home, {recursive: true});
  const outside = (env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
  return {
    PATH: [dirname(execPath), ...outside].join(delimiter),
    HOME: home,
    LC_ALL: 'C',
    NO_COLOR: '1',
    npm_config_update_notifier: 'false',
  };
}
