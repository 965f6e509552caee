import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {StoreFolder} from './store-folder.ts';

/** Says when a store is to be collected again. */
export interface CollectionState {
  /** Unix time, ms. */
  readonly collectedAt: number;
  /** Bytes since then. Runs that end at the same time may lose each other's. */
  readonly written: number;
}

/** Undefined when there is none, or half of one. */
export function readCollectionState(folder: StoreFolder): CollectionState | undefined {
  try {
    const {collectedAt, written} = JSON.parse(readFileSync(pathOf(folder), 'utf8')) as Partial<CollectionState>;
    return Number.isFinite(collectedAt) && Number.isFinite(written)
      ? {collectedAt: Number(collectedAt), written: Number(written)}
      : undefined;
  } catch {
    return undefined;
  }
}

/** Written in place, which is cheaper: half of it is as good as none. */
export function writeCollectionState(folder: StoreFolder, state: CollectionState): void {
  writeFileSync(pathOf(folder), `${JSON.stringify(state)}\n`);
}

function pathOf(folder: StoreFolder): string {
  return join(folder.path, 'gc.json');
}
