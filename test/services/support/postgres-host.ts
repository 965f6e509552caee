import {randomUUID} from 'node:crypto';
import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {openHome} from '../../../src/services/home.ts';
import type {Host} from '../../../src/services/host.ts';
import {Ledger} from '../../../src/services/ledger.ts';
import {serverUser} from '../../../src/services/server-user.ts';
import {StartLimits} from '../../../src/services/start-limits.ts';
import {expectNothingLeft} from './fresh-services.ts';
import {newHome} from './new-home.ts';

/** What a plugin works for, without a broker: for tests that do what only the broker's own superuser can. */
export interface TestHost extends Host {
  readonly messages: string[];
  end(): void;
}

/** @param folder of its own, removed at the end */
export function testHost(folder = newHome()): TestHost {
  const home = openHome({PACELINE_SERVICES_DIR: folder});
  const ledger = new Ledger(home.ledger, randomUUID());
  const limits = new StartLimits(join(home.path, 'start-times.db'));
  const messages: string[] = [];
  return {
    home,
    ledger,
    limits,
    user: serverUser(),
    env: process.env,
    report: (message) => messages.push(message),
    messages,
    end() {
      ledger.close();
      limits.close();
      expectNothingLeft(folder);
      rmSync(folder, {recursive: true});
    },
  };
}
