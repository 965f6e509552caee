import {mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from 'vitest';
import {ServicesClient} from '../../../src/services/client/services-client.ts';
import {untilGone} from '../../rig/processes.ts';

/** A broker of one's own, in a folder of its own. */
export interface FreshServices {
  readonly home: string;
  readonly client: ServicesClient;
  /** Ends the broker, and expects that nothing of it is left. */
  end(): Promise<void>;
}

export function freshServices(env: Readonly<Record<string, string>> = {}): FreshServices {
  const home = mkdtempSync('/dev/shm/pt-');
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

function processesIn(folder: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const place = readlinkSync(`/proc/${pid}/cwd`);
        return place.startsWith(folder) ? [`${pid} in ${place}`] : [];
      } catch {
        return [];
      }
    });
}
