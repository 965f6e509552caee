import type {DisplayContext} from '../../src/ui/display.ts';
import type {Screen} from '../../src/ui/style.ts';

/** A screen that remembers what was written to it. */
export interface RememberingScreen extends Screen {
  readonly text: () => string;
}

export function screen(more: Partial<Screen> = {}): RememberingScreen {
  const written: string[] = [];
  return {
    write: (text) => void written.push(text),
    colour: false,
    live: false,
    columns: () => 100,
    rows: () => 30,
    text: () => written.join(''),
    ...more,
  };
}

/** What a display is given; `log` is the bytes of the one log file. */
export function displayContext(on: Screen, log = '', more: Partial<DisplayContext> = {}): DisplayContext {
  const bytes = Buffer.from(log);
  return {
    screen: on,
    logs: '/nowhere',
    readLog: ({start, end}) => bytes.subarray(start, end),
    shown: 'failed',
    durations: new Map(),
    tasks: new Set(),
    streamed: new Set(),
    jobs: 4,
    alone: (task) => `paceline run ${task} --only`,
    groups: false,
    ...more,
  };
}
