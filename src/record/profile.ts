import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {NodeId} from '../plan/plan.ts';
import type {StateFolder} from './state-folder.ts';

/** A CPU profile of a task, kept until the next one. */
export interface StoredProfile {
  readonly task: NodeId;
  /** Unix time, ms. */
  readonly at: number;
  /** Whose samples: V8's for Node programs, perf's for all others. */
  readonly sources: readonly ('v8' | 'perf')[];
  readonly root: ProfileNode;
}

/** A function on a stack, with everything that it called; times in ms. */
export interface ProfileNode {
  readonly name: string;
  /** With it on the stack. */
  readonly total: number;
  /** With it on top. */
  readonly self: number;
  readonly children: readonly ProfileNode[];
}

export function saveProfile(folder: StateFolder, profile: StoredProfile): string {
  const path = pathOf(folder, profile.task);
  mkdirSync(join(folder.path, 'profiles'), {recursive: true});
  writeFileSync(path, JSON.stringify(profile));
  return path;
}

/** Undefined when there is none, or none that can be read. */
export function readProfile(folder: StateFolder, task: NodeId): StoredProfile | undefined {
  try {
    return JSON.parse(readFileSync(pathOf(folder, task), 'utf8')) as StoredProfile;
  } catch {
    return undefined;
  }
}

function pathOf(folder: StateFolder, task: NodeId): string {
  return join(folder.path, 'profiles', `${encodeURIComponent(task)}.json`);
}
