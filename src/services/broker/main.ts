// The broker's process: started on demand by clients, detached from them, one for each user and folder.

import {randomUUID} from 'node:crypto';
import {appendFileSync} from 'node:fs';
import {connect} from 'node:net';
import {join} from 'node:path';
import {env, exit} from 'node:process';
import {KernelLock} from '../../base/kernel-lock.ts';
import {openHome} from '../home.ts';
import type {Host} from '../host.ts';
import {Ledger} from '../ledger.ts';
import {serverUser} from '../server-user.ts';
import {StartLimits} from '../start-limits.ts';
import {Broker} from './broker.ts';
import {plugins} from './plugins.ts';
import {reap} from './reap.ts';
import {BrokerServer} from './server.ts';

/** How long to stay when nobody asks for anything, ms. */
const IDLE_MS = 300_000;
/** How long a broker before this one may take to clear up, ms. */
const PATIENCE_MS = 20_000;
const POLL_MS = 10;

const home = openHome(env);
const report = (message: string): void => appendFileSync(home.log, `${new Date().toISOString()} ${message}\n`);
process.on('uncaughtException', (error) => report(`internal error: ${error.stack}`));
process.on('unhandledRejection', (error) => report(`internal error: ${(error as Error).stack ?? String(error)}`));

const lock = await electedLock();
if (lock === undefined) exit(0);
const ledger = new Ledger(home.ledger, randomUUID());
const limits = new StartLimits(join(home.path, 'start-times.db'));
const host: Host = {home, ledger, limits, user: serverUser(), env, report};
const reaped = await reap(ledger, report);
const broker = new Broker(host, plugins(host), reaped);
const server = await BrokerServer.listen(broker, {
  socket: home.socket,
  idleMs: env.PACELINE_BROKER_IDLE_MS === undefined ? IDLE_MS : Number(env.PACELINE_BROKER_IDLE_MS),
  onIdle: () => void leave(),
  report,
});
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void leave());

let isLeaving = false;
async function leave(): Promise<void> {
  if (isLeaving) return;
  isLeaving = true;
  server.close();
  await broker.close();
  ledger.close();
  limits.close();
  lock?.release();
  exit(0);
}

/** @returns undefined when another broker is there and answers */
async function electedLock(): Promise<KernelLock | undefined> {
  for (const deadline = performance.now() + PATIENCE_MS; performance.now() < deadline; ) {
    const taken = KernelLock.tryTake(home.lock);
    if (taken !== undefined) return taken;
    if (await answers()) return undefined;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  report('another broker has the lock, and does not answer');
  return undefined;
}

function answers(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(home.socket, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
