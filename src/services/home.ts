import {accessSync, chmodSync, constants, existsSync, lstatSync, mkdirSync, statfsSync, statSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import {getuid} from 'node:process';
import {PacelineError} from '../base/error.ts';

/** What clients and brokers of one version say to each other; part of the names of what belongs to one of them alone. */
const PROTOCOL = 1;

/** Type of a file system that is in memory; statfs(2), TMPFS_MAGIC. */
const TMPFS = 0x01021994;
/** One that is smaller would be full before long: 64 MiB are usual in containers, and a PostgreSQL with three ready databases takes 81. bytes */
const LEAST_MEMORY = 512 * 1024 * 1024;
/** A socket's path must be shorter, in bytes; unix(7). */
const SOCKET_PATH = 108;
/** Room for the longest path of a server's socket below the folder: `/s1/postgres-100000/socket/.s.PGSQL.31999`. */
const BELOW = 46;

/** Where the broker of a user keeps what it has: gone with the machine's memory where that is possible. */
export interface Home {
  readonly path: string;
  readonly socket: string;
  /** Held by the broker as long as it lives. */
  readonly lock: string;
  readonly ledger: string;
  /** Of the broker itself. */
  readonly log: string;
  /** Of servers. */
  readonly logs: string;
  /** One folder a server. */
  readonly servers: string;
  /** How long starts took on this machine; outlives its memory where nobody named a folder. */
  readonly startTimes: string;
  readonly inMemory: boolean;
}

/**
 * The folder of the user who asks: `PACELINE_SERVICES_DIR`, else one in memory, else one for temporary files.
 * @param leastMemory a file system in memory must have so many bytes in all
 * @throws PacelineError E_SERVICES_FOLDER when it belongs to somebody else, or cannot be made
 */
export function openHome(env: Readonly<Record<string, string | undefined>>, leastMemory = LEAST_MEMORY): Home {
  const uid = getuid?.() ?? 0;
  const path = resolve(
    env.PACELINE_SERVICES_DIR || join(memoryFolder(env, uid, leastMemory) ?? tmpdir(), `paceline-${uid}`),
  );
  const most = SOCKET_PATH - BELOW;
  if (Buffer.byteLength(path) > most)
    throw folderError(
      path,
      `sockets in it would have a longer path than the system allows (it has ${Buffer.byteLength(path)} bytes, at most ${most} fit)`,
      'Name a folder with a shorter path in PACELINE_SERVICES_DIR.',
    );
  try {
    mkdirSync(path, {recursive: true, mode: 0o711});
    const stat = lstatSync(path);
    if (!stat.isDirectory())
      throw folderError(path, 'it is not a folder', 'Name a folder of your own in PACELINE_SERVICES_DIR.');
    if (stat.uid !== uid)
      throw folderError(path, 'it belongs to somebody else', 'Name a folder of your own in PACELINE_SERVICES_DIR.');
    // servers that run as another user have to get through, and nobody has to look in
    chmodSync(path, 0o711);
    const closed = uid === 0 ? closedFolder(path) : undefined;
    if (closed !== undefined)
      throw folderError(
        path,
        `servers do not run as root, and nobody else may pass through ${closed}`,
        'Open that folder (`chmod o+x`), or name another one in PACELINE_SERVICES_DIR.',
      );
    const home = homeAt(path, madeFolder(timesFolder(env)) ?? path);
    for (const folder of [home.logs, home.servers]) mkdirSync(folder, {recursive: true, mode: 0o711});
    return home;
  } catch (error) {
    if (error instanceof PacelineError) throw error;
    throw folderError(path, (error as Error).message, 'Name a folder that you can write to in PACELINE_SERVICES_DIR.');
  }
}

/** Names the places without touching the disk. */
function homeAt(path: string, times: string): Home {
  return {
    path,
    socket: join(path, `broker-v${PROTOCOL}.sock`),
    lock: join(path, `broker-v${PROTOCOL}.lock`),
    ledger: join(path, `ledger-v${PROTOCOL}.db`),
    log: join(path, 'broker.log'),
    logs: join(path, `logs-v${PROTOCOL}`),
    servers: join(path, `s${PROTOCOL}`),
    startTimes: join(times, 'start-times.db'),
    inMemory: isInMemory(path),
  };
}

function memoryFolder(
  env: Readonly<Record<string, string | undefined>>,
  uid: number,
  leastMemory: number,
): string | undefined {
  return [env.XDG_RUNTIME_DIR, '/dev/shm'].find(
    (folder) =>
      folder !== undefined &&
      isWritable(folder) &&
      isRoomyMemory(folder, leastMemory) &&
      // that of root is closed to the user that servers of root run as
      (uid !== 0 || closedFolder(join(folder, 'paceline')) === undefined),
  );
}

/** @returns undefined when it cannot be made */
function madeFolder(folder: string | undefined): string | undefined {
  if (folder === undefined) return undefined;
  try {
    mkdirSync(folder, {recursive: true});
    return isWritable(folder) ? folder : undefined;
  } catch {
    return undefined;
  }
}

/** A folder on disk; undefined: beside everything else. XDG Base Directory Specification. */
function timesFolder({
  PACELINE_SERVICES_DIR: own,
  XDG_STATE_HOME: state,
  HOME: home,
}: Readonly<Record<string, string | undefined>>): string | undefined {
  if (own !== undefined && own !== '') return undefined;
  if (state !== undefined && state !== '') return join(state, 'paceline');
  return home === undefined || home === '' ? undefined : join(home, '.local/state/paceline');
}

/** Of the folders above a path, the one that only its owner may pass through. */
function closedFolder(path: string): string | undefined {
  const folder = dirname(path);
  if (folder === path) return undefined;
  return (statSync(folder).mode & 0o001) === 0 ? folder : closedFolder(folder);
}

/** Whether servers can have their data there. @param least of its file system in all, bytes */
export function isRoomyMemory(folder: string, least = LEAST_MEMORY): boolean {
  if (!isInMemory(folder)) return false;
  const {blocks, bsize} = statfsSync(folder);
  return blocks * bsize >= least;
}

function isInMemory(folder: string): boolean {
  return existsSync(folder) && statfsSync(folder).type === TMPFS;
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function folderError(path: string, reason: string, hint: string): PacelineError {
  return new PacelineError('E_SERVICES_FOLDER', `The services' folder ${path} cannot be used: ${reason}`, {hint});
}
