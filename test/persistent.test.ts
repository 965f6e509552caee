import {createServer} from 'node:net';
import {expect, test} from 'vitest';
import {finished, order, outcomes} from './rig/events.ts';
import {Rig} from './rig/rig.ts';

function project(server: string): string {
  return `
    [lifecycle.server]
    command = "exec rig server"
    persistent = true
    ${server}
    [lifecycle.test]
    command = "exec rig test"
    depends_on = ["server"]
    [lifecycle.beside]
    command = "exec rig beside"
    [lifecycle.behind]
    command = "exec rig behind"
    depends_on = ["beside"]
  `;
}

/** By now everything has started that may: two tasks one behind the other have run beside it. */
async function settled(rig: Rig): Promise<void> {
  (await rig.command('beside').nextInvocation()).exit(0);
  (await rig.command('behind').nextInvocation()).exit(0);
}

test('what needs a server waits for the line that says it is ready; the server is stopped at the end', async () => {
  const rig = await Rig.make({'make.toml': project('ready_when = { log = "listening on \\\\d+" }')});
  const program = rig.start(['run', 'test', 'behind', '--output', 'ndjson', '--jobs', '2']);
  const server = await rig.command('server').nextInvocation();
  await server.write('starting\nlistening on');
  await settled(rig);
  expect(rig.command('test').count).toBe(0);
  await server.write(' 8080\n', 'stderr');
  const check = await rig.command('test').nextInvocation();
  check.exit(0);
  await server.gone;
  expect(server.signals).toEqual(['SIGTERM']);
  expect(await program.ended).toMatchObject({code: 0});
  expect(outcomes(program.events)).toEqual(['beside passed', 'behind passed', 'test passed', 'server stopped']);
  expect(program.events.filter((event) => event.kind === 'task-ready')).toHaveLength(1);
});

test('what needs a server waits for its port', async () => {
  // an address of its own, so that nobody else takes the port while it is free
  const host = process.platform === 'linux' ? `127.77.${(process.pid >> 8) & 255}.${process.pid & 255}` : '127.0.0.1';
  const port = await listening(host, 0, async (free) => free);
  const rig = await Rig.make({'make.toml': project(`ready_when = { port = ${port}, host = "${host}" }`)});
  const program = rig.start(['run', 'test', 'behind', '--output', 'ndjson', '--jobs', '2']);
  const server = await rig.command('server').nextInvocation();
  await settled(rig);
  expect(rig.command('test').count).toBe(0);
  await listening(host, port, async () => (await rig.command('test').nextInvocation()).exit(0));
  await server.gone;
  expect(await program.ended).toMatchObject({code: 0});
});

/** Something listens there while `use` works; port 0: a free one. */
async function listening<Result>(host: string, port: number, use: (port: number) => Promise<Result>): Promise<Result> {
  const listener = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => listener.listen(port, host, resolve));
  try {
    return await use((listener.address() as {port: number}).port);
  } finally {
    await new Promise((resolve) => listener.close(resolve));
  }
}

test('what needs a server waits for a command that succeeds', async () => {
  const rig = await Rig.make({'make.toml': project('ready_when = { command = "exec rig probe" }')});
  const program = rig.start(['run', 'test', 'behind', '--output', 'ndjson', '--jobs', '2']);
  const server = await rig.command('server').nextInvocation();
  await settled(rig);
  (await rig.command('probe').nextInvocation()).exit(1);
  const probe = await rig.command('probe').nextInvocation();
  expect(probe.env.PACELINE_TASK).toBe('server');
  expect(rig.command('test').count).toBe(0);
  probe.exit(0);
  (await rig.command('test').nextInvocation()).exit(0);
  await server.gone;
  expect(await program.ended).toMatchObject({code: 0});
});

test('a server that ends before it is ready has failed, whatever it ends with', async () => {
  const rig = await Rig.make({'make.toml': project('ready_when = { log = "listening" }')});
  const program = rig.start(['run', 'test', '--output', 'ndjson']);
  (await rig.command('server').nextInvocation()).exit(0);
  expect(await program.ended).toMatchObject({code: 1});
  expect(finished(program.events, 'server')).toMatchObject({status: 'failed', reason: 'it ended before it was ready'});
  expect(outcomes(program.events)).toEqual(['server failed', 'test blocked']);
});

test('a server that dies while it is needed fails the run', async () => {
  const rig = await Rig.make({'make.toml': project('ready_when = { log = "up" }')});
  const program = rig.start(['run', 'test', '--output', 'ndjson']);
  const server = await rig.command('server').nextInvocation();
  await server.write('up\n');
  const check = await rig.command('test').nextInvocation();
  server.exit(3);
  await check.gone;
  expect(await program.ended).toMatchObject({code: 1});
  expect(outcomes(program.events)).toEqual(['server failed', 'test cancelled']);
});

test('a server is stopped after a failure too', async () => {
  const rig = await Rig.make({'make.toml': project('ready_when = { log = "up" }')});
  const program = rig.start(['run', 'test', '--continue=independent', '--output', 'ndjson']);
  const server = await rig.command('server').nextInvocation();
  await server.write('up\n');
  (await rig.command('test').nextInvocation()).exit(1);
  await server.gone;
  expect(await program.ended).toMatchObject({code: 1});
  expect(outcomes(program.events)).toEqual(['test failed', 'server stopped']);
});

test('a persistent phase takes no slot from the phases that it serves', async () => {
  const rig = await Rig.make({'make.toml': project('')});
  const program = rig.start(['run', 'test', '--jobs', '1', '--output', 'ndjson']);
  const server = await rig.command('server').nextInvocation();
  (await rig.command('test').nextInvocation()).exit(0);
  await server.gone;
  expect(await program.ended).toMatchObject({code: 0});
  expect(order(program.events)).toBe('+server +test -test -server');
});

test('a persistent phase that was asked for runs until it ends, and its output is shown as it comes', async () => {
  const rig = await Rig.make({
    'make.toml':
      '[lifecycle.dev]\ncommand = "exec rig dev"\npersistent = true\n[lifecycle.other]\ncommand = "exec rig other"\npersistent = true',
  });
  const program = rig.start(['run', 'dev', 'other']);
  const dev = await rig.command('dev').nextInvocation();
  const other = await rig.command('other').nextInvocation();
  await dev.write('one\n');
  await program.printed(/^dev │ one$/m);
  await other.write('two\n');
  await program.printed(/^other │ two$/m);
  dev.exit(0);
  other.exit(0);
  expect(await program.ended).toMatchObject({code: 0});
});

test('a machine that has no file watch left to give is no reason to miss a line', async () => {
  const rig = await Rig.make({
    'make.toml': `${project('ready_when = { log = "listening" }')}[lifecycle.dev]\ncommand = "exec rig dev"\npersistent = true\n`,
    'no-watch.mjs': `
      import fs from 'node:fs';
      import {syncBuiltinESMExports} from 'node:module';
      fs.watch = () => {
        throw Object.assign(new Error('ENOSPC: System limit for number of file watchers reached, watch'), {code: 'ENOSPC'});
      };
      syncBuiltinESMExports();
    `,
  });
  const node = ['--import', rig.path('no-watch.mjs')];
  const program = rig.start(['run', 'test'], {node});
  const server = await rig.command('server').nextInvocation();
  await server.write('listening\n');
  (await rig.command('test').nextInvocation()).exit(0);
  await server.gone;
  expect(await program.ended).toMatchObject({code: 0, stderr: ''});

  const shown = rig.start(['run', 'dev'], {node});
  const dev = await rig.command('dev').nextInvocation();
  await dev.write('shown\n');
  await shown.printed(/^shown$/m);
  dev.exit(0);
  expect(await shown.ended).toMatchObject({code: 0});
});

test('what a first attempt wrote does not make the second one ready', async () => {
  const rig = await Rig.make({'make.toml': project('ready_when = { log = "up" }\nretries = 1\nretry_delay = 0')});
  const program = rig.start(['run', 'test', '--output', 'ndjson']);
  const first = await rig.command('server').nextInvocation();
  // an "up" that is there before anybody can look
  await first.write('u');
  first.exit(1);
  const second = await rig.command('server').nextInvocation();
  await second.write('p\n');
  second.exit(1);
  expect(await program.ended).toMatchObject({code: 1});
  expect(outcomes(program.events)).toEqual(['server failed', 'test blocked']);
});

test('a pattern is found before much output that comes with it', async () => {
  const rig = await Rig.make({'make.toml': project('ready_when = { log = "^listening" }')});
  const program = rig.start(['run', 'test', '--output', 'ndjson']);
  const server = await rig.command('server').nextInvocation();
  await server.write(`listening\n${'x'.repeat(300_000)}\n`);
  (await rig.command('test').nextInvocation()).exit(0);
  await server.gone;
  expect(await program.ended).toMatchObject({code: 0});
});

test('a readiness command that hangs ends with the server', async () => {
  const rig = await Rig.make({'make.toml': project('ready_when = { command = "rig probe; true" }')});
  const program = rig.start(['run', 'test', '--output', 'ndjson']);
  const server = await rig.command('server').nextInvocation();
  const probe = await rig.command('probe').nextInvocation();
  server.exit(1);
  await probe.gone;
  expect(await program.ended).toMatchObject({code: 1});
  expect(program.events.filter((event) => event.kind === 'notice')).toEqual([]);
});

test('a pattern that is no regular expression is an error of the config', async () => {
  const rig = await Rig.make({'make.toml': project('ready_when = { log = "([" }')});
  const {code, stderr} = await rig.run(['run', 'test']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^error "log" must be a regular expression, but is a text E_TYPE$/m);
});
