// The broker's process: started on demand by clients, detached from them, one for each user and folder.

import {randomUUID} from 'node:crypto';
import {connect} from 'node:net';
import {env, exit} from 'node:process';
import {KernelLock} from '../../base/kernel-lock.ts';
import {openHome} from '../home.ts';
import type {Host} from '../host.ts';
import {Ledger} from '../ledger.ts';
import {pruneLogs} from '../log-file.ts';
import {serverUser} from '../server-user.ts';
import {StartLimits} from '../start-limits.ts';
import {Broker} from './broker.ts';
import {openLog} from './broker-log.ts';
import {closeInherited} from './inherited.ts';
import {plugins} from './plugins.ts';
import {reap} from './reap.ts';
import {BrokerServer} from './server.ts';

/** How long to stay when nobody asks for anything, ms. */
const IDLE_MS = 300_000;
/** How long a broker before this one may take to clear up, ms. */
const PATIENCE_MS = 20_000;
const POLL_MS = 10;
/** Logs of servers of earlier brokers that are kept. */
const KEPT_LOGS = 50;
/** How long to take everything away at the end, ms. */
const LEAVE_MS = 20_000;
/** What a timer of Node can hold. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

closeInherited();
const home = openHome(env);
const report = openLog(home.log);
process.on('uncaughtException', (error) => report(`internal error: ${error.stack}`));
process.on('unhandledRejection', (error) => report(`internal error: ${(error as Error).stack ?? String(error)}`));

const lock = await electedLock();
if (lock === undefined) exit(0);
await serve(lock).catch((error: unknown) => {
  report(`cannot start: ${(error as Error).message}`);
  exit(1);
});

async function serve(own: KernelLock): Promise<void> {
  const ledger = new Ledger(home.ledger, randomUUID());
  const limits = new StartLimits(home.startTimes);
  // programs are those that whoever asks finds, not those of whoever came first
  const host: Host = {home, ledger, limits, user: serverUser(), env: {...env, PATH: ''}, report};
  const reaped = await reap(ledger, report);
  pruneLogs(home.logs, KEPT_LOGS);
  const broker = new Broker(host, plugins(host), reaped);
  let isLeaving = false;
  const leave = async (): Promise<void> => {
    if (isLeaving) return;
    isLeaving = true;
    // the next one takes away what this one cannot
    setTimeout(() => exit(1), LEAVE_MS);
    server.close();
    await broker.close();
    ledger.close();
    limits.close();
    own.release();
    exit(0);
  };
  const server = await BrokerServer.listen(broker, {
    socket: home.socket,
    idleMs: idleMs(env.PACELINE_BROKER_IDLE_MS),
    onIdle: () => void leave(),
    report,
  });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void leave());
}

function idleMs(said: string | undefined): number {
  const ms = Number(said);
  return said === undefined || said === '' || !(ms >= 0) ? IDLE_MS : Math.min(ms, LONGEST_TIMER_MS);
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
