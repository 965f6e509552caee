import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {PacelineError} from '../../base/error.ts';
import type {Service} from '../../project/service.ts';
import {GrowingLog} from '../growing-log.ts';
import {type Host, OwnedFolder} from '../host.ts';
import {OwnedProcess} from '../owned-process.ts';
import type {Access, NeededLeases, Opening, Plugin, Resource, ServerState, Source} from '../plugin.ts';
import {Ports} from '../ports.ts';
import {lineSucceeds, untilReady} from '../readiness.ts';
import {runShellLine} from '../shell-line.ts';

const PORTS = {first: 10_000, behind: 12_000};
/** What programs say that cannot have their port: the names of the error in C, and its text. */
const IN_USE = /EADDRINUSE|address already in use/i;

/** Any program that serves: one of its own for each lease. */
export class ProcessPlugin implements Plugin {
  readonly #host: Host;
  readonly #ports = new Ports(PORTS);
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
    const needs = await opening.leaseNeeds(signal);
    try {
      const resource = await this.#ports.start(
        (port) => this.#startOn(port, needs.env, {opening, running, signal}),
        ({message}) => IN_USE.test(message),
      );
      return dependent(resource, needs);
    } catch (error) {
      const hasNeeds = needs.isAlive?.() !== false;
      await needs.release();
      if (hasNeeds) throw error;
      // another try, with what lives, is worth it
      throw new Error(`what service ${opening.service.name} depends on ended while it started`, {cause: error});
    }
  }

  async #startOn(
    port: number,
    needed: Readonly<Record<string, string>>,
    {
      opening: {service, env},
      running,
      signal,
    }: {readonly opening: Opening; readonly running: Map<string, OwnedProcess>; readonly signal: AbortSignal},
  ): Promise<Resource> {
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
    const ports = this.#ports;
    return {
      id: name,
      isAlive: () => process.isRunning,
      async handOut() {
        if (!process.isRunning) throw new Error(`${name} has ended (${process.end ?? 'just now'})`);
        return access;
      },
      revoke() {
        leavesLog ??= !process.isRunning;
        return process.stop();
      },
      async destroy() {
        await destroy();
        ports.giveBack(port);
      },
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
        cause: server.killed,
        ...(service.origin !== undefined && {origin: service.origin}),
      },
    );
  }
}

/** What cannot serve without what it was given, which it gives back when it is gone. */
function dependent(resource: Resource, needs: NeededLeases): Resource {
  const hasNeeds = (): boolean => needs.isAlive?.() !== false;
  return {
    ...resource,
    isAlive: () => resource.isAlive?.() !== false && hasNeeds(),
    async handOut() {
      if (!hasNeeds()) throw new Error(`${resource.id}: what it depends on has ended`);
      return resource.handOut();
    },
    async destroy() {
      await resource.destroy();
      await needs.release();
    },
  };
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
