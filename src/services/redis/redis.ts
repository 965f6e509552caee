import {PacelineError} from '../../base/error.ts';
import type {Service} from '../../project/service.ts';
import type {Host} from '../host.ts';
import type {Opening, Plugin, Source} from '../plugin.ts';
import {serverProgram} from '../service-program.ts';
import {RedisConnector} from './connection.ts';
import {type DumpFolder, RedisProcess} from './process-server.ts';
import {RedisSource} from './redis-source.ts';

/** Redis, by programs of this machine. */
export class RedisPlugin implements Plugin {
  readonly #host: Host;
  readonly #connector = new RedisConnector();
  #serial = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  async open(opening: Opening): Promise<Source> {
    const {service} = opening;
    const program = redisProgram(service, this.#host.env);
    const connector = this.#connector;
    return RedisSource.open<DumpFolder>(opening, {
      start: (dump, signal) => {
        const name = `redis-${++this.#serial}`;
        return RedisProcess.start(this.#host, {service, program, name, dump, connector}, signal);
      },
    });
  }
}

function redisProgram(service: Service, env: Readonly<Record<string, string | undefined>>): string {
  const program = serverProgram(service, env);
  if (program !== undefined) return program;
  throw new PacelineError(
    'E_NO_PROGRAM',
    service.binary === undefined ? 'Redis is not installed' : `There is no Redis in ${service.binary}`,
    {hint: '`apt-get install redis-server`.'},
  );
}
