import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {join} from 'node:path';
import {env} from 'node:process';
import {Client} from 'pg';
import {Engine} from '../../../src/services/container/engine.ts';
import {ExecSession} from '../../../src/services/container/exec-session.ts';
import {DockerEngine, IMAGE} from '../../../test/services/docker-engine.ts';
import {makePostgresImage} from '../../../test/services/server-images.ts';
import {benchFolder} from '../installed.ts';
import type {Place} from './place.ts';
import {firstQuery} from './postgres.ts';

import {timed} from './rounds.ts';

const POSTGRES = 'bench-postgres';
const LIMIT = {ms: 60_000, origin: 'the benchmark'};

interface PostgreSqlContainer {
  withDatabase(name: string): this;
  start(): Promise<StartedPostgreSql>;
}

interface StartedPostgreSql {
  getConnectionUri(): string;
  snapshot(): Promise<void>;
  restoreSnapshot(): Promise<void>;
  stop(): Promise<unknown>;
}

/** testcontainers, on an engine of the benchmark's own, with images of this machine's programs. */
export class Containers {
  readonly #engine: DockerEngine;
  readonly #make: new (
    image: string,
  ) => PostgreSqlContainer;
  readonly #schema: string;

  private constructor(engine: DockerEngine, make: new (image: string) => PostgreSqlContainer, schema: string) {
    this.#engine = engine;
    this.#make = make;
    this.#schema = schema;
  }

  static async open(place: Place): Promise<Containers> {
    const engine = await DockerEngine.start();
    env.DOCKER_HOST = engine.host;
    // its reaper is an image that would have to be fetched; without it, it has less to do
    env.TESTCONTAINERS_RYUK_DISABLED = 'true';
    await makePostgresImage(engine, POSTGRES);
    const require = createRequire(join(benchFolder, 'package.json'));
    const {PostgreSqlContainer: Peer} = require('@testcontainers/postgresql') as {
      PostgreSqlContainer: new (image: string) => PostgreSqlContainer;
    };
    return new Containers(engine, Peer, readFileSync(place.sql, 'utf8'));
  }

  /** A container a test: from its start to the answer of the first query; ms. Its end counts, too: the next test waits for it. */
  async aContainerEach(rounds: number): Promise<number[]> {
    return timed(rounds, async () => {
      const container = await new this.#make(POSTGRES).start();
      await this.#load(container);
      const client = await firstQuery(container.getConnectionUri());
      await client.end();
      await container.stop();
      return async () => {};
    });
  }

  /** One container for all, put back before each test. */
  async snapshots(rounds: number): Promise<number[]> {
    const container = await new this.#make(POSTGRES).withDatabase('shop').start();
    await this.#load(container);
    await container.snapshot();
    const times = await timed(rounds, async () => {
      await container.restoreSnapshot();
      const client = await firstQuery(container.getConnectionUri());
      await client.query("INSERT INTO t0 (name) VALUES ('two')");
      await client.end();
      return async () => {};
    });
    await container.stop();
    return times;
  }

  /** `true` in a container that is there: as `docker exec` does it, by an exec of the engine, in a shell that stays open. */
  async commands(rounds: number): Promise<Readonly<Record<'docker exec' | 'own exec' | 'shared session', number[]>>> {
    const container = await this.#engine.client.createContainer({Image: IMAGE, Cmd: ['sleep', '600']});
    await container.start();
    const engine = await Engine.connect(env, 'benchmark');
    const session = await ExecSession.open(engine, container.id, LIMIT);
    try {
      return {
        'docker exec': await timed(rounds, async () => {
          execFileSync('docker', ['exec', container.id, 'true'], {env});
          return async () => {};
        }),
        'own exec': await timed(rounds, async () => {
          const own = await ExecSession.open(engine, container.id, LIMIT);
          await own.run('true', LIMIT);
          return async () => own.close();
        }),
        'shared session': await timed(rounds, async () => {
          await session.run('true', LIMIT);
          return async () => {};
        }),
      };
    } finally {
      session.close();
      await container.remove({force: true});
    }
  }

  async close(): Promise<void> {
    await this.#engine.stop();
  }

  async #load(container: StartedPostgreSql): Promise<void> {
    const client = new Client({connectionString: container.getConnectionUri()});
    await client.connect();
    await client.query(this.#schema);
    await client.end();
  }
}
