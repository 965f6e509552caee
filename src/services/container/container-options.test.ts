import {describe, expect, it} from 'vitest';
import {serviceOf} from '../service-options.ts';
import {type ContainerParts, containerOptions} from './container-options.ts';

const parts: ContainerParts = {
  image: 'sha256:1',
  name: 'paceline-1',
  labels: {'paceline.broker': 'b'},
  needs: {},
  ports: [80],
  host: '127.0.0.1',
  hostName: undefined,
};
const service = serviceOf({plugin: 'generic_container', name: 'web', directory: '/p', image: 'web'});

describe('containerOptions', () => {
  it('asks for nothing that the service does not say', () => {
    expect(containerOptions(service, parts)).toMatchInlineSnapshot(`
      {
        "Env": [],
        "ExposedPorts": {
          "80/tcp": {},
        },
        "HostConfig": {
          "Binds": [],
          "Mounts": [],
          "PortBindings": {
            "80/tcp": [
              {
                "HostIp": "127.0.0.1",
                "HostPort": "",
              },
            ],
          },
          "Privileged": false,
        },
        "Image": "sha256:1",
        "Labels": {
          "paceline.broker": "b",
        },
        "StopSignal": "SIGKILL",
        "name": "paceline-1",
      }
    `);
  });

  it('gives privileges and volumes of the host to what is allowed them by name', () => {
    const trusted = {...service, privileged: true, volumes: ['/etc:/e:ro', 'cache:/c', '/anonymous']};
    const {HostConfig} = containerOptions({...trusted, allow: ['privileged', 'host-volumes']}, parts);
    expect(HostConfig).toMatchObject({Privileged: true, Binds: ['/etc:/e:ro', 'cache:/c']});
    expect(HostConfig?.Mounts?.map(({Source, Target}) => [Source, Target])).toEqual([['paceline-1-0', '/anonymous']]);
    expect(() => containerOptions({...trusted, allow: ['privileged']}, parts)).toThrow('mounts /etc');
    expect(() => containerOptions({...trusted, allow: ['host-volumes']}, parts)).toThrow('privileged');
  });

  it('lets its own settings win over those of what it depends on, and names this machine', () => {
    const own = {...service, env: {URL: 'mine'}};
    const {Env, HostConfig} = containerOptions(own, {...parts, needs: {URL: 'theirs', OTHER: 'x'}, hostName: 'host'});
    expect(Env).toEqual(['URL=mine', 'OTHER=x']);
    expect(HostConfig?.ExtraHosts).toEqual(['host:host-gateway']);
  });

  it('names the volumes that its image wants, where nothing else lies, and marks them as its own', () => {
    const own = {...service, volumes: ['/one', './x:/two', '/data']};
    const imageVolumes = ['/one', '/two', '/three', '/four'];
    const {HostConfig} = containerOptions(own, {...parts, imageVolumes, inMemory: ['/four']});
    expect(HostConfig?.Mounts?.map(({Target}) => Target)).toEqual(['/one', '/data', '/three']);
    expect(HostConfig?.Mounts?.map(({Source}) => Source)).toEqual(['paceline-1-0', 'paceline-1-1', 'paceline-1-2']);
    expect(HostConfig?.Mounts?.[0]?.VolumeOptions?.Labels).toEqual(parts.labels);
  });

  it('has folders in memory where no volume lies', () => {
    const inMemory = ['/data', '/other'];
    expect(containerOptions(service, {...parts, inMemory}).HostConfig?.Tmpfs).toEqual({'/data': '', '/other': ''});
    const own = {...service, volumes: ['/data/', './x:/other:ro']};
    expect(containerOptions(own, {...parts, inMemory}).HostConfig?.Tmpfs).toBeUndefined();
  });

  it('publishes on all addresses of another machine: its own loopback could not be reached', () => {
    const {HostConfig} = containerOptions(service, {...parts, host: 'builder'});
    expect(HostConfig?.PortBindings).toEqual({'80/tcp': [{HostIp: '', HostPort: ''}]});
  });
});
