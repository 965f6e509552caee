import type {RunEvent} from '../record/events.ts';
import type {Run} from '../record/run.ts';

/** Streams the events of a run, one JSON value a line; docs/reference/events.md. */
export function ndjsonDisplay(write: (text: string) => void): {
  readonly listener: (event: RunEvent) => void;
  readonly finish: (run: Run) => void;
} {
  return {listener: (event) => write(`${JSON.stringify(event)}\n`), finish: () => {}};
}
