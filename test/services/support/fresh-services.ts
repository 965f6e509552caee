import {readdirSync, readFileSync, readlinkSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from 'vitest';
import {ServicesClient} from '../../../src/services/client/services-client.ts';
import {untilGone} from '../../rig/processes.ts';
import {newHome} from './new-home.ts';

/** A broker of one's own, in a folder of its own. */
export interface FreshServices {
  readonly home: string;
  readonly client: ServicesClient;
  /** Ends the broker, and expects that nothing of it is left. */
  end(): Promise<void>;
}

/** @param home of a broker before this one; else a new one */
export function freshServices(env: Readonly<Record<string, string>> = {}, home = newHome()): FreshServices {
  const client = new ServicesClient({...process.env, ...env, PACELINE_SERVICES_DIR: home});
  return {
    home,
    client,
    async end() {
      const status = await client.status();
      await client.shutdown();
      client.close();
      if (status !== undefined) await untilGone(status.pid);
      expectNothingLeft(home);
      rmSync(home, {recursive: true});
    },
  };
}

/** No process works below a folder, nothing is mounted there, and no server has left its files. */
export function expectNothingLeft(home: string): void {
  expect(processesIn(home)).toEqual([]);
  expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(home);
  const folders = readdirSync(home, {withFileTypes: true}).filter(
    (one) => one.isDirectory() && /^s\d*$/.test(one.name),
  );
  expect(folders.flatMap(({name}) => readdirSync(join(home, name)))).toEqual([]);
}

interface WorkingProcess {
  readonly pid: number;
  /** Its current folder. */
  readonly place: string;
}

/** Processes whose current folder is this one or below it. */
export function processesIn(folder: string): readonly WorkingProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const place = readlinkSync(`/proc/${pid}/cwd`);
        return place.startsWith(folder) ? [{pid: Number(pid), place}] : [];
      } catch {
        return [];
      }
    });
}
