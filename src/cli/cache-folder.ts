import {join} from 'node:path';
import {storeDirectory} from '../cache/store/store-folder.ts';
import type {Project} from '../project/project.ts';

/** Where results are stored, absolute: what the environment says, else the config, else one place for all checkouts. */
export function cacheFolderOf(project: Project, env: Readonly<Record<string, string | undefined>>): string {
  const {directory} = project.cache;
  return storeDirectory(env, directory === undefined ? undefined : join(project.root, directory));
}
