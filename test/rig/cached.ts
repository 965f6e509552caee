import {rmSync} from 'node:fs';
import {join} from 'node:path';
import type {RunEvent} from '../../src/record/events.ts';
import {outcomes, parseLines} from './events.ts';
import {type Ending, endingText, type StartOptions} from './program.ts';
import type {Files, Rig} from './rig.ts';

type RunEnding = Ending & {readonly events: readonly RunEvent[]};

/** Runs to a good end, and says what became of the tasks, in order of their names: `build cached`, `test passed`. */
export async function ran(rig: Rig, words: readonly string[], options: StartOptions = {}): Promise<readonly string[]> {
  const ending = await rig.events(words, options);
  if (ending.code !== 0 || ending.stderr !== '') throw new Error(`the run failed: ${endingText(ending)}`);
  return outcomes(ending.events).toSorted();
}

/** Why tasks ran, by their names. */
export function reasons(events: readonly RunEvent[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    events.flatMap((event) => (event.kind === 'cache-missed' ? [[event.task, event.reason]] : [])),
  );
}

/** What was said of a code, a line each. */
export function said(events: readonly RunEvent[], code: string): readonly string[] {
  return events.flatMap((event) => (event.kind === 'notice' && event.code === code ? [event.message] : []));
}

/** A state of a project and of what is around it. */
export interface Side {
  readonly files?: Files;
  /** Paths that are not there. */
  readonly without?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Behind the task. */
  readonly words?: readonly string[];
  /** What else to do. */
  readonly make?: (rig: Rig) => void;
}

/** Brings a project to a state, and runs a task. */
export async function runSide(rig: Rig, task: string, {files, without, env, words, make}: Side): Promise<RunEnding> {
  for (const path of without ?? []) rmSync(join(rig.root, path), {recursive: true, force: true});
  rig.write(files ?? {});
  make?.(rig);
  const line = ['run', '--output', 'ndjson', task, ...(words ?? [])];
  const ending = await rig.run(line, env === undefined ? {} : {env});
  return {...ending, events: parseLines(ending.stdout)};
}
