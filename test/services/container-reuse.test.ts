import {connect} from 'node:net';
import {describe, expect, it} from 'vitest';
import type {Service} from '../../src/project/service.ts';
import type {Lease} from '../../src/services/client/lease.ts';
import {rigPerTest} from './container-rig.ts';

const its = rigPerTest();

const CGI = `#!/bin/sh
printf "Content-Type: text/plain\\r\\n\\r\\n"
sh -c "$(cat)" 2>&1`;

/** One container that runs whatever its user sends to /cgi-bin/run, as servers that can be taken over do. */
function service(reuse: Service['reuse'], reset: string): Service {
  const setUp = [
    'mkdir -p /data/cgi-bin /srv/state && echo first > /srv/state/config',
    `echo '${CGI}' > /data/cgi-bin/run && chmod +x /data/cgi-bin/run`,
    `echo kept > /volume/kept; echo ${its.rig.token} > /data/token`,
    'exec httpd -f -p 80 -h /data',
  ];
  const args = ['sh', '-c', setUp.join('; ')];
  return its.rig.service({args, volumes: ['/volume'], reuse, reset, pool: {min: 1, max: 1}});
}

/** Runs a line in the container as its user. */
async function run(lease: Lease, line: string): Promise<string> {
  return (await fetch(`${lease.url}/cgi-bin/run`, {method: 'POST', body: line})).text();
}

async function gauges() {
  return (await its.rig.client.status())!.pools[0]!;
}

describe('a container that may serve again', () => {
  it('does so when its reset leaves nothing, at another port', async () => {
    const wanted = service('verified', 'rm -f /tmp/* /volume/new; kill $(pidof sleep); true');
    const first = await its.rig.acquire(wanted);
    await run(first, 'echo x > /tmp/x; echo x > /volume/new; sleep 1000 >/dev/null 2>&1 &');
    await first.release();
    const second = await its.rig.acquire(wanted);
    expect((await gauges()).quarantine).toEqual([]);
    expect(second.resource).toBe(first.resource);
    expect(second.url).not.toBe(first.url);
    expect(await its.rig.answersAt(second.url)).toBe(true);
    expect(await its.rig.answersAt(first.url)).toBe(false);
    expect(await run(second, 'cat /tmp/x /volume/new; cat /volume/kept')).toMatch(/No such file.*No such file.*kept/s);
  });

  it('closes what its last user left open', async () => {
    const wanted = service('reset', 'true');
    const lease = await its.rig.acquire(wanted);
    const {port} = new URL(lease.url);
    const socket = connect(Number(port), '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => {});
    await lease.release();
    await closed;
    expect((await its.rig.acquire(wanted)).resource).toBe(lease.resource);
  });

  it('does not when its reset fails', async () => {
    const wanted = service('reset', 'echo cannot; exit 4');
    const first = await its.rig.acquire(wanted);
    await first.release();
    const second = await its.rig.acquire(wanted);
    expect(second.resource).not.toBe(first.resource);
    expect(its.rig.log).toMatch(/exit code 4.*cannot/s);
  });

  it('does not when it ended', async () => {
    const wanted = service('verified', 'true');
    const first = await its.rig.acquire(wanted);
    for (const id of await its.engine.containers()) await its.engine.client.getContainer(id).kill();
    await first.release();
    expect((await its.rig.acquire(wanted)).resource).not.toBe(first.resource);
  });
});

describe('a reset that does nothing', () => {
  it.each([
    ['a new file', 'echo x > /tmp/x', /^file \/tmp\/x: added$/],
    ['a file of the image that changed', 'echo x >> /etc/passwd', /^file \/etc\/passwd: changed$/],
    ['one that is gone', 'rm /etc/passwd', /^file \/etc\/passwd: removed|^file \/etc\/passwd: deleted/],
    [
      'one that the service made and its user changed',
      'echo y > /srv/state/config',
      /^file \/srv\/state\/config: changed$/,
    ],
    ['its mode', 'chmod 600 /srv/state/config', /^file \/srv\/state\/config: changed$/],
    ['the mode of a folder', 'chmod 700 /bin', /^file \/bin: changed$/],
    ['where a symbolic link leads', 'ln -sf /tmp /bin/vi', /^file \/bin\/vi: changed$/],
    ['a new file in a volume', 'echo x > /volume/new', /^file \/volume\/new: added$/],
    ['a file in a volume that changed', 'echo x > /volume/kept', /^file \/volume\/kept: changed$/],
    ['one in a volume that is gone', 'rm /volume/kept', /^file \/volume\/kept: removed$/],
    ['a file in memory', 'echo x > /dev/shm/x', /^file \/dev\/shm\/x: added$/],
    ['a process', 'sleep 1000 >/dev/null 2>&1 &', /^process sleep 1000: added$/],
    ['a listener', 'nc -l -p 99 >/dev/null 2>&1 &', /^socket tcp6? .*:99: added$/],
  ])('is caught: %s', async (_, dirt, difference) => {
    const wanted = service('verified', 'true');
    const first = await its.rig.acquire(wanted);
    await run(first, dirt);
    await first.release();
    const second = await its.rig.acquire(wanted);
    expect(second.resource).not.toBe(first.resource);
    const {quarantine, gauges: numbers} = await gauges();
    expect(numbers.quarantined).toBe(1);
    expect(quarantine[0]?.resource).toBe(first.resource);
    expect(quarantine[0]?.differences).toContainEqual(expect.stringMatching(difference));
  });

  it('is caught by processes even when it is not verified', async () => {
    const wanted = service('reset', 'true');
    const first = await its.rig.acquire(wanted);
    await run(first, 'sleep 1000 >/dev/null 2>&1 &');
    await first.release();
    expect((await its.rig.acquire(wanted)).resource).not.toBe(first.resource);
    expect((await gauges()).quarantine[0]?.differences).toEqual(['process sleep 1000: added']);
  });

  it('is not dirt when nothing was done', async () => {
    const wanted = service('verified', 'true');
    const first = await its.rig.acquire(wanted);
    await run(first, 'echo x > /tmp/x; rm /tmp/x');
    await first.release();
    expect((await its.rig.acquire(wanted)).resource).toBe(first.resource);
  });
});
