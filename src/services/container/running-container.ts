import type Docker from 'dockerode';
import type {ContainerCreateOptions} from 'dockerode';
import type {Ledger} from '../ledger.ts';
import {type Engine, engineMessage, isUnknown} from './engine.ts';

/** What the engine says when somebody else was faster to take a port. */
const TAKEN = /port is already allocated|address already in use/;
/** The engine tries one port after the other, and another engine of the machine may have many in a row. */
const MOST_TRIES = 50;
/** Of a frame of a log: number of the stream, three bytes of nothing, length. */
const HEADER = 8;
/** Lines of a log that are looked at. */
const LOG_LINES = 10_000;

/** Files that a container begins with. */
export interface ContainerFiles {
  /** As tar(1) makes it. */
  readonly archive: Buffer;
  /** Folder in the container that it is unpacked in. */
  readonly path: string;
}

/** A container of ours that was started. */
export class RunningContainer {
  readonly id: string;
  readonly startedAt = Date.now();
  /** How it ended; undefined: it runs. */
  end: string | undefined;
  readonly #ledger: Ledger;
  readonly #entry: number;
  #engine: Engine;
  #ports: ReadonlyMap<number, number> = new Map();
  #volumes: readonly string[] = [];
  /** Names of those that were made for it. */
  readonly #ownVolumes: readonly string[];
  #networks: readonly string[] = [];

  private constructor(engine: Engine, ledger: Ledger, entry: number, id: string, ownVolumes: readonly string[]) {
    this.#ownVolumes = ownVolumes;
    this.#engine = engine;
    this.#ledger = ledger;
    this.#entry = entry;
    this.id = id;
    engine.onDeath(id, (exitCode) => {
      this.end = `exit code ${exitCode}`;
    });
  }

  /**
   * @param abandon takes it when the engine goes away while it starts
   * @throws the engine's own error, when it cannot be created or started: nothing is left of it then
   */
  static async start(
    engine: Engine,
    ledger: Ledger,
    options: ContainerCreateOptions & {readonly name: string},
    abandon: (container: RunningContainer) => Promise<void>,
    files: readonly ContainerFiles[] = [],
  ): Promise<RunningContainer> {
    // its name is known before it is there: what was created and not started, or not noted, is found again
    const entry = ledger.note({kind: 'container', id: options.name, engine: engine.address});
    let container: RunningContainer | undefined;
    const volumes = (options.HostConfig?.Mounts ?? []).map(({Source}) => Source);
    try {
      const {id} = await engine.ask((docker) => docker.createContainer(options));
      ledger.change(entry, {kind: 'container', id, engine: engine.address});
      container = new RunningContainer(engine, ledger, entry, id, volumes);
      for (const {archive, path} of files) await container.ask((one) => one.putArchive(archive, {path}));
      await container.#start();
      await container.look();
      return container;
    } catch (error) {
      if (container !== undefined) await container.remove().catch(() => abandon(container as RunningContainer));
      // else it stays in the ledger
      else if (await removed(volumes, engine)) ledger.strike(entry);
      throw error;
    }
  }

  /** Of a port of the service, the one that reaches it from here; 0: none. */
  hostPort(port: number): number {
    return this.#ports.get(port) ?? 0;
  }

  /** Paths of its anonymous and named volumes. */
  get volumes(): readonly string[] {
    return this.#volumes;
  }

  /** All that it has printed, to both streams. */
  async log(): Promise<string> {
    const output = await this.ask((one) => one.logs({stdout: true, stderr: true, follow: false, tail: LOG_LINES}));
    return plainText(output);
  }

  /** A file of it, as an archive. */
  async file(path: string): Promise<Buffer> {
    const chunks: Buffer[] = [];
    const stream = await this.ask((one) => one.getArchive({path}));
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }

  /** Whoever is connected to it is so no longer, and cannot connect again: it listens to nobody until it is connected anew. */
  async disconnect(): Promise<void> {
    const networks = this.#networks;
    await this.#engine.ask(async (docker) => {
      for (const name of networks) await docker.getNetwork(name).disconnect({Container: this.id, Force: true});
    });
    this.#ports = new Map();
  }

  /** At ports that nobody has been told of. */
  async connect(): Promise<void> {
    const networks = this.#networks;
    await this.#engine.ask(async (docker) => {
      for (const name of networks) await docker.getNetwork(name).connect({Container: this.id});
    });
    await this.look();
  }

  /** Asks the engine how it is. */
  async look(): Promise<void> {
    const {NetworkSettings, State, Mounts} = await this.ask((one) => one.inspect());
    // the event may have come before anybody listened
    if (!State.Running) this.end ??= `exit code ${State.ExitCode}`;
    this.#volumes = Mounts.flatMap(({Type, Destination}) => (Type === 'bind' ? [] : [Destination]));
    this.#networks = Object.keys(NetworkSettings.Networks);
    this.#ports = new Map(
      Object.entries(NetworkSettings.Ports ?? {}).flatMap(([name, bindings]) => {
        const published = Number(bindings?.[0]?.HostPort ?? 0);
        return published === 0 ? [] : [[Number.parseInt(name, 10), published] as const];
      }),
    );
  }

  /** Ends it at once, with all its connections. */
  async kill(): Promise<void> {
    try {
      await this.ask((one) => one.kill());
    } catch (error) {
      // it ended by itself, or is gone
      if (!isUnknown(error) && (error as {readonly statusCode?: number}).statusCode !== 409) throw error;
    }
  }

  /** The engine came back, behind the same address. */
  moveTo(engine: Engine): void {
    this.#engine = engine;
  }

  get engine(): Engine {
    return this.#engine;
  }

  /** With its volumes. */
  async remove(): Promise<void> {
    this.#engine.forget(this.id);
    await ignoringUnknown(this.ask((one) => one.remove({force: true, v: true})));
    for (const name of this.#ownVolumes)
      await ignoringUnknown(this.#engine.ask((docker) => docker.getVolume(name).remove()));
    this.#ledger.strike(this.#entry);
  }

  /** Asks the engine about it. */
  ask<Answer>(question: (container: Docker.Container) => Promise<Answer>): Promise<Answer> {
    return this.#engine.ask((docker) => question(docker.getContainer(this.id)));
  }

  async #start(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.ask((one) => one.start());
        return;
      } catch (error) {
        if (attempt === MOST_TRIES || !TAKEN.test(engineMessage(error))) throw error;
      }
    }
  }
}

/** @returns false when the engine cannot do that now */
async function removed(volumes: readonly string[], engine: Engine): Promise<boolean> {
  try {
    for (const name of volumes) await ignoringUnknown(engine.ask((docker) => docker.getVolume(name).remove()));
    return !engine.isLost;
  } catch {
    return false;
  }
}

async function ignoringUnknown(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!isUnknown(error)) throw error;
  }
}

/** Both streams as they came. */
function plainText(output: Buffer): string {
  const parts: Buffer[] = [];
  for (let at = 0; at + HEADER <= output.length; ) {
    const end = at + HEADER + output.readUInt32BE(at + 4);
    parts.push(output.subarray(at + HEADER, end));
    at = end;
  }
  return Buffer.concat(parts).toString('utf8');
}
