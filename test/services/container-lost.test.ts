import {existsSync} from 'node:fs';
import {type AddressInfo, connect, createServer} from 'node:net';
import {kill} from 'node:process';
import {describe, expect, it} from 'vitest';
import {ServicesClient} from '../../src/services/client/services-client.ts';
import {ContainerRig, rigPerTest, until} from './container-rig.ts';
import {IMAGE} from './docker-engine.ts';

const its = rigPerTest();

/** As nothing else can end it: it clears nothing up. */
async function killBroker(): Promise<void> {
  const pid = await its.rig.brokerPid();
  kill(pid, 'SIGKILL');
  await until(() => !existsSync(`/proc/${pid}`));
}

/** Of nobody: it must never be touched. */
async function startForeign(labels: Readonly<Record<string, string>> = {}): Promise<string> {
  const one = await its.engine.client.createContainer({Image: IMAGE, Cmd: ['sleep', '1000'], Labels: {...labels}});
  await one.start();
  return one.id;
}

describe('a broker that was killed', () => {
  it('leaves containers to the next one, which removes them, and no other', async () => {
    const foreign = await startForeign();
    const service = its.rig.service({pool: {min: 2, max: 2}, volumes: ['/kept']});
    await its.rig.client.warm(service, 2);
    await its.rig.acquire(service);
    const left = await its.engine.containers();
    await killBroker();
    expect(await its.engine.containers()).toEqual(left);
    // it need not be asked for containers for that
    await its.rig.acquire(
      its.rig.service({plugin: 'process', binary: 'busybox', args: ['httpd', '-f', '-p', '{port}']}),
    );
    expect(await its.engine.containers()).toEqual([foreign]);
    expect(await its.engine.volumes()).toEqual([]);
    await its.engine.client.getContainer(foreign).remove({force: true});
  });

  it('leaves nothing even when it was killed while it made them', async () => {
    for (const ms of [0, 10, 30, 60, 100]) {
      const service = its.rig.service({pool: {min: 2, max: 4}, env: {ROUND: String(ms)}});
      const client = new ServicesClient(its.rig.env);
      const lease = client.acquire(service, {label: 'a test'}).catch(() => {});
      await until(async () => (await its.rig.client.status()) !== undefined);
      await new Promise((resolve) => setTimeout(resolve, ms));
      client.close();
      await killBroker();
      await lease;
    }
    // the next one is asked for something of the same engine
    await its.rig.acquire(its.rig.service({name: 'last', pool: {min: 0, max: 1}}));
    await until(async () => (await its.engine.containers()).length === 1);
  });

  it('is proven by labels where its ledger knows nothing: of the same folder, or of an earlier start of this machine', async () => {
    await its.rig.acquire(its.rig.service({pool: {min: 0, max: 1}}));
    const [id] = await its.engine.containers();
    const {Config} = await its.engine.client.getContainer(id!).inspect();
    await killBroker();
    const gone = [
      await startForeign(Config.Labels),
      await startForeign({...Config.Labels, 'paceline.boot': 'earlier'}),
    ];
    const kept = [
      await startForeign({...Config.Labels, 'paceline.home': 'another'}),
      await startForeign({...Config.Labels, 'paceline.machine': 'another', 'paceline.boot': 'earlier'}),
      await startForeign({'paceline.broker': 'another'}),
    ];
    await its.rig.acquire(its.rig.service({pool: {min: 0, max: 1}}));
    const now = await its.engine.containers();
    expect(gone.filter((one) => now.includes(one))).toEqual([]);
    expect(kept.filter((one) => now.includes(one))).toEqual(kept);
    for (const one of kept) await its.engine.client.getContainer(one).remove({force: true});
  });
});

describe('an engine', () => {
  it('may be reached over TCP', async () => {
    const socketPath = its.engine.host.replace('unix://', '');
    const server = createServer((from) => {
      const to = connect(socketPath);
      from.pipe(to).pipe(from);
      for (const one of [from, to]) one.on('error', () => {});
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const {port} = server.address() as AddressInfo;
    const other = ContainerRig.on(its.engine, {DOCKER_HOST: `tcp://127.0.0.1:${port}`});
    const lease = await other.acquire(other.service({reuse: 'verified', reset: 'true', pool: {min: 0, max: 1}}));
    expect((await fetch(lease.url)).status).toBe(404);
    await lease.release();
    expect(
      (await other.acquire(other.service({reuse: 'verified', reset: 'true', pool: {min: 0, max: 1}}))).resource,
    ).toBe(lease.resource);
    expect(await other.end()).toEqual([]);
    server.close();
  });

  it('that is not there is named, with what starts it', async () => {
    const other = ContainerRig.on(its.engine, {DOCKER_HOST: 'unix:///nowhere/docker.sock'});
    await expect(other.acquire(other.service())).rejects.toMatchObject({
      code: 'E_NO_ENGINE',
      message: expect.stringMatching(/^Service web: .*unix:\/\/\/nowhere\/docker\.sock/),
      hint: expect.stringMatching(/docker.*DOCKER_HOST/),
    });
    await other.end();
  });

  it('that is stopped fails leases, and serves them again when it is back', async () => {
    const service = its.rig.service({pool: {min: 1, max: 2}, volumes: ['/kept']});
    const held = await its.rig.acquire(service);
    const pid = await its.rig.brokerPid();
    await its.engine.stopDaemon();
    await expect(its.rig.acquire(service)).rejects.toMatchObject({
      code: 'E_NO_ENGINE',
      hint: expect.stringContaining('Start it'),
    });
    await expect(its.rig.acquire(service)).rejects.toMatchObject({code: 'E_NO_ENGINE'});
    await held.release();
    await its.engine.startDaemon();
    const lease = await its.rig.acquire(service);
    expect((await fetch(lease.url)).status).toBe(404);
    expect(await its.rig.brokerPid()).toBe(pid);
    // what was there before is gone: this one, and one that is kept ready
    await lease.release();
    await its.rig.client.stop();
    await until(async () => (await its.engine.containers()).length === 0);
    await until(async () => (await its.engine.volumes()).length === 0);
  });

  it('that was stopped is cleared up by the next broker', async () => {
    await its.rig.acquire(its.rig.service({pool: {min: 1, max: 2}}));
    await its.engine.stopDaemon();
    await its.rig.client.shutdown();
    await its.engine.startDaemon();
    const left = await its.engine.containers();
    expect(left.length).toBeGreaterThan(0);
    await its.rig.acquire(its.rig.service({pool: {min: 0, max: 1}}));
    const now = await its.engine.containers();
    expect(now.filter((id) => left.includes(id))).toEqual([]);
  });
});
