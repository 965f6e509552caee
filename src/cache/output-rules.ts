import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import type {Task} from '../plan/task.ts';
import {globsOf, isCompilerState} from './input-definitions.ts';
import {findOutputs, type OutputFiles} from './output-files.ts';
import {type FileGlobs, fileGlobs} from './patterns/file-globs.ts';

/** A file that only keeps a folder in git. */
export function isPlaceholder(path: string): boolean {
  return /(?:^|\/)\.(?:gitkeep|keep|gitignore)$/.test(path);
}

/** Which files belong to the outputs of tasks; paths are relative to the root of the checkout. */
export class OutputRules {
  readonly #globs = new Map<string, FileGlobs>();

  /** What `outputs` names; nothing where it is not said. */
  globs(task: Task): FileGlobs {
    return this.#of(task.workspace.directory, task.phase.caching.outputs ?? []);
  }

  isIncremental(task: Task, path: string): boolean {
    const {incremental} = task.phase.caching;
    return incremental.length > 0 && this.#of(task.workspace.directory, incremental).matches(path);
  }

  /** The outputs of a task that are there now. */
  find(root: string, task: Task): OutputFiles {
    const {incremental} = task.phase.caching;
    const kept = incremental.length === 0 ? undefined : this.#of(task.workspace.directory, incremental);
    return findOutputs(root, this.globs(task), kept);
  }

  /** What incremental tools keep, and is there now. */
  incrementalFiles(root: string, task: Task): readonly string[] {
    const {incremental} = task.phase.caching;
    if (incremental.length === 0) return [];
    const {files, links} = findOutputs(root, this.#of(task.workspace.directory, incremental), undefined);
    return [...files.keys(), ...links.keys()];
  }

  /**
   * What `tsc` would go on from, where `incremental` does not say that it should. While that stays and the outputs go, it writes only
   * those whose sources were edited since.
   */
  compilerState(root: string, task: Task): readonly string[] {
    const {directory} = task.workspace;
    if ((task.phase.caching.outputs ?? []).length === 0) return [];
    const paths = readdirSync(join(root, directory))
      .filter(isCompilerState)
      .map((name) => (directory === '' ? name : `${directory}/${name}`));
    return paths.filter((path) => !this.globs(task).matches(path) && !this.isIncremental(task, path));
  }

  #of(folder: string, patterns: readonly string[]): FileGlobs {
    const key = JSON.stringify([folder, patterns]);
    let globs = this.#globs.get(key);
    if (globs === undefined) {
      globs = globsOf(folder, patterns) ?? fileGlobs([]);
      this.#globs.set(key, globs);
    }
    return globs;
  }
}
