import {rmSync} from 'node:fs';
import {type Ledger, livingOf} from '../ledger.ts';
import {endAll} from '../owned-process.ts';
import {freeSharedMemory} from '../shared-memory.ts';

/**
 * Takes away what brokers that were killed left: only what their ledger proves to be theirs.
 * @returns how much that was
 */
export async function reap(ledger: Ledger, report: (message: string) => void): Promise<number> {
  let reaped = 0;
  for (const {id, belonging} of ledger.left()) {
    try {
      switch (belonging.kind) {
        case 'process':
          await endAll(() => livingOf(belonging));
          break;
        case 'folder':
          freeSharedMemory(belonging.path);
          rmSync(belonging.path, {recursive: true, force: true, maxRetries: 3});
          break;
        case 'container': {
          const {removeContainer} = await import('../container/ownership.ts');
          await removeContainer(belonging.engine, belonging.id);
          break;
        }
      }
      ledger.strike(id);
      reaped++;
    } catch (error) {
      report(
        `${JSON.stringify(belonging)} of a broker that is gone could not be taken away: ${(error as Error).message}`,
      );
    }
  }
  return reaped;
}
