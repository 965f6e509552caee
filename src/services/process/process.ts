import {randomInt} from 'node:crypto';
import {join} from 'node:path';
import {PacelineError} from '../../base/error.ts';
import type {Service} from '../../project/service.ts';
import {type Host, OwnedFolder} from '../host.ts';
import {OwnedProcess} from '../owned-process.ts';
import type {Access, Opening, Plugin, Resource, ServerState, Source} from '../plugin.ts';
import {lineSucceeds, textOf, untilReady} from '../readiness.ts';
import {runShellLine} from '../shell-line.ts';

/** Ports of servers, below those that the system gives to outgoing connections. */
const PORTS = {first: 10_000, behind: 12_000};

/** Any program that serves: one of its own for each lease. */
export class ProcessPlugin implements Plugin {
  readonly #host: Host;
  #serial = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  async open(opening: Opening): Promise<Source> {
    const running = new Map<string, OwnedProcess>();
    return {
      width: 2,
      isAlive: () => true,
      servers: () => [...running].map(([name, server]) => serverState(name, opening.service, server)),
      make: () => this.#start(opening, running),
      close: async () => {},
    };
  }

  async #start({service, env, leaseNeeds}: Opening, running: Map<string, OwnedProcess>): Promise<Resource> {
    const {ledger, home} = this.#host;
    if (service.binary === undefined)
      throw new PacelineError('E_SERVICE_START', `Service ${service.name} does not say what to start`, {
        hint: 'Say `binary = "..."`.',
      });
    const needs = await leaseNeeds();
    const name = `${service.name}-${++this.#serial}`;
    const folder = new OwnedFolder(this.#host, `process-${this.#serial}`);
    const port = randomInt(PORTS.first, PORTS.behind);
    const access = accessTo(service, port);
    const own = {...env, ...needs.env, ...service.env, PORT: String(port), TMPDIR: folder.path};
    const log = join(home.logs, `${name}.log`);
    const server = new OwnedProcess(
      {
        program: '/bin/sh',
        // the shell finds it, and gives way to it
        args: [
          '-c',
          'exec "$0" "$@"',
          service.binary,
          ...service.args.map((word) => word.replaceAll('{port}', String(port))),
        ],
        env: own,
        directory: service.directory,
        // it runs the user's own code, in the user's own folder
        user: undefined,
        log,
      },
      ledger,
    );
    running.set(name, server);
    const destroy = async (): Promise<void> => {
      await server.stop();
      running.delete(name);
      folder.remove();
      await needs.release();
    };
    try {
      await this.#untilReady(service, {server, port, env: own, log});
      for (const line of [service.init.migrate, service.init.seed])
        if (line !== undefined) await runShellLine(line, {...own, ...access.env}, service);
    } catch (error) {
      await destroy();
      throw error;
    }
    return {id: name, handOut: async () => access, revoke: () => server.stop(), destroy};
  }

  async #untilReady(
    service: Service,
    {
      server,
      port,
      env,
      log,
    }: {
      readonly server: OwnedProcess;
      readonly port: number;
      readonly env: Readonly<Record<string, string>>;
      readonly log: string;
    },
  ): Promise<void> {
    const {limits} = this.#host;
    const what = `${service.binary} ${service.args.join(' ')}`;
    const limit =
      service.startTimeoutMs === undefined
        ? limits.of('start', what)
        : {ms: service.startTimeoutMs, origin: '`start_timeout`'};
    const since = performance.now();
    const failure = await untilReady(
      service.health ?? {kind: 'port', port: 0},
      {
        host: '127.0.0.1',
        // what it is told to listen on, unless a number is written down
        port: (number) => (number === 0 ? port : number),
        log: () => textOf(log),
        runs: (line) => lineSucceeds(line, env, service.directory),
        ended: () => server.end,
      },
      limit,
    );
    if (failure === undefined) return limits.learn('start', what, performance.now() - since);
    throw new PacelineError(
      'E_SERVICE_START',
      `Service ${service.name} did not become ready: ${failure}\n${server.tail()}`.trimEnd(),
      {
        hint: `Its log is ${log}.`,
        ...(service.origin !== undefined && {origin: service.origin}),
      },
    );
  }
}

/** `API_URL`, `API_HOST`, `API_PORT` of a service `api`. */
export function accessTo({name}: Service, port: number): Access {
  const prefix = name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_');
  const url = `http://127.0.0.1:${port}`;
  return {url, env: {[`${prefix}_URL`]: url, [`${prefix}_HOST`]: '127.0.0.1', [`${prefix}_PORT`]: String(port)}};
}

function serverState(name: string, service: Service, {pid, startedAt, log}: OwnedProcess): ServerState {
  return {
    id: name,
    name: service.name,
    what: service.binary ?? '',
    backend: 'process',
    pid,
    startedAt,
    restarts: 0,
    logFile: log,
  };
}
