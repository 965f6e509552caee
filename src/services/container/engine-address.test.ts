import {createHash} from 'node:crypto';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {engineCandidates} from './engine-address.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'engine-address-'));
});
afterEach(() => rmSync(home, {recursive: true, force: true}));

const addresses = (env: Readonly<Record<string, string>>) =>
  engineCandidates({HOME: home, ...env}).map(({address, saidBy}) =>
    saidBy === undefined ? address : [address, saidBy],
  );

describe('without settings', () => {
  it("are Docker's places, the user's own, and podman's", () => {
    expect(addresses({XDG_RUNTIME_DIR: '/run/user/7'})).toEqual([
      'unix:///var/run/docker.sock',
      'unix:///run/user/7/docker.sock',
      `unix://${home}/.docker/run/docker.sock`,
      'unix:///run/user/7/podman/podman.sock',
      'unix:///run/podman/podman.sock',
    ]);
  });
});

describe('DOCKER_HOST', () => {
  it.each([
    ['unix:///x/y.sock', 'unix:///x/y.sock'],
    ['tcp://build:2375', 'tcp://build:2375'],
    ['http://build:2375', 'tcp://build:2375'],
    ['build:2375', 'tcp://build:2375'],
  ])('is the only one: %s', (host, address) => {
    expect(addresses({DOCKER_HOST: host, DOCKER_CONTEXT: 'other'})).toEqual([[address, 'DOCKER_HOST']]);
  });

  it('is spoken to with certificates where these are asked for', () => {
    expect(addresses({DOCKER_HOST: 'tcp://b:2376', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/my certs'})).toEqual([
      ['tcp://b:2376?certs=%2Fmy%20certs', 'DOCKER_HOST'],
    ]);
    expect(addresses({DOCKER_HOST: 'tcp://b:2376', DOCKER_TLS_VERIFY: '1'})).toEqual([
      [`tcp://b:2376?certs=${encodeURIComponent(join(home, '.docker'))}`, 'DOCKER_HOST'],
    ]);
  });

  it.each([
    ['ssh://me@build', /behind ssh/],
    ['npipe:////./pipe/docker_engine', /cannot be reached/],
    ['tcp://[', /cannot be reached/],
  ])('is refused where services cannot be used: %s', (host, message) => {
    expect(() => addresses({DOCKER_HOST: host})).toThrow(message);
  });
});

describe('a context', () => {
  beforeEach(() => {
    makeContext('far', 'tcp://far:2376');
    mkdirSync(join(home, '.docker/contexts/tls', idOf('far'), 'docker'), {recursive: true});
    makeContext('near', 'unix:///near.sock');
  });

  it('is the current one, or that of DOCKER_CONTEXT', () => {
    writeFileSync(join(home, '.docker/config.json'), '{"currentContext": "far"}');
    const certs = encodeURIComponent(join(home, '.docker/contexts/tls', idOf('far'), 'docker'));
    expect(addresses({})).toEqual([[`tcp://far:2376?certs=${certs}`, 'the docker context far']]);
    expect(addresses({DOCKER_CONTEXT: 'near'})).toEqual([['unix:///near.sock', 'the docker context near']]);
    expect(addresses({DOCKER_CONTEXT: 'default'})).toHaveLength(3);
  });

  it('is looked for in DOCKER_CONFIG', () => {
    expect(addresses({HOME: '/', DOCKER_CONFIG: join(home, '.docker'), DOCKER_CONTEXT: 'near'})).toHaveLength(1);
  });

  it('must be there', () => {
    expect(() => addresses({DOCKER_CONTEXT: 'nowhere'})).toThrow('There is no docker context nowhere');
  });
});

function makeContext(name: string, host: string): void {
  const folder = join(home, '.docker/contexts/meta', idOf(name));
  mkdirSync(folder, {recursive: true});
  writeFileSync(join(folder, 'meta.json'), JSON.stringify({Name: name, Endpoints: {docker: {Host: host}}}));
}

function idOf(name: string): string {
  return createHash('sha256').update(name).digest('hex');
}
