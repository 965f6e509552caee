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

  write(state: TaskState): void {
    const path = this.path(state.task);
    const fresh = `${path}.${process.pid}.new`;
    try {
      writeFileSync(fresh, JSON.stringify(state));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        rmSync(fresh, {force: true});
        throw error;
      }
      mkdirSync(join(this.folder, 'tasks'), {recursive: true});
      writeFileSync(fresh, JSON.stringify(state));
    }
    renameSync(fresh, path);
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
