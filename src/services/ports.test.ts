import {once} from 'node:events';
import {createServer} from 'node:net';
import {expect, onTestFinished, test} from 'vitest';
import {Ports} from './ports.ts';

/** Somebody else, on a port that is free together with the next one. */
async function neighbour(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return (server.address() as {port: number}).port;
}

test('no port is given twice, and none that somebody else has', async () => {
  const theirs = await neighbour();
  const ports = new Ports({first: theirs - 2, behind: theirs + 3});
  const given: number[] = [];
  for (let round = 0; round < 2; round++)
    await ports.start(
      async (port) => void given.push(port),
      () => false,
    );
  expect(new Set(given).size).toBe(2);
  expect(given).not.toContain(theirs);
  for (const port of given) ports.giveBack(port);
});

test('a start that fails because the port is in use is tried on another one, five times', async () => {
  const ports = new Ports({first: 9000, behind: 9900});
  const tried: number[] = [];
  const start = async (port: number): Promise<never> => {
    tried.push(port);
    throw new Error('EADDRINUSE');
  };
  await expect(ports.start(start, ({message}) => message.includes('EADDRINUSE'))).rejects.toThrow('EADDRINUSE');
  expect(tried).toHaveLength(5);
  await expect(ports.start(start, () => false)).rejects.toThrow('EADDRINUSE');
  expect(tried).toHaveLength(6);
});
