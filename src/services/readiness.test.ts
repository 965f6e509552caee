import {existsSync} from 'node:fs';
import {createServer as createHttp} from 'node:http';
import {type AddressInfo, createServer} from 'node:net';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {temporaryFolder} from '../../test/support/temporary-folder.ts';
import type {HealthCheck} from '../project/service.ts';
import {lineSucceeds, type Target, untilReady} from './readiness.ts';

const SOON = {ms: 30, origin: '3 earlier ones took up to 7 ms'};
const PATIENT = {ms: 30_000, origin: ''};
const env = {PATH: process.env.PATH ?? ''};

const target: Target = {
  host: '127.0.0.1',
  port: (number) => number,
  says: () => false,
  runs: (line) => lineSucceeds(line, env, '/'),
  ended: () => undefined,
};

/** A server that listens from the second question on. */
async function listening(server: ReturnType<typeof createServer> | ReturnType<typeof createHttp>): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const {port} = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test('a port', async () => {
  const port = await listening(createServer());
  expect(await untilReady({kind: 'port', port}, target, PATIENT)).toBeUndefined();
  const closed = await closedPort();
  expect(await untilReady({kind: 'port', port: closed}, target, SOON)).toBe(
    `a connection to port ${closed} did not come within 30 ms (3 earlier ones took up to 7 ms)`,
  );
});

test('a status of a page, which comes late', async () => {
  let asked = 0;
  const port = await listening(
    createHttp((request, response) => {
      response.statusCode = request.url === '/health' && ++asked > 2 ? 204 : 503;
      response.end();
    }),
  );
  const check: HealthCheck = {kind: 'http', port, path: '/health', status: 204};
  expect(await untilReady(check, target, PATIENT)).toBeUndefined();
  expect(asked).toBe(3);
  expect(await untilReady({...check, path: '/other'}, target, SOON)).toContain(`status 204 of /other on port ${port}`);
});

test('a line of the log', async () => {
  const lines = ['starting', 'ready to serve'];
  const said = {...target, says: (pattern: RegExp) => pattern.test(`more\n${lines.shift() ?? ''}`)};
  expect(await untilReady({kind: 'log', pattern: '^ready'}, said, PATIENT)).toBeUndefined();
  expect(await untilReady({kind: 'log', pattern: '^never'}, said, SOON)).toContain('`^never` in its log');
});

test('a command', async () => {
  expect(await untilReady({kind: 'command', line: 'true'}, target, PATIENT)).toBeUndefined();
  expect(await untilReady({kind: 'command', line: 'false'}, target, SOON)).toContain('success of `false`');
});

test('stops waiting for a service that has ended', async () => {
  const ended = {...target, ended: () => 'exit code 1'};
  expect(await untilReady({kind: 'command', line: 'false'}, ended, PATIENT)).toBe('it ended (exit code 1)');
});

test('a command runs with the environment and in the folder that it is given', async () => {
  const folder = temporaryFolder();
  expect(await lineSucceeds('echo "$WHAT" > said && test "$WHAT" = it', {...env, WHAT: 'it'}, folder)).toBe(true);
  expect(existsSync(join(folder, 'said'))).toBe(true);
  expect(await lineSucceeds('exit 1', env, folder)).toBe(false);
  expect(await lineSucceeds('true', env, join(folder, 'none'))).toBe(false);
});
