import {connect, createServer, type Server, type Socket} from 'node:net';
import type {Engine} from './engine.ts';

/** What containers call the machine that they run on. docs.docker.com/reference/cli/docker/container/run, --add-host */
export const HOST_NAME = 'host.docker.internal';

/** Variables of services of this machine, as a container can use them. */
export interface ReachableNeeds {
  readonly env: Readonly<Record<string, string>>;
  close(): void;
}

interface Relay {
  readonly server: Server;
  readonly sockets: Set<Socket>;
  users: number;
}

/**
 * Services listen on 127.0.0.1, which is another one in every container. The same port of the address that containers have for this
 * machine leads there, as long as a container needs it.
 */
export class HostRelays {
  readonly #engine: Engine;
  readonly #report: (message: string) => void;
  readonly #relays = new Map<number, Relay>();
  #gateway: Promise<string | undefined> | undefined;

  constructor(engine: Engine, report: (message: string) => void) {
    this.#engine = engine;
    this.#report = report;
  }

  async reach(env: Readonly<Record<string, string>>): Promise<ReachableNeeds> {
    this.#gateway ??= gatewayOf(this.#engine);
    const gateway = await this.#gateway;
    const ports = loopbackPorts(env);
    // an engine in a virtual machine has ways of its own from that name to here
    if (gateway !== undefined) for (const port of ports) await this.#open(gateway, port);
    const own = Object.entries(env).map(([name, value]) => [name, renamed(value)] as const);
    return {env: Object.fromEntries(own), close: () => ports.forEach((port) => void this.#leave(port))};
  }

  async #open(gateway: string, port: number): Promise<void> {
    const known = this.#relays.get(port);
    if (known !== undefined) {
      known.users++;
      return;
    }
    const sockets = new Set<Socket>();
    const server = createServer((from) => {
      const to = connect({host: '127.0.0.1', port});
      for (const [one, other] of [
        [from, to],
        [to, from],
      ] as const) {
        sockets.add(one);
        one.pipe(other);
        one.once('error', () => other.destroy());
        one.once('close', () => {
          sockets.delete(one);
          other.destroy();
        });
      }
    });
    this.#relays.set(port, {server, sockets, users: 1});
    await new Promise<void>((resolve) => {
      server.once('error', (error) => {
        this.#report(`containers cannot reach port ${port} of this machine: ${error.message}`);
        resolve();
      });
      server.listen({host: gateway, port}, resolve);
    });
  }

  #leave(port: number): void {
    const relay = this.#relays.get(port);
    if (relay === undefined || --relay.users > 0) return;
    this.#relays.delete(port);
    relay.server.close();
    for (const socket of relay.sockets) socket.destroy();
  }
}

/** Address of this machine in the network that containers start in; undefined: the engine is elsewhere. */
async function gatewayOf(engine: Engine): Promise<string | undefined> {
  if (!engine.address.startsWith('unix:')) return undefined;
  for (const name of ['bridge', 'podman']) {
    try {
      const {IPAM} = await engine.ask((docker) => docker.getNetwork(name).inspect());
      const gateway = IPAM?.Config?.[0]?.Gateway;
      if (gateway !== undefined) return gateway;
    } catch {
      // it has no network of that name
    }
  }
  return undefined;
}

const LOOPBACK = /\b(?:127\.0\.0\.1|localhost)\b/g;

/** Ports that variables speak of: `...127.0.0.1:5432/db`, `PGPORT=5432`. */
function loopbackPorts(env: Readonly<Record<string, string>>): readonly number[] {
  const ports = Object.entries(env).flatMap(([name, value]) => [
    ...[...value.matchAll(/\b(?:127\.0\.0\.1|localhost):(\d+)/g)].map(([, port]) => Number(port)),
    ...(/PORT(_\d+)?$/.test(name) && /^\d+$/.test(value) ? [Number(value)] : []),
  ]);
  return [...new Set(ports)];
}

function renamed(value: string): string {
  return value.replaceAll(LOOPBACK, HOST_NAME);
}
