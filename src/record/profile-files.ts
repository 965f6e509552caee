import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {NodeId} from '../plan/plan.ts';
import type {StoredProfile} from './profile.ts';
import type {StateFolder} from './state-folder.ts';

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
