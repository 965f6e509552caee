import {chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import type {PacelineError} from '../../src/base/error.ts';
import {type ServiceOptions, serviceOf} from '../../src/services/service-options.ts';
import {kill} from '../rig/processes.ts';
import {ServicesFolder, until} from './broker-rig.ts';

let folder: ServicesFolder;
/** Where the programs of a test say that they run: `1`, `2`..., with their numbers. */
let starts: string;

beforeEach(() => {
  folder = new ServicesFolder();
  starts = mkdtempSync('/dev/shm/ps-');
  // servers run as somebody else
  chmodSync(starts, 0o777);
});

afterEach(async () => {
  await folder.end();
  rmSync(starts, {recursive: true});
});

/** A shell line that says that it runs, and hangs before it comes to what follows, so many times. */
const hangs = (times: number): string =>
  `n=1; while [ -e ${starts}/$n ]; do n=$((n+1)); done; echo $$ > ${starts}/new; mv ${starts}/new ${starts}/$n; [ $n -gt ${times} ] || exec sleep 1000;`;

const server = (line: string): ServiceOptions => ({
  plugin: 'process',
  name: 'api',
  directory: '/',
  binary: 'sh',
  args: ['-c', line],
  health: {kind: 'log', pattern: 'up'},
  pool: {min: 0, max: 1},
});

/** Kills the start of that number. */
async function killStart(number: number): Promise<void> {
  const path = join(starts, String(number));
  await until(() => existsSync(path));
  kill(Number(readFileSync(path, 'utf8')));
}

const lease = (options: ServiceOptions) =>
  folder
    .client()
    .acquire(serviceOf(options), {label: 'a'})
    .catch((error: PacelineError) => error);

test('a server that is killed before it was handed out is started once more', async () => {
  const asked = lease(server(`${hangs(1)} echo up; exec sleep 1000`));
  await killStart(1);
  expect(await asked).toMatchObject({resource: 'api-2'});
  expect(folder.log).toContain('it is started once more');
});

test('one that is killed again is not: the reason is told', async () => {
  const asked = lease(server(`${hangs(2)} echo up; exec sleep 1000`));
  await killStart(1);
  await killStart(2);
  expect(await asked).toMatchObject({
    code: 'E_SERVICE_START',
    message: expect.stringMatching(/it ended \(SIGKILL\)\s+Twice in a row it was killed from outside/),
  });
  expect(existsSync(join(starts, '3'))).toBe(false);
});

test.each(['exit 7', 'exit 137', 'kill -SEGV $$'])('one that ends by itself (%s) is not', async (end) => {
  expect(await lease(server(`${hangs(0)} ${end}`))).toMatchObject({code: 'E_SERVICE_START'});
  expect(existsSync(join(starts, '2'))).toBe(false);
});

test('a Redis that is killed before it was handed out is started once more', async () => {
  const program = join(starts, 'redis-server');
  writeFileSync(
    program,
    `#!/bin/sh\n[ "$1" = --version ] && exec /usr/bin/redis-server --version\n${hangs(1)}\nexec /usr/bin/redis-server "$@"\n`,
    {mode: 0o755},
  );
  const asked = lease({plugin: 'redis', name: 'cache', directory: '/', binary: starts, pool: {min: 0, max: 1}});
  await killStart(1);
  expect(await asked).toMatchObject({resource: 'redis-2'});
});
