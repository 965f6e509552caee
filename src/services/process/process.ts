import {randomInt} from 'node:crypto';
import {rmSync} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';
import {PacelineError} from '../../base/error.ts';
import type {Service} from '../../project/service.ts';
import {GrowingLog} from '../growing-log.ts';
import {type Host, OwnedFolder} from '../host.ts';
import {OwnedProcess} from '../owned-process.ts';
import type {Access, Opening, Plugin, Resource, ServerState, Source} from '../plugin.ts';
import {lineSucceeds, untilReady} from '../readiness.ts';
import {runShellLine} from '../shell-line.ts';

/** Ports of servers, below those that the system gives to outgoing connections. */
const PORTS = {first: 10_000, behind: 12_000};

/** Any program that serves: one of its own for each lease. */
export class ProcessPlugin implements Plugin {
  readonly #host: Host;
  /** Of servers that are up or starting. */
  readonly #ports = new Set<number>();
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
      make: (signal) => this.#start(opening, running, signal),
      close: async () => {},
    };
  }

  async #start(opening: Opening, running: Map<string, OwnedProcess>, signal: AbortSignal): Promise<Resource> {
    const needs = await opening.leaseNeeds();
    try {
      const resource = await this.#startWith(needs.env, opening, running, signal);
      return {
        ...resource,
        async destroy() {
          await resource.destroy();
          await needs.release();
        },
      };
    } catch (error) {
      await needs.release();
      throw error;
    }
  }

  async #startWith(
    needed: Readonly<Record<string, string>>,
    {service, env}: Opening,
    running: Map<string, OwnedProcess>,
    signal: AbortSignal,
  ): Promise<Resource> {
    const port = await this.#freePort();
    const folder = new OwnedFolder(this.#host, `process-${++this.#serial}`);
    const name = `${service.name}-${this.#serial}`;
    const access = accessTo(service, port);
    const own = {...env, ...needed, ...service.env, PORT: String(port), TMPDIR: folder.path};
    let server: OwnedProcess | undefined;
    let leavesLog: boolean | undefined = true;
    // whoever waits until it is ready hears that it has ended
    const giveUp = (): void => void server?.stop('SIGKILL');
    const destroy = async (): Promise<void> => {
      leavesLog ??= server?.isRunning === false;
      await server?.stop();
      running.delete(name);
      this.#ports.delete(port);
      folder.remove();
      // what failed, or ended by itself, may be asked for its reasons
      if (server !== undefined && !leavesLog) rmSync(server.log, {force: true});
    };
    try {
      server = this.#spawn(service, {name, port, env: own});
      running.set(name, server);
      signal.addEventListener('abort', giveUp);
      if (signal.aborted) giveUp();
      await this.#untilReady(service, {server, port, env: own});
      for (const line of [service.init.migrate, service.init.seed])
        if (line !== undefined) await runShellLine(line, {...own, ...access.env}, service);
    } catch (error) {
      await destroy();
      throw error;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
    leavesLog = undefined;
    const process = server;
    return {
      id: name,
      async handOut() {
        if (!process.isRunning) throw new Error(`${name} has ended (${process.end ?? 'just now'})`);
        return access;
      },
      revoke() {
        leavesLog ??= !process.isRunning;
        return process.stop();
      },
      destroy,
    };
  }

  #spawn(
    service: Service,
    {name, port, env}: {readonly name: string; readonly port: number; readonly env: Readonly<Record<string, string>>},
  ): OwnedProcess {
    const {ledger, home} = this.#host;
    if (service.binary === undefined)
      throw new PacelineError('E_SERVICE_START', `Service ${service.name} does not say what to start`, {
        hint: 'Say `binary = "..."`.',
      });
    const words = service.args.map((word) => word.replaceAll('{port}', String(port)));
    return new OwnedProcess(
      {
        program: '/bin/sh',
        // the shell finds it, and gives way to it
        args: ['-c', 'exec "$0" "$@"', service.binary, ...words],
        env,
        directory: service.directory,
        // it runs the user's own code, in the user's own folder
        user: undefined,
        log: join(home.logs, `${name.replaceAll(/[^\w.-]+/g, '_')}.log`),
      },
      ledger,
    );
  }

  /** Somebody else's server on its port would answer in its place. */
  async #freePort(): Promise<number> {
    for (;;) {
      const port = randomInt(PORTS.first, PORTS.behind);
      if (this.#ports.has(port) || !(await isFree(port))) continue;
      this.#ports.add(port);
      return port;
    }
  }

  async #untilReady(
    service: Service,
    {
      server,
      port,
      env,
    }: {readonly server: OwnedProcess; readonly port: number; readonly env: Readonly<Record<string, string>>},
  ): Promise<void> {
    const {log} = server;
    const said = new GrowingLog(log);
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
        says: (pattern) => said.says(pattern),
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

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({port, host: '127.0.0.1', exclusive: true}, () => server.close(() => resolve(true)));
  });
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
