import {rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {PacelineError} from '../../base/error.ts';
import {type Host, OwnedFolder} from '../host.ts';
import {OwnedProcess} from '../owned-process.ts';
import {randomPassword} from '../password.ts';
import type {PostgresPrograms} from './programs.ts';
import {ADMIN} from './server.ts';

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
  const process = new OwnedProcess(
    {
      program: join(programs.folder, 'initdb'),
      args: [
        ...['-D', join(folder.path, 'data'), '-U', ADMIN, `--pwfile=${secret}`, '--auth=scram-sha-256'],
        ...['--no-sync', '--wal-segsize=1', '--locale=C', '--encoding=UTF8'],
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
  if (end === 'exit code 0') return {folder, password};
  folder.remove();
  throw new PacelineError('E_SERVICE_START', `initdb failed: ${end}\n${process.tail()}`, {hint: `Its log is ${log}.`});
}
