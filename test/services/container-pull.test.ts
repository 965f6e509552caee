import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {mkdirSync, writeFileSync} from 'node:fs';
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {ContainerRig, rigPerTest} from './container-rig.ts';

const LOGIN = Buffer.from('me:secret').toString('base64');

const its = rigPerTest();
let registry: Registry;

beforeEach(async () => {
  registry = await Registry.start(
    execFileSync('tar', ['-C', join(its.engine.folder, 'root'), '-c', '.'], {maxBuffer: 64 * 1024 * 1024}),
  );
});
afterEach(() => registry?.close());

/** A registry with one image, whatever its name: github.com/opencontainers/distribution-spec */
class Registry {
  readonly #server: Server;
  readonly asked: string[] = [];
  /** Of its users: `Authorization: Basic ...`; undefined: anybody. */
  login: string | undefined;

  private constructor(layer: Buffer) {
    const packed = gzipSync(layer);
    const config = Buffer.from(
      JSON.stringify({
        architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
        os: 'linux',
        config: {Cmd: ['httpd', '-f', '-p', '80', '-h', '/data'], ExposedPorts: {'80/tcp': {}}},
        rootfs: {type: 'layers', diff_ids: [digest(layer)]},
      }),
    );
    const type = 'application/vnd.docker.distribution.manifest.v2+json';
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: type,
      config: described('application/vnd.docker.container.image.v1+json', config),
      layers: [described('application/vnd.docker.image.rootfs.diff.tar.gzip', packed)],
    });
    const blobs = new Map([config, packed].map((blob) => [digest(blob), blob]));
    this.#server = createServer(({url = '', headers}, response) => {
      this.asked.push(url);
      if (this.login !== undefined && headers.authorization !== `Basic ${this.login}`) {
        response.writeHead(401, {'WWW-Authenticate': 'Basic realm="registry"'}).end();
        return;
      }
      const blob = blobs.get(url.slice(url.lastIndexOf('/') + 1));
      if (blob !== undefined) response.end(blob);
      else if (url.includes('/missing/')) response.writeHead(404).end();
      else if (url.includes('/manifests/'))
        response
          .writeHead(200, {
            'Content-Type': type,
            'Content-Length': manifest.length,
            'Docker-Content-Digest': digest(Buffer.from(manifest)),
          })
          .end(manifest);
      else response.end('{}');
    });
  }

  static async start(layer: Buffer): Promise<Registry> {
    const registry = new Registry(layer);
    await new Promise<void>((resolve) => registry.#server.listen(0, '127.0.0.1', resolve));
    return registry;
  }

  /** As images are named; the engine takes it for one that may be spoken to without TLS. */
  get name(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

function described(mediaType: string, blob: Buffer) {
  return {mediaType, size: blob.length, digest: digest(blob)};
}

function digest(blob: Buffer): string {
  return `sha256:${createHash('sha256').update(blob).digest('hex')}`;
}

describe('an image that is not there', () => {
  it('is pulled once, and named by its digest', async () => {
    const service = its.rig.service({image: `${registry.name}/web`, args: [], ports: [], pool: {min: 0, max: 2}});
    const lease = await its.rig.acquire(service);
    expect((await fetch(lease.url)).status).toBe(404);
    expect((await its.rig.client.status())?.pools[0]?.servers[0]?.what).toMatch(
      /^127\.0\.0\.1:\d+\/web@sha256:[0-9a-f]{64}$/,
    );
    expect(registry.asked).toContain('/v2/web/manifests/latest');
    const {length} = registry.asked;
    await its.rig.acquire(service);
    expect(registry.asked).toHaveLength(length);
  });

  it('is told when the registry does not have it either', async () => {
    const service = its.rig.service({image: `${registry.name}/missing/web:7`});
    await expect(its.rig.acquire(service)).rejects.toMatchObject({
      code: 'E_SERVICE_START',
      message: expect.stringMatching(/missing\/web:7 could not be pulled: /),
      hint: expect.stringContaining('docker login'),
    });
  });

  it('is pulled as who has logged in', async () => {
    registry.login = LOGIN;
    const service = its.rig.service({image: `${registry.name}/private`});
    await expect(its.rig.acquire(service)).rejects.toMatchObject({code: 'E_SERVICE_START'});
    mkdirSync(join(its.rig.folder, '.docker'));
    writeFileSync(
      join(its.rig.folder, '.docker/config.json'),
      JSON.stringify({auths: {[registry.name]: {auth: LOGIN}}}),
    );
    expect((await fetch((await its.rig.acquire(service)).url)).status).toBe(404);
  });

  it('is pulled as who has logged in with a helper', async () => {
    registry.login = LOGIN;
    const helper = join(its.rig.folder, 'docker-credential-test');
    const answer = JSON.stringify({Username: 'me', Secret: 'secret'});
    writeFileSync(helper, `#!/bin/sh\n[ "$(cat)" = ${registry.name} ] && echo '${answer}'\n`, {mode: 0o755});
    mkdirSync(join(its.rig.folder, '.docker'));
    writeFileSync(
      join(its.rig.folder, '.docker/config.json'),
      JSON.stringify({credHelpers: {[registry.name]: 'test'}}),
    );
    const other = ContainerRig.on(its.engine, {PATH: `${its.rig.folder}:${process.env.PATH}`, HOME: its.rig.folder});
    const lease = await other.acquire(other.service({image: `${registry.name}/helped`}));
    expect((await fetch(lease.url)).status).toBe(404);
    expect(await other.end()).toEqual([]);
  });
});
