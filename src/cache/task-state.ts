import {lstatSync, mkdirSync, readFileSync, renameSync, unlinkSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {hashOf} from './digest.ts';
import type {Explanation} from './explanation.ts';

/** Grows when older programs would misread the file. */
const STATE_FORMAT = 1;

/** A file that a task without declared outputs was seen to write: path, size, mtime, ctime (ms), inode, mode, and its hash when times alone do not tell. */
export type SeenFile = readonly [
  path: string,
  size: number,
  mtime: number,
  ctime: number,
  inode: number,
  mode: number,
  hash: string,
];

/** What is known about one task in one checkout; paths are relative to the root. */
export interface TaskState {
  readonly format: typeof STATE_FORMAT;
  readonly task: string;
  /** Files and folders that this task wrote, here: the only ones that may be removed on its behalf. */
  readonly owned: readonly string[];
  /** It is running, or was when paceline was killed: what it then finds beside `present` it wrote itself. */
  readonly running?: {readonly present: readonly string[]};
  /** Of a task without declared outputs. */
  readonly seen?: {
    readonly action: string;
    readonly files: readonly SeenFile[];
    /** Those that would count as inputs by default. */
    readonly excluded: readonly string[];
  };
  /** The action whose execution left the outputs as they are, and what it was made of but for contents (`namesOf`): what incremental tools go on from. */
  readonly executed?: {readonly action: string; readonly names: string};
  /** The newest first. */
  readonly explanations: readonly Explanation[];
  /** What the last misses were due to, the newest first. */
  readonly misses: readonly string[];
}

/** The folder of a checkout's cache state: a file a task. */
export class TaskStates {
  readonly folder: string;
  /** How often a state was written. */
  writes = 0;

  constructor(stateFolder: string) {
    this.folder = join(stateFolder, 'cache');
  }

  read(task: string): TaskState {
    const state = this.#readState(task);
    const present = this.#readRunning(task);
    return present === undefined ? state : {...state, running: {present}};
  }

  #readState(task: string): TaskState {
    const path = this.path(task);
    // a kill may have left it under its other name; the last look is for a write that is under way
    for (const place of [path, freshName(path), path]) {
      const state = readSealed(place) as TaskState | undefined;
      if (state?.format === STATE_FORMAT && state.task === task) return state;
    }
    // none yet, or a broken one: then nothing is ours to remove
    return {format: STATE_FORMAT, task, owned: [], explanations: [], misses: []};
  }

  #readRunning(task: string): readonly string[] | undefined {
    // a broken one was cut off by a kill before the task could start
    return readSealed(this.#runningPath(task)) as readonly string[] | undefined;
  }

  /** Notes that a task is about to run, and what of its outputs was there before; a file of its own, which goes with `write`. */
  begin(task: string, present: readonly string[]): void {
    const text = sealed(present);
    this.#inFolder(() => writeFileSync(this.#runningPath(task), text));
    try {
      // what was known of it at rest no longer holds
      utimesSync(this.path(task), 0, 0);
    } catch {
      // nothing is known yet
    }
  }

  /** Another text whenever the state was written, or the task was begun, in between; undefined when there is no state. */
  identity(task: string): string | undefined {
    const stat = lstatSync(this.path(task), {throwIfNoEntry: false});
    return stat === undefined || stat.mtimeMs === 0 ? undefined : `${stat.ino} ${stat.mtimeMs} ${stat.ctimeMs}`;
  }

  /** A task is at rest, and this is what is known of it. */
  write({running: _running, ...state}: TaskState): void {
    const path = this.path(state.task);
    const fresh = freshName(path);
    const text = sealed(state);
    this.writes++;
    try {
      this.#inFolder(() => writeFileSync(fresh, text));
      // a rename over a file makes ext4 write the data out at once, which takes a hundred times as long
      removeFile(path);
      renameSync(fresh, path);
      removeFile(this.#runningPath(state.task));
    } catch (error) {
      removeFile(fresh);
      throw error;
    }
  }

  #inFolder(write: () => void): void {
    try {
      write();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      mkdirSync(join(this.folder, 'tasks'), {recursive: true});
      write();
    }
  }

  #runningPath(task: string): string {
    return join(this.folder, 'tasks', `${fileName(task)}.running`);
  }

  /** @throws what the disk throws */
  makeFolder(): void {
    mkdirSync(this.folder, {recursive: true});
  }

  path(task: string): string {
    return join(this.folder, 'tasks', `${fileName(task)}.json`);
  }

  lockPath(task: string): string {
    return join(this.folder, 'locks', `${fileName(task)}.db`);
  }
}

function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** Who writes has the task's lock, so that one name is enough. */
function freshName(path: string): string {
  return `${path}.new`;
}

/** With its hash: a broken list of what may be removed would take other files with it. */
function sealed(value: unknown): string {
  const text = JSON.stringify(value);
  return `${hashOf(text)}\n${text}`;
}

/** Undefined when there is none, or it is not as it was written. */
function readSealed(path: string): unknown {
  try {
    const text = readFileSync(path, 'utf8');
    const end = text.indexOf('\n');
    const json = text.slice(end + 1);
    return hashOf(json) === text.slice(0, end) ? JSON.parse(json) : undefined;
  } catch {
    return undefined;
  }
}

/** A task's name as that of a file. */
function fileName(task: string): string {
  const plain = task.replaceAll(/[^\w.@-]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
  return plain.length <= 150 ? plain : `${plain.slice(0, 80)}-${hashOf(task)}`;
}
