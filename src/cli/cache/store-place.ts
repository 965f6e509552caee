import {resolve} from 'node:path';
import {type StoreLimits, storeLimits} from '../../cache/store/collection.ts';
import {storeDirectory} from '../../cache/store/store-folder.ts';
import {findRoot} from '../../project/find-root.ts';
import type {CacheSettings} from '../../project/project.ts';
import {openProject} from '../open-project.ts';

/** Where results are kept, and how many of them. */
export interface StorePlace {
  readonly directory: string;
  readonly limits: StoreLimits;
}

/** The place for a project whose root is `root`. */
export function storePlace(root: string, {directory, maxBytes, maxAgeMs}: CacheSettings): StorePlace {
  return {
    directory: storeDirectory(process.env, directory === undefined ? undefined : resolve(root, directory)),
    limits: storeLimits({...(maxBytes !== undefined && {maxBytes}), ...(maxAgeMs !== undefined && {maxAgeMs})}),
  };
}

/** The place for this folder: that of the project where there is one, else that of the user. */
export function storePlaceHere(options: {readonly root?: string}): StorePlace {
  if (options.root === undefined && findRoot(process.cwd()) === undefined)
    return {directory: storeDirectory(process.env, undefined), limits: storeLimits({})};
  const {root, cache} = openProject(options);
  return storePlace(root, cache);
}
