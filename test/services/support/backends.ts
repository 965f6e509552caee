import {expect, type TestContext} from 'vitest';
import {canStartDocker, DockerEngine, needsDocker} from '../docker-engine.ts';
import {makePostgresImage, makeRedisImage} from '../server-images.ts';
import {type FreshServices, freshServices} from './fresh-services.ts';

export const BACKENDS = ['process', 'docker'] as const;

const IMAGES = {
  postgres: {name: 'paceline-test-postgres', make: makePostgresImage},
  redis: {name: 'paceline-test-redis', make: makeRedisImage},
};

/** Services of a test file that are run by programs of this machine, or by containers of an engine of its own. */
export class BackendServices {
  readonly backend: (typeof BACKENDS)[number];
  /** Of the services. */
  readonly image: string;
  readonly services: FreshServices;
  readonly #engine: DockerEngine | undefined;

  private constructor(backend: (typeof BACKENDS)[number], image: string, engine: DockerEngine | undefined) {
    this.backend = backend;
    this.image = image;
    this.#engine = engine;
    this.services = freshServices(engine === undefined ? {} : {DOCKER_HOST: engine.host});
  }

  static async start(backend: (typeof BACKENDS)[number], plugin: 'postgres' | 'redis'): Promise<BackendServices> {
    const {name, make} = IMAGES[plugin];
    const engine = backend === 'docker' && canStartDocker() ? await DockerEngine.start() : undefined;
    if (engine !== undefined) await make(engine, name);
    return new BackendServices(backend, name, engine);
  }

  /** Skips a test by name where this machine cannot run it. */
  needed(context: TestContext): void {
    if (this.backend === 'docker') needsDocker(context);
  }

  /** Ends the broker, and expects that nothing of it is left. */
  async end(): Promise<void> {
    try {
      await this.services.end();
      expect(await this.#engine?.containers()).toEqual(this.#engine && []);
      expect(await this.#engine?.volumes()).toEqual(this.#engine && []);
    } finally {
      await this.#engine?.stop();
    }
  }
}
