import {spawn} from 'node:child_process';
import {closeSync, existsSync, openSync, statfsSync} from 'node:fs';
import {execPath} from 'node:process';
import {fileURLToPath} from 'node:url';
import {PacelineError} from '../../base/error.ts';
import type {Home} from '../home.ts';
import {endOfFile} from '../log-file.ts';
import {BrokerConnection} from './connection.ts';
import {outsideRun} from './outside-run.ts';

/** How long a broker may take from its start until it listens: clearing up after one that was killed is part of it, ms. */
const PATIENCE_MS = 30_000;
const POLL_MS = 3;
/**
 * What Node would do by itself in the broker. Certificates are read by a thread beside the program, which closes inherited descriptors when
 * it starts: that of the thread would be among them, and its number that of the lock before the thread closes it, too.
 */
const UNREAD = {NODE_OPTIONS: '', NODE_EXTRA_CA_CERTS: undefined, NODE_USE_SYSTEM_CA: undefined};
/** With less room on its file system it cannot start, bytes. */
const LITTLE = 256 * 1024;

/**
 * Connects to the broker of this user, which is started when there is none.
 * @throws PacelineError E_BROKER
 */
export async function connectBroker(
  home: Home,
  env: Readonly<Record<string, string | undefined>>,
): Promise<BrokerConnection> {
  const there = await BrokerConnection.open(home.socket);
  if (there !== undefined) return there;
  const deadline = performance.now() + PATIENCE_MS;
  let exitOf = startBroker(home, env);
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    const connection = await BrokerConnection.open(home.socket);
    if (connection !== undefined) return connection;
    const exit = exitOf();
    if (exit !== undefined && exit !== 0) throw brokerError(home, 'cannot start');
    if (performance.now() > deadline) throw brokerError(home, 'does not start');
    // another one was still clearing up when ours gave way to it
    if (exit === 0) exitOf = startBroker(home, env);
  }
}

function brokerError({path, log}: Home, what: string): PacelineError {
  const {bavail, bsize} = statfsSync(path);
  const said = endOfFile(log).trimEnd().split('\n').at(-1) ?? '';
  const reason = bavail * bsize < LITTLE ? `the file system of ${path} is full` : said;
  return new PacelineError('E_BROKER', `The process that keeps the services ${what}: ${reason}`, {
    hint: `Its log is ${log}. What paceline keeps beside it can be removed: nothing of it is needed again.`,
  });
}

/** Without descriptors of ours, in a session of its own: it outlives us, and no signal to our group reaches it. @returns tells its exit code */
function startBroker(home: Home, env: Readonly<Record<string, string | undefined>>): () => number | undefined {
  const {CI, PACELINE_BROKER_IDLE_MS} = env;
  // it keeps a run's services for the next run, but not on a machine that is thrown away behind this one
  const idle = PACELINE_BROKER_IDLE_MS ?? (CI === undefined || CI === '' || CI === 'false' ? undefined : '0');
  const errors = openedLog(home);
  const child = spawn(execPath, [brokerProgram()], {
    cwd: home.path,
    env: {
      ...outsideRun(env),
      ...UNREAD,
      PACELINE_SERVICES_DIR: home.path,
      ...(idle !== undefined && {PACELINE_BROKER_IDLE_MS: idle}),
    },
    stdio: ['ignore', 'ignore', errors],
    detached: true,
  });
  closeSync(errors);
  child.unref();
  let code: number | undefined;
  child.once('exit', (number) => {
    // one that is killed is replaced
    code = number ?? 0;
  });
  child.once('error', () => {
    code = 1;
  });
  return () => code;
}

function openedLog(home: Home): number {
  try {
    return openSync(home.log, 'a', 0o600);
  } catch (error) {
    throw brokerError(home, `cannot start (${(error as Error).message})`);
  }
}

/** The sources have it in its room, the bundle beside its entries or above its chunks. */
function brokerProgram(): string {
  const places = ['../broker/main.ts', './broker.js', '../broker.js'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  const found = places.find((path) => existsSync(path));
  if (found === undefined)
    throw new PacelineError('E_BROKER', 'The program that keeps the services is not installed', {
      hint: 'Install paceline again.',
    });
  return found;
}
