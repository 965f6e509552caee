import {join} from 'node:path';
import {afterAll, beforeAll, beforeEach, expect, test} from 'vitest';
import {KnownVersions} from '../../src/engine/known-versions.ts';
import {serviceVersions} from '../../src/engine/service-versions.ts';
import type {Task} from '../../src/plan/task.ts';
import {type ServiceOptions, serviceOf} from '../../src/services/service-options.ts';
import {temporaryFolder} from '../support/temporary-folder.ts';
import {canStartDocker, DockerEngine, IMAGE, needsDocker} from './docker-engine.ts';
import {installedPostgres} from './server-images.ts';

const NOWHERE = 'unix:///nowhere/docker.sock';

let engine: DockerEngine;

beforeAll(async () => {
  if (canStartDocker()) engine = await DockerEngine.start();
});
afterAll(() => engine?.stop());
beforeEach((context) => needsDocker(context));

/** What a cached task's key says of its service. */
async function keyOf(options: Omit<ServiceOptions, 'name'>, host = engine.host): Promise<string | undefined> {
  const service = serviceOf({...options, name: 'db'});
  const task = {phase: {caching: {enabled: true}, services: [service]}} as unknown as Task;
  const known = new KnownVersions(join(temporaryFolder(), 'versions'));
  return (await serviceVersions([task], {PATH: process.env.PATH, DOCKER_HOST: host}, known))['service:db'];
}

/** The name leads to another image from now on. */
async function tagAs(name: string): Promise<string> {
  await engine.makeImage(`${IMAGE}-other`, ['ENV ROUND=other']);
  await engine.client.getImage(`${IMAGE}-other`).tag({repo: name, tag: '99'});
  return (await engine.client.getImage(`${name}:99`).inspect()).Id;
}

test('a key names what will serve: a version of a program, or the digest of an image', async () => {
  const major = installedPostgres();
  const program = new RegExp(`^postgres \\(PostgreSQL\\) ${major}[^:]*, settings and init [0-9a-f]{16}$`);
  expect(await keyOf({plugin: 'postgres'})).toMatch(program);
  expect(await keyOf({plugin: 'postgres', image: `postgres:${major}`})).toMatch(program);
  expect(await keyOf({plugin: 'postgres', image: 'postgres:99', backend: 'process'})).toMatch(program);
  expect(await keyOf({plugin: 'redis'})).toMatch(/^Redis server v=/);

  for (const name of ['postgres', 'redis'] as const) {
    await engine.client.getImage(IMAGE).tag({repo: name, tag: '99'});
    const {Id} = await engine.client.getImage(IMAGE).inspect();
    const before = await keyOf({plugin: name, image: `${name}:99`});
    expect(before).toContain(`${name}:99 (${Id}), settings and init `);
    expect(await keyOf({plugin: 'generic_container', image: `${name}:99`})).toContain(Id);
    // names move
    const moved = await tagAs(name);
    expect(moved).not.toBe(Id);
    expect(await keyOf({plugin: name, image: `${name}:99`})).toContain(moved);
  }
});

test('where nothing tells what an image is, a key has its name', async () => {
  const own = {plugin: 'postgres', image: 'postgres:98'} as const;
  for (const key of [await keyOf(own), await keyOf(own, NOWHERE), await keyOf({...own, backend: 'docker'}, NOWHERE)])
    expect(key).toMatch(/^postgres:98, settings and init /);
});
