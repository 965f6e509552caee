import {createHash} from 'node:crypto';
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import type {Task} from '../plan/task.ts';
import type {Project} from '../project/project.ts';

const LOCKFILES = [
  'package-lock.json',
  'npm-shrinkwrap.json',
  'pnpm-lock.yaml',
  'yarn.lock',
  'bun.lock',
  'bun.lockb',
  'Cargo.lock',
  'go.sum',
  'uv.lock',
  'poetry.lock',
];

/** Remembers, for a checkout, what the prefetch stage last installed from. */
export class PrefetchMarker {
  readonly #path: string;
  readonly #root: string;
  readonly #digest: string;

  constructor(stateFolder: string, project: Project, task: Task) {
    this.#path = join(stateFolder, 'prefetch');
    this.#root = project.root;
    const hash = createHash('sha256').update(JSON.stringify([task.commands, task.phase.caching.inputs ?? []]));
    for (const file of [...LOCKFILES, ...(task.phase.caching.inputs ?? [])]) {
      const path = join(project.root, file);
      if (existsSync(path)) hash.update(`\0${file}\0`).update(readFileSync(path));
    }
    this.#digest = hash.digest('hex');
  }

  /** Nothing to install: same lockfile, same commands, and what npm installed is still there. */
  get upToDate(): boolean {
    if (!existsSync(this.#path) || readFileSync(this.#path, 'utf8') !== this.#digest) return false;
    return !existsSync(join(this.#root, 'package-lock.json')) || existsSync(join(this.#root, 'node_modules'));
  }

  remember(): void {
    try {
      mkdirSync(dirname(this.#path), {recursive: true});
      writeFileSync(this.#path, this.#digest);
    } catch {
      // the next run installs once more
    }
  }
}
