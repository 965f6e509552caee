import {describe, expect, test} from 'vitest';
import {chosenBackend, type Server} from './backend-choice.ts';
import {type ServiceOptions, serviceOf} from './service-options.ts';

interface Case {
  readonly options?: Partial<ServiceOptions>;
  /** Of the programs of this machine. */
  readonly version?: string | undefined;
  readonly hasEngine?: boolean;
}

function choice(plugin: Server, {options = {}, version = '15.18', hasEngine = true}: Case) {
  const service = {...serviceOf({plugin, name: 'db', ...options}), plugin};
  return chosenBackend(service, {version: version === '' ? undefined : version, hasEngine: async () => hasEngine});
}

describe('what is said', () => {
  test('wins over all that there is', async () => {
    expect(await choice('postgres', {options: {backend: 'docker'}, hasEngine: false})).toEqual({
      backend: 'docker',
      image: 'postgres:17',
    });
    expect(await choice('postgres', {options: {backend: 'process'}, version: ''})).toMatchObject({backend: 'process'});
    expect(await choice('redis', {options: {backend: 'docker', image: 'redis:6'}})).toEqual({
      backend: 'docker',
      image: 'redis:6',
    });
  });

  test('is remarked on where programs of another version serve', async () => {
    const remarkOf = async (image?: string) =>
      (await choice('postgres', {options: {backend: 'process', ...(image !== undefined && {image})}})).remark;
    expect(await remarkOf('postgres:16')).toBe('PostgreSQL 15.18 of this machine in place of postgres:16');
    expect(await remarkOf('postgis/postgis:15-3.4')).toContain('in place of postgis/postgis:15-3.4');
    expect(await remarkOf('postgres:15-alpine')).toBeUndefined();
    expect(await remarkOf()).toBeUndefined();
  });
});

describe('programs of this machine', () => {
  test.each([
    undefined,
    'postgres',
    'postgres:15',
    'postgres:15.2',
    'postgres:15.4-alpine3.18',
    'postgres:latest',
    'postgres:alpine',
    'library/postgres:15',
    'docker.io/library/postgres:15-bookworm',
    'localhost:5000/postgres:15',
    'postgres:15@sha256:0123',
  ])('serve in place of %s', async (image) => {
    expect(await choice('postgres', {options: {...(image !== undefined && {image})}})).toMatchObject({
      backend: 'process',
    });
  });

  test.each([
    'postgres:16',
    'postgres:1',
    'postgres:150',
    'postgres:16@sha256:0123',
    'postgres@sha256:0123',
    'localhost:5000/postgres:16',
    'postgis/postgis:15-3.4',
    'example.com/team/postgres:15',
    'pgvector/pgvector:pg15',
  ])('do not serve in place of %s', async (image) => {
    expect(await choice('postgres', {options: {image}})).toEqual({backend: 'docker', image});
  });

  test('that are not there are an image of the engine', async () => {
    expect(await choice('postgres', {version: ''})).toEqual({backend: 'docker', image: 'postgres:17'});
    expect(await choice('redis', {version: ''})).toEqual({backend: 'docker', image: 'redis:7'});
    expect(await choice('redis', {version: '7.0.15', options: {image: 'redis:7.2'}})).toMatchObject({
      backend: 'process',
    });
  });

  test('that are not where they are said to be are not something else', async () => {
    expect(await choice('postgres', {version: '', options: {binary: '/opt/pg'}})).toMatchObject({backend: 'process'});
  });

  test('do not ask for an engine', async () => {
    const service = {...serviceOf({plugin: 'postgres'}), plugin: 'postgres'} as const;
    const asked = chosenBackend(service, {
      version: '15.18',
      hasEngine: () => Promise.reject(new Error('it was asked')),
    });
    expect(await asked).toMatchObject({backend: 'process'});
  });
});

describe('where there is neither', () => {
  test.each<[string, Server, Case]>([
    ['another version', 'postgres', {options: {image: 'postgres:16'}}],
    ['nothing', 'postgres', {version: ''}],
    ['nothing of a version', 'postgres', {version: '', options: {image: 'postgres:16'}}],
    ['nothing that could be it', 'postgres', {options: {image: 'postgis/postgis:15-3.4'}}],
    ['no Redis', 'redis', {version: '', options: {image: 'redis:6'}}],
  ])('the error says what to do: %s', async (what, plugin, given) => {
    const origin = {file: 'make.toml', line: 3, column: 1} as never;
    const error = await choice(plugin, {
      ...given,
      options: {...given.options, origin} as never,
      hasEngine: false,
    }).catch((reason: unknown) => reason as {code: string; message: string; hint: string; origin: unknown});
    expect(error).toMatchObject({code: 'E_NO_PROGRAM', origin});
    const {message, hint} = error as {message: string; hint: string};
    expect(`${message}\n${hint}`).toBe(TOLD[what]);
  });
});

const TOLD: Readonly<Record<string, string>> = {
  'another version': `Service db: it needs postgres:16; this machine has PostgreSQL 15.18, and no container engine answers
\`apt-get install postgresql-16\`, start a container engine, drop the version from \`image\`, or say \`backend = "process"\` to use the programs that are there.`,
  nothing: `Service db: PostgreSQL is not installed, and no container engine answers
\`apt-get install postgresql\`, or start a container engine.`,
  'nothing of a version': `Service db: it needs postgres:16; PostgreSQL is not installed, and no container engine answers
\`apt-get install postgresql-16\`, or start a container engine.`,
  'nothing that could be it': `Service db: it needs postgis/postgis:15-3.4; this machine has PostgreSQL 15.18, and no container engine answers
Start a container engine, or say \`backend = "process"\` to use the programs that are there.`,
  'no Redis': `Service db: it needs redis:6; Redis is not installed, and no container engine answers
\`apt-get install redis-server\`, or start a container engine.`,
};
