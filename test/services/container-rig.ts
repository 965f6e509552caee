import {randomUUID} from 'node:crypto';
import {existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, expect} from 'vitest';
import type {Service} from '../../src/project/service.ts';
import type {Lease} from '../../src/services/client/lease.ts';
import {type AcquireOptions, ServicesClient} from '../../src/services/client/services-client.ts';
import {type ServiceOptions, serviceOf} from '../../src/services/service-options.ts';
import {canStartDocker, DockerEngine, IMAGE, needsDocker} from './docker-engine.ts';

/** A broker of its own with an engine of its own, and a client of it. */
export class ContainerRig {
  readonly engine: DockerEngine;
  /** The project's folder. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly client: ServicesClient;
  /** What only containers of this one know: engines give ports out again at once. */
  readonly token = randomUUID();

  private constructor(engine: DockerEngine, env: Readonly<Record<string, string>>) {
    this.engine = engine;
    this.folder = mkdtempSync(join(engine.folder, 'p-'));
    this.env = {
      PATH: process.env.PATH,
      HOME: this.folder,
      DOCKER_HOST: engine.host,
      PACELINE_SERVICES_DIR: mkdtempSync(join(engine.folder, 'h-')),
      ...env,
    };
    this.client = new ServicesClient(this.env);
  }

  static on(engine: DockerEngine, env: Readonly<Record<string, string>> = {}): ContainerRig {
    return new ContainerRig(engine, env);
  }

  /** A container that answers on port 80 with the files of /data, one kept ready. */
  service(options: Partial<ServiceOptions> = {}): Service {
    return serviceOf({
      plugin: 'generic_container',
      name: 'web',
      directory: this.folder,
      image: IMAGE,
      args: ['sh', '-c', `echo ${this.token} > /data/token; exec httpd -f -p 80 -h /data`],
      ports: [80],
      pool: {min: 1, max: 4},
      ...options,
    });
  }

  acquire(service: Service, options: Partial<AcquireOptions> = {}): Promise<Lease> {
    return this.client.acquire(service, {label: 'a test', ...options});
  }

  /** Whether one of its containers answers there. */
  async answersAt(url: string): Promise<boolean> {
    try {
      return (await (await fetch(`${url}/token`)).text()).trim() === this.token;
    } catch {
      return false;
    }
  }

  /** What the broker has written. */
  get log(): string {
    const path = join(this.env.PACELINE_SERVICES_DIR ?? '', 'broker.log');
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  async brokerPid(): Promise<number> {
    const status = await this.client.status();
    if (status === undefined) throw new Error('there is no broker');
    return status.pid;
  }

  /** Ends the broker. @returns ids of containers that are left */
  async end(): Promise<readonly string[]> {
    const pid = (await this.client.status())?.pid;
    await this.client.shutdown();
    this.client.close();
    await until(() => pid === undefined || !existsSync(`/proc/${pid}`));
    rmSync(this.folder, {recursive: true, force: true});
    return this.engine.containers();
  }
}

/** What the tests of a file have: an engine, and each a rig of its own on it. */
class RigPerTest {
  #engine: DockerEngine | undefined;
  #rig: ContainerRig | undefined;

  get engine(): DockerEngine {
    if (this.#engine === undefined) throw new Error('there is no engine before the tests');
    return this.#engine;
  }

  get rig(): ContainerRig {
    if (this.#rig === undefined) throw new Error('there is no rig before a test');
    return this.#rig;
  }

  async startEngine(): Promise<DockerEngine> {
    this.#engine = await DockerEngine.start();
    return this.#engine;
  }

  startRig(): void {
    this.#rig = ContainerRig.on(this.engine);
  }

  /** Nothing may be left of a test. */
  async endRig(): Promise<void> {
    if (this.#rig === undefined) return;
    const left = await this.#rig.end();
    const volumes = await this.engine.volumes();
    await this.engine.clear();
    expect({left, volumes}).toEqual({left: [], volumes: []});
  }

  async stopEngine(): Promise<void> {
    await this.#engine?.stop();
  }
}

/**
 * Gives each test of a file a rig, and expects that nothing is left of it; where no engine can be started, they are skipped by name.
 * @param prepare images that the engine has beside IMAGE
 */
export function rigPerTest(prepare: (engine: DockerEngine) => Promise<void> = async () => {}): RigPerTest {
  const its = new RigPerTest();
  beforeAll(async () => {
    if (canStartDocker()) await prepare(await its.startEngine());
  });
  afterAll(() => its.stopEngine());
  beforeEach((context) => {
    needsDocker(context);
    its.startRig();
  });
  afterEach(() => its.endRig());
  return its;
}

/** Waits for something that is certain to come. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 10));
}
