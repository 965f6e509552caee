import {styleText} from 'node:util';

export type Colour = Parameters<typeof styleText>[0];

/** What the terminal can do. */
export interface Screen {
  readonly write: (text: string) => void;
  /** Colours and other escape codes. */
  readonly colour: boolean;
  /** Lines may be rewritten. */
  readonly live: boolean;
  readonly columns: () => number;
  readonly rows: () => number;
}

/** Looks at a stream and at NO_COLOR (no-color.org) and FORCE_COLOR (force-color.org); the first wins. */
export function screenOf(stream: NodeJS.WriteStream, env: Readonly<Record<string, string | undefined>>): Screen {
  const forced = env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '' && env.FORCE_COLOR !== '0';
  const refused = (env.NO_COLOR !== undefined && env.NO_COLOR !== '') || env.FORCE_COLOR === '0' || env.TERM === 'dumb';
  const terminal = stream.isTTY === true;
  return {
    write: (text) => void stream.write(text),
    colour: forced ? !(env.NO_COLOR !== undefined && env.NO_COLOR !== '') : terminal && !refused,
    live: terminal && env.TERM !== 'dumb' && (env.CI === undefined || env.CI === '' || env.CI === 'false'),
    // a terminal that was never told its size says 0
    columns: () => stream.columns || 80,
    rows: () => stream.rows || 24,
  };
}

export function painted(screen: Pick<Screen, 'colour'>, colour: Colour, text: string): string {
  return screen.colour ? styleText(colour, text, {validateStream: false}) : text;
}
