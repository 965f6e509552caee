import {afterAll, afterEach, beforeAll, beforeEach, expect, it} from 'vitest';
import {Engine} from '../../src/services/container/engine.ts';
import {ExecSession} from '../../src/services/container/exec-session.ts';
import {canStartDocker, DockerEngine, IMAGE, needsDocker} from './docker-engine.ts';

const LIMIT = {ms: 30_000, origin: 'a test'};

let docker: DockerEngine;
let engine: Engine;
let session: ExecSession;

beforeAll(async () => {
  if (!canStartDocker()) return;
  docker = await DockerEngine.start();
  engine = await Engine.connect({DOCKER_HOST: docker.host}, 'paceline.broker=none');
});
afterAll(() => docker?.stop());
beforeEach(async (context) => {
  needsDocker(context);
  session = await ExecSession.open(engine, await start(), LIMIT);
});
afterEach(async () => {
  session?.close();
  await docker?.clear();
});

async function start(image = IMAGE): Promise<string> {
  const one = await docker.client.createContainer({Image: image, Cmd: ['/bin/busybox', 'sleep', '1000']});
  await one.start();
  return one.id;
}

it.each([
  ['exit codes', 'exit 3', {exitCode: 3}],
  ['both outputs, as they are', 'printf "a\\nb"; echo c >&2', {exitCode: 0, stdout: 'a\nb', stderr: 'c\n'}],
  ['quotes', `echo "it's" '"fine"' \\$HOME`, {stdout: `it's "fine" $HOME\n`}],
  ['several lines', 'for n in 1 2\ndo echo $n\ndone', {stdout: '1\n2\n'}],
  ['letters of any alphabet', 'echo привет 你好', {stdout: 'привет 你好\n'}],
  ['no input', 'cat; echo end', {stdout: 'end\n'}],
  ['what is no shell line', 'if', {exitCode: 2}],
  ['a program that is not there', 'no-such-program', {exitCode: 127}],
])('runs a line in a container: %s', async (_, line, result) => {
  expect(await session.run(line, LIMIT)).toMatchObject(result);
});

it('gives back more than fits into one frame', async () => {
  const {stdout} = await session.run('seq 1 100000', LIMIT);
  expect(stdout.trim().split('\n').map(Number)).toEqual(Array.from({length: 100_000}, (_, at) => at + 1));
});

it('runs lines one behind the other, each in a shell of its own', async () => {
  const lines = ['cd /tmp; X=1; sleep 0.1; echo first', 'echo "$PWD $X"'];
  const [first, second] = await Promise.all(lines.map((line) => session.run(line, LIMIT)));
  expect([first?.stdout, second?.stdout]).toEqual(['first\n', '/ \n']);
});

it('names the limit that a line has passed, and is of no use any more', async () => {
  await expect(session.run('sleep 1000', {ms: 50, origin: 'for a reason'})).rejects.toThrow(
    '`sleep 1000` did not end within 50 ms (for a reason)',
  );
  expect(session.isOpen).toBe(false);
  await expect(session.run('true', LIMIT)).rejects.toThrow('did not end');
});

it('ends with its container', async () => {
  const running = session.run('sleep 1000', LIMIT);
  running.catch(() => {});
  await docker.clear();
  await expect(running).rejects.toThrow('the shell in the container ended');
});

it('says why there is none', async () => {
  await docker.makeImage('shell-less', [], ['bin/sh']);
  await expect(ExecSession.open(engine, await start('shell-less'), LIMIT)).rejects.toThrow(/\/bin\/sh/);
});
