import {connect} from 'node:net';
import {PacelineError} from '../../base/error.ts';
import type {HealthCheck, Service} from '../../project/service.ts';
import {type Target, untilReady} from '../readiness.ts';
import type {StartLimit, StartLimits} from '../start-limits.ts';
import type {ContainerShells} from './container-shells.ts';
import {engineMessage} from './engine.ts';
import {LISTENING_LINE, listenersIn} from './listening.ts';
import type {RunningContainer} from './running-container.ts';

/** The engine takes connections in the place of a container, and closes them when nobody listens in it: after this, ms. */
const REFUSED_MS = 100;

/** A container that should become ready. */
export interface Starting {
  readonly service: Service;
  readonly container: RunningContainer;
  readonly shells: ContainerShells;
  /** Ports that it listens on. */
  readonly ports: readonly number[];
  readonly limit: StartLimit;
  readonly limits: StartLimits;
}

/** @returns what went wrong, for people; undefined when it is ready */
export async function untilContainerReady(starting: Starting): Promise<string | undefined> {
  const {service, container, limit, ports} = starting;
  const check = checkOf(service, ports);
  // nothing to ask it: it is ready when it runs
  if (check === undefined) return container.end === undefined ? undefined : `it ended (${container.end})`;
  return untilReady(check, targetOf(starting), limit);
}

/** Port 0 is the first one. */
function checkOf({health, name, origin}: Service, ports: readonly number[]): HealthCheck | undefined {
  const [first] = ports;
  if (health === undefined) return first === undefined ? undefined : {kind: 'port', port: first};
  if (health.kind === 'log' || health.kind === 'command') return health;
  const port = health.port === 0 ? first : health.port;
  if (port !== undefined && ports.includes(port)) return {...health, port};
  throw new PacelineError(
    'E_SERVICE_START',
    `The health check of service ${name} asks a port that it does not publish`,
    {
      hint: port === undefined ? 'Say `ports = [...]`.' : `Add ${port} to its \`ports\`.`,
      ...(origin !== undefined && {origin}),
    },
  );
}

function targetOf({service, container, shells, limits}: Starting): Target {
  const host = container.engine.host;
  const limit = (line: string): StartLimit => limits.of('command', line);
  return {
    host,
    port: (port) => container.hostPort(port),
    listens: (port) => listens(port, {container, shells, limit: limit(LISTENING_LINE)}),
    says: async (pattern) => pattern.test(await container.log()),
    ended: () => container.end,
    runs: async (line) => {
      const session = await shells.of(limit(line)).catch((error: unknown) => {
        if (container.end !== undefined || error instanceof PacelineError) throw error;
        throw new PacelineError(
          'E_SERVICE_START',
          `The health check of service ${service.name} cannot run in its container: ${engineMessage(error)}`,
          {hint: 'The image has no /bin/sh: use a check by port, log or http.'},
        );
      });
      const outcome = await session.run(line, limit(line)).catch(() => undefined);
      return outcome?.exitCode === 0;
    },
  };
}

/** Whether somebody in the container listens on a port. */
async function listens(
  port: number,
  {
    container,
    shells,
    limit,
  }: {readonly container: RunningContainer; readonly shells: ContainerShells; readonly limit: StartLimit},
): Promise<boolean> {
  try {
    const session = await shells.of(limit, 'root');
    const {stdout} = await session.run(LISTENING_LINE, limit);
    return listenersIn(stdout).some((one) => one.port === port && one.protocol.startsWith('tcp') && !one.isLoopback);
  } catch {
    // an image without a shell
    return container.end === undefined && staysOpen(container.engine.host, container.hostPort(port));
  }
}

function staysOpen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({host, port});
    const settle = (answer: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => settle(socket.readyState === 'open'), REFUSED_MS);
    socket.once('data', () => settle(true));
    for (const event of ['error', 'end', 'close'] as const) socket.once(event, () => settle(false));
  });
}
