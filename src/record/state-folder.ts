import {existsSync, mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {PacelineError} from '../base/error.ts';

/** The folder `.paceline` of a checkout, and what is where in it. */
export interface StateFolder {
  readonly path: string;
  readonly journals: string;
  readonly logs: string;
  readonly history: string;
  /** Versions of tools. */
  readonly tools: string;
}

/** Names the places without touching the disk. */
export function stateFolder(root: string): StateFolder {
  const path = join(root, '.paceline');
  return {
    path,
    journals: join(path, 'journal'),
    logs: join(path, 'logs'),
    history: join(path, 'history.db'),
    tools: join(path, 'cache', 'tools.json'),
  };
}

/**
 * Makes the folders where they are missing; git ignores them through a file of their own.
 * @throws PacelineError E_STATE_FOLDER when the disk says no
 */
export function openStateFolder(root: string): StateFolder {
  const folder = stateFolder(root);
  try {
    mkdirSync(folder.journals, {recursive: true});
    mkdirSync(folder.logs, {recursive: true});
    const ignored = join(folder.path, '.gitignore');
    if (!existsSync(ignored)) writeFileSync(ignored, '*\n');
  } catch (error) {
    throw stateFolderError(folder.path, error);
  }
  return folder;
}

/** That the disk says no to something without which nothing can run. */
export function stateFolderError(path: string, cause: unknown): PacelineError {
  return new PacelineError('E_STATE_FOLDER', `Cannot write to ${path}: ${(cause as Error).message}`, {
    hint: 'Make the project folder writable, or free some space; paceline keeps its journal, logs and history there.',
    cause,
  });
}
