import {mkdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {Lease} from '../../src/services/client/lease.ts';
import {rigPerTest, until} from './container-rig.ts';
import {IMAGE} from './docker-engine.ts';

const its = rigPerTest();

/** What a container says of itself. */
async function inspect({resource}: Lease) {
  const {pools} = (await its.rig.client.status())!;
  expect(pools.flatMap(({servers}) => servers.map(({id}) => id))).toContain(resource);
  // the engine lists one that it is still making, and knows nothing of it when it is asked
  const all = await its.engine.client.listContainers();
  return Promise.all(all.map(({Id}) => its.engine.client.getContainer(Id).inspect()));
}

describe('a lease', () => {
  it('is a container that answers at a port of this machine, and only there', async () => {
    const lease = await its.rig.acquire(its.rig.service({pool: {min: 0, max: 1}}));
    expect((await fetch(lease.url)).status).toBe(404);
    const {port} = new URL(lease.url);
    expect(lease.env).toEqual({WEB_URL: lease.url, WEB_HOST: '127.0.0.1', WEB_PORT: port});
    const [one] = await inspect(lease);
    expect(Object.values(one!.NetworkSettings.Ports).flat()).toContainEqual({HostIp: '127.0.0.1', HostPort: port});
  });

  it('names each port where there are several', async () => {
    const args = ['sh', '-c', 'echo one > /tmp/f; httpd -p 81 -h /tmp; exec httpd -f -p 80 -h /data'];
    const {env} = await its.rig.acquire(its.rig.service({name: 'my-api', args, ports: [80, 81]}));
    expect(Object.keys(env).sort()).toEqual([
      'MY_API_HOST',
      'MY_API_PORT',
      'MY_API_PORT_80',
      'MY_API_PORT_81',
      'MY_API_URL',
    ]);
    expect(env.MY_API_PORT).toBe(env.MY_API_PORT_80);
    expect(await (await fetch(`http://127.0.0.1:${env.MY_API_PORT_81}/f`)).text()).toBe('one\n');
  });

  it('uses the ports that the image names when the service names none', async () => {
    await its.engine.makeImage('exposing', ['EXPOSE 80', 'CMD ["httpd", "-f", "-p", "80", "-h", "/data"]']);
    const lease = await its.rig.acquire(its.rig.service({image: 'exposing', args: [], ports: []}));
    expect((await fetch(lease.url)).status).toBe(404);
  });

  it('runs what its image is called now', async () => {
    const image = async (text: string): Promise<void> =>
      its.engine.makeImage('moving', [`CMD ["sh", "-c", "echo ${text} > /data/what; exec httpd -f -p 80 -h /data"]`]);
    const acquire = () => its.rig.acquire(its.rig.service({image: 'moving', args: []}));
    const saidBy = async ({url}: Lease): Promise<string> => (await (await fetch(`${url}/what`)).text()).trim();
    await image('one');
    const before = await acquire();
    expect(await saidBy(before)).toBe('one');
    await image('two');
    await until(async () => {
      await using lease = await acquire();
      return (await saidBy(lease)) === 'two';
    });
    expect(await saidBy(await acquire())).toBe('two');
    // who has one keeps it
    expect(await saidBy(before)).toBe('one');
  });

  it('is refused and gone after its release, with its anonymous volume', async () => {
    const lease = await its.rig.acquire(its.rig.service({volumes: ['/kept'], pool: {min: 0, max: 1}}));
    const [container] = await its.engine.containers();
    const [volume] = await its.engine.volumes();
    expect(await its.rig.answersAt(lease.url)).toBe(true);
    await lease.release();
    expect(await its.rig.answersAt(lease.url)).toBe(false);
    await until(async () => !(await its.engine.containers()).includes(container!));
    await until(async () => !(await its.engine.volumes()).includes(volume!));
  });

  it('comes from the pool when one is ready', async () => {
    const service = its.rig.service({pool: {min: 2, max: 4}});
    await its.rig.client.warm(service, 2);
    const [one, other] = [await its.rig.acquire(service), await its.rig.acquire(service)];
    expect(one.url).not.toBe(other.url);
    expect((await its.rig.client.status())?.pools[0]?.gauges).toMatchObject({handedOut: 2, immediate: 2});
  });

  it('is not one that ended while it was waiting', async () => {
    const service = its.rig.service({pool: {min: 1, max: 4}});
    await its.rig.client.warm(service, 1);
    for (const id of await its.engine.containers()) await its.engine.client.getContainer(id).kill();
    expect((await fetch((await its.rig.acquire(service)).url)).status).toBe(404);
  });
});

describe('a container', () => {
  it('gets the settings of its service', async () => {
    mkdirSync(join(its.rig.folder, 'pages'));
    writeFileSync(join(its.rig.folder, 'pages/name'), 'from the project');
    const lease = await its.rig.acquire(
      its.rig.service({
        env: {GREETING: 'good day'},
        volumes: ['./pages:/data:ro'],
        resources: {cpu: 0.5, memoryBytes: 64 * 1024 * 1024},
      }),
    );
    expect(await (await fetch(`${lease.url}/name`)).text()).toBe('from the project');
    const [{Config, HostConfig}] = (await inspect(lease)) as [Awaited<ReturnType<typeof inspect>>[number]];
    expect(Config.Env).toContain('GREETING=good day');
    expect(HostConfig).toMatchObject({Memory: 64 * 1024 * 1024, NanoCpus: 5e8, Privileged: false});
    expect(HostConfig.Binds).toEqual([`${join(its.rig.folder, 'pages')}:/data:ro`]);
  });

  it.each([
    ['privileges', {privileged: true}, /privileged/],
    ['a folder above the project', {volumes: ['..:/data']}, /lies outside/],
    ['a folder elsewhere', {volumes: ['/etc:/data:ro']}, /lies outside/],
    ['the way out over a symbolic link', {volumes: ['./link:/data']}, /lies outside/],
    ['a volume that outlives it', {volumes: ['cache:/data']}, /lies outside/],
  ])('is refused %s', async (_, settings, message) => {
    symlinkSync('/etc', join(its.rig.folder, 'link'));
    await expect(its.rig.acquire(its.rig.service(settings))).rejects.toMatchObject({code: 'E_SERVICE_UNSAFE', message});
    expect(await its.engine.containers()).toEqual([]);
  });

  it('reaches what it depends on by the variables of that', async () => {
    const inner = its.rig.service({
      name: 'inner',
      args: ['sh', '-c', 'echo inner > /data/f; exec httpd -f -p 80 -h /data'],
    });
    const args = ['sh', '-c', 'wget -q -O /data/got "$INNER_URL/f" && exec httpd -f -p 80 -h /data'];
    const lease = await its.rig.acquire({...its.rig.service({name: 'outer', args}), needs: [inner]});
    expect(await (await fetch(`${lease.url}/got`)).text()).toBe('inner\n');
  });

  it('is filled by the lines of its init, on this machine', async () => {
    const migrate = 'echo "$WEB_URL" > migrated && test "$GREETING" = hello';
    const lease = await its.rig.acquire(
      its.rig.service({env: {GREETING: 'hello'}, init: {migrate, seed: 'cp migrated seeded'}, pool: {min: 0, max: 1}}),
    );
    expect(readFileSync(join(its.rig.folder, 'seeded'), 'utf8')).toBe(`${lease.url}\n`);
  });

  it('is not handed out when its init fails', async () => {
    const service = its.rig.service({init: {migrate: 'echo no such table; exit 3'}, pool: {min: 0, max: 1}});
    await expect(its.rig.acquire(service)).rejects.toMatchObject({code: 'E_SERVICE_INIT', message: /no such table/});
    expect(await its.engine.containers()).toEqual([]);
  });
});

describe('what cannot be started', () => {
  it.each([
    ['a program that is not there', {args: ['no-such-program']}, /could not be started.*no-such-program/s],
    ['one that ends', {args: ['sh', '-c', 'echo my last words; exit 7']}, /exit code 7.*my last words/s],
    ['one that never listens', {args: ['sleep', '1000'], startTimeoutMs: 300}, /a connection to port 80 did not come/],
    ['one that listens to itself', {args: ['httpd', '-f', '-p', '127.0.0.1:80'], startTimeoutMs: 300}, /port 80/],
    ['a check of a port that is not published', {health: {kind: 'port', port: 99} as const}, /does not publish/],
    ['no image', {image: undefined}, /does not say what/],
  ])('is told: %s', async (_, settings, message) => {
    const service = its.rig.service(settings as Parameters<typeof its.rig.service>[0]);
    await expect(its.rig.acquire(service)).rejects.toMatchObject({code: 'E_SERVICE_START', message});
    await until(async () => (await its.engine.containers()).length === 0);
  });
});

describe('readiness', () => {
  const late = (line: string) => ['sh', '-c', `sleep 0.3; ${line}; exec httpd -f -p 80 -h /data`];
  it.each([
    ['port', {kind: 'port', port: 0}, 'true'],
    ['log', {kind: 'log', pattern: '^ready for \\w+$'}, 'echo ready for you >&2; echo x > /data/f'],
    ['http', {kind: 'http', port: 80, path: '/f', status: 200}, 'echo x > /data/f'],
    ['command', {kind: 'command', line: 'test -f /data/f && netstat -ltn | grep -q :80'}, 'echo x > /data/f'],
  ] as const)('is awaited by %s', async (kind, health, line) => {
    const lease = await its.rig.acquire(its.rig.service({health, args: late(line), pool: {min: 0, max: 1}}));
    if (kind === 'log') await until(async () => (await fetch(lease.url).catch(() => undefined)) !== undefined);
    expect((await fetch(`${lease.url}/f`)).status).toBe(kind === 'port' ? 404 : 200);
  });

  it('needs no shell in the image', async () => {
    await its.engine.makeImage('shell-less', ['ENTRYPOINT ["/bin/busybox", "httpd", "-f", "-p", "80"]'], ['bin/sh']);
    const lease = await its.rig.acquire(its.rig.service({image: 'shell-less', args: []}));
    expect((await fetch(lease.url)).status).toBe(404);
  });

  it('says that a command needs one', async () => {
    await its.engine.makeImage('shell-less', ['ENTRYPOINT ["/bin/busybox", "httpd", "-f", "-p", "80"]'], ['bin/sh']);
    const service = its.rig.service({image: 'shell-less', args: [], health: {kind: 'command', line: 'true'}});
    await expect(its.rig.acquire(service)).rejects.toMatchObject({code: 'E_SERVICE_START', hint: /no \/bin\/sh/});
  });
});

it('uses an image that is there, and never asks a registry', async () => {
  // a name whose registry does not exist
  await its.engine.client.getImage(IMAGE).tag({repo: 'registry.invalid/web', tag: '1'});
  const lease = await its.rig.acquire(its.rig.service({image: 'registry.invalid/web:1'}));
  expect((await fetch(lease.url)).status).toBe(404);
});
