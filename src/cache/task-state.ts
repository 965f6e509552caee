import {mkdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
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
  /** The action whose execution left the outputs as they are, and the names of its inputs: what incremental tools go on from. */
  readonly executed?: {readonly action: string; readonly names: string};
  /** The newest first. */
  readonly explanations: readonly Explanation[];
  /** What the last misses were due to, the newest first. */
  readonly misses: readonly string[];
}

/** The folder of a checkout's cache state: a file a task. */
export class TaskStates {
  readonly folder: string;

  constructor(stateFolder: string) {
    this.folder = join(stateFolder, 'cache');
  }

  read(task: string): TaskState {
    const state = this.#readState(task);
    const present = this.#readRunning(task);
    return present === undefined ? state : {...state, running: {present}};
  }

  #readState(task: string): TaskState {
    try {
      const state = JSON.parse(readFileSync(this.path(task), 'utf8')) as Partial<TaskState>;
      if (
        state.format === STATE_FORMAT &&
        state.task === task &&
        Array.isArray(state.owned) &&
        Array.isArray(state.explanations)
      )
        return state as TaskState;
    } catch {
      // none yet, or one that a kill cut off: then nothing is ours to remove
    }
    return {format: STATE_FORMAT, task, owned: [], explanations: [], misses: []};
  }

  #readRunning(task: string): readonly string[] | undefined {
    let text: string;
    try {
      text = readFileSync(this.#runningPath(task), 'utf8');
    } catch {
      return undefined;
    }
    try {
      return JSON.parse(text) as string[];
    } catch {
      // cut off by a kill before the task could start
      return undefined;
    }
  }

  /** Notes that a task is about to run, and what of its outputs was there before; a file of its own, which goes with `write`. */
  begin(task: string, present: readonly string[]): void {
    const text = JSON.stringify(present);
    this.#inFolder(() => writeFileSync(this.#runningPath(task), text));
  }

  /** A task is at rest, and this is what is known of it. */
  write({running: _running, ...state}: TaskState): void {
    const path = this.path(state.task);
    const fresh = `${path}.${process.pid}.new`;
    try {
      this.#inFolder(() => writeFileSync(fresh, JSON.stringify(state)));
      // a rename over a file makes ext4 write the data out at once, which takes a hundred times as long
      rmSync(path, {force: true});
      renameSync(fresh, path);
      rmSync(this.#runningPath(state.task), {force: true});
    } catch (error) {
      rmSync(fresh, {force: true});
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

/** A task's name as that of a file. */
function fileName(task: string): string {
  const plain = task.replaceAll(/[^\w.@-]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
  return plain.length <= 150 ? plain : `${plain.slice(0, 80)}-${hashOf(task)}`;
}
