import {setPriority} from 'node:os';
import type {Client} from 'pg';

/** Of processes that prepare what nobody waits for yet; setpriority(2), 0 is that of others. */
const LOW = 10;

/** The server works for this connection only when the processors have nothing better to do: users of ready databases come first. */
export function lowerPriority(client: Client & {readonly processID?: number | null}): void {
  const {processID} = client;
  if (typeof processID !== 'number') return;
  try {
    setPriority(processID, LOW);
  } catch {
    // then it competes with them
  }
}
