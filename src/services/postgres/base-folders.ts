import {execFile} from 'node:child_process';
import {readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {PacelineError} from '../../base/error.ts';
import {type Host, OwnedFolder} from '../host.ts';
import {OwnedProcess} from '../owned-process.ts';
import {randomPassword} from '../password.ts';
import type {ServerUser} from '../server-user.ts';
import type {PostgresPrograms} from './programs.ts';
import {ADMIN} from './server.ts';
import {FAST} from './settings.ts';

/** Folder of its own for what initdb reads. */
const SHARE = 'share';
/** initdb takes settings since then. */
const SETTINGS_SINCE = 16;

/** A data folder as initdb makes it. Servers get copies of it: nothing is ever written to it. */
export interface BaseFolder {
  readonly folder: OwnedFolder;
  /** Of the superuser. */
  readonly password: string;
}

interface Entry {
  readonly making: Promise<BaseFolder>;
  users: number;
}

/** initdb takes half a second: it is run once for all servers of an installation. */
export class BaseFolders {
  readonly #host: Host;
  readonly #entries = new Map<string, Entry>();

  constructor(host: Host) {
    this.#host = host;
  }

  /**
   * Whoever takes it gives it back.
   * @throws PacelineError E_SERVICE_START
   */
  async take(programs: PostgresPrograms): Promise<BaseFolder> {
    const {folder: key} = programs;
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = {making: initialised(programs, this.#host), users: 0};
      this.#entries.set(key, entry);
    }
    entry.users++;
    try {
      return await entry.making;
    } catch (error) {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
      throw error;
    }
  }

  async giveBack(programs: PostgresPrograms): Promise<void> {
    const entry = this.#entries.get(programs.folder);
    if (entry === undefined || --entry.users > 0) return;
    this.#entries.delete(programs.folder);
    (await entry.making).folder.remove();
  }
}

async function initialised(programs: PostgresPrograms, host: Host): Promise<BaseFolder> {
  const {user, ledger, home} = host;
  const folder = new OwnedFolder(host, `postgres-${programs.version}-base`);
  const log = join(home.logs, `postgres-${programs.version}-base.log`);
  const password = randomPassword();
  const secret = join(folder.path, 'secret');
  writeFileSync(secret, password, {mode: 0o600});
  folder.own(secret);
  const share = await ownShare(programs, folder, user);
  const process = new OwnedProcess(
    {
      program: join(programs.folder, 'initdb'),
      args: [
        ...['-D', join(folder.path, 'data'), '-U', ADMIN, `--pwfile=${secret}`, '--auth=scram-sha-256'],
        ...['--no-sync', '--wal-segsize=1', '--locale=C', '--encoding=UTF8', ...share],
      ],
      env: {LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/sbin:/usr/bin:/sbin:/bin'},
      directory: folder.path,
      user,
      log,
    },
    ledger,
  );
  const end = await process.ended;
  await process.stop();
  rmSync(secret, {force: true});
  rmSync(join(folder.path, SHARE), {recursive: true, force: true});
  if (end === 'exit code 0') return {folder, password};
  folder.remove();
  throw new PacelineError('E_SERVICE_START', `initdb failed: ${end}\n${process.tail()}`, {hint: `Its log is ${log}.`});
}

/**
 * What initdb starts shares memory through files in the data folder, as our servers do: those in /dev/shm would stay when it is killed.
 * @returns words for initdb
 */
async function ownShare(
  {folder: programs, major}: PostgresPrograms,
  folder: OwnedFolder,
  user: ServerUser | undefined,
): Promise<readonly string[]> {
  const name = 'dynamic_shared_memory_type';
  const value = FAST[name];
  if (major >= SETTINGS_SINCE) return ['-c', `${name}=${value}`];
  const {stderr} = await promisify(execFile)(join(programs, 'initdb'), ['--show', '-D', 'data'], {
    cwd: folder.path,
    ...(user !== undefined && {uid: user.uid, gid: user.gid}),
  });
  const installed = /^share_path=(.+)$/m.exec(stderr)?.[1];
  if (installed === undefined) return [];
  folder.make(SHARE);
  const share = join(folder.path, SHARE);
  for (const entry of readdirSync(installed)) {
    const [from, to] = [join(installed, entry), join(share, entry)];
    // of two lines that say the same, the last one counts
    if (entry === 'postgresql.conf.sample') writeFileSync(to, `${readFileSync(from, 'utf8')}\n${name} = ${value}\n`);
    else symlinkSync(from, to);
  }
  return ['-L', share];
}
