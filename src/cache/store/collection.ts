import {existsSync} from 'node:fs';
import {type CollectionState, readCollectionState, writeCollectionState} from './collection-state.ts';
import {removeUnlessUsed, type StoreFile, storedFiles, temporaryFiles} from './store-files.ts';
import type {StoreFolder} from './store-folder.ts';
import {withStoreLock} from './store-lock.ts';

export interface StoreLimits {
  /** Bytes of all files together; Infinity: no limit. */
  readonly maxBytes: number;
  /** Since the last use, ms; Infinity: for ever. */
  readonly maxAgeMs: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What was used so recently is not collected: the run that uses it may still be under way. */
const GRACE = HOUR;

/** A store is collected once so much was written, bytes, and at least once a day. */
const MUCH = 2 ** 30;

/** What a collection did. */
export interface Collected {
  readonly entries: number;
  readonly blobs: number;
  /** Left by killed processes. */
  readonly temporaries: number;
  /** That were removed. */
  readonly bytes: number;
  /** That remain. */
  readonly keptBytes: number;
}

/** Limits as a config has them: nothing said is 10 GiB and 30 days, 0 is no limit. */
export function storeLimits(said: Partial<StoreLimits>): StoreLimits {
  const {maxBytes = 10 * 2 ** 30, maxAgeMs = 30 * DAY} = said;
  return {maxBytes: maxBytes || Number.POSITIVE_INFINITY, maxAgeMs: maxAgeMs || Number.POSITIVE_INFINITY};
}

/**
 * Removes what was not used for long, and the least recently used beyond the size; undefined when another process is at it.
 * @throws PacelineError E_CACHE_WRITE, E_CACHE_READ
 */
export function collect(folder: StoreFolder, limits: StoreLimits, now = Date.now()): Collected | undefined {
  if (!existsSync(folder.path)) return {entries: 0, blobs: 0, temporaries: 0, bytes: 0, keptBytes: 0};
  try {
    return withStoreLock(folder, () => {
      const collected = removeUnused(folder, limits, now);
      writeCollectionState(folder, {collectedAt: now, written: 0});
      return collected;
    });
  } catch (error) {
    throw folder.writeError(error);
  }
}

/**
 * Collects when that is due, for the end of a run that has written so many bytes. Costs one read when it is not. A store that cannot be
 * written does not grow either: nothing is said then.
 */
export function collectIfDue(
  folder: StoreFolder,
  limits: StoreLimits,
  written: number,
  now = Date.now(),
): Collected | undefined {
  const state = readCollectionState(folder);
  const total = (state?.written ?? 0) + written;
  try {
    if (state !== undefined && isDue(state, total, now)) return collect(folder, limits, now);
    if (written > 0) writeCollectionState(folder, {collectedAt: state?.collectedAt ?? now, written: total});
  } catch {
    // see above
  }
  return undefined;
}

function isDue({collectedAt}: CollectionState, written: number, now: number): boolean {
  return written >= MUCH || Math.abs(now - collectedAt) >= DAY;
}

function removeUnused(folder: StoreFolder, limits: StoreLimits, now: number): Collected {
  const counts = {entry: 0, blob: 0, temporary: 0};
  let bytes = 0;
  for (const file of temporaryFiles(folder)) {
    if (now - lastUse(file, now) < GRACE || !removeUnlessUsed(file)) continue;
    counts.temporary++;
    bytes += file.size;
  }
  const files = [...storedFiles(folder)].sort((one, other) => compare(one, other, now));
  let keptBytes = files.reduce((sum, {size}) => sum + size, 0);
  for (const file of files) {
    const age = now - lastUse(file, now);
    // what comes behind is younger
    if (age < GRACE || (age <= limits.maxAgeMs && keptBytes <= limits.maxBytes)) break;
    if (!removeUnlessUsed(file)) continue;
    keptBytes -= file.size;
    counts[file.kind]++;
    bytes += file.size;
  }
  return {entries: counts.entry, blobs: counts.blob, temporaries: counts.temporary, bytes, keptBytes};
}

/** The least recently used first; entries before blobs, so that no entry remains whose blobs are gone. */
function compare(one: StoreFile, other: StoreFile, now: number): number {
  const byUse = lastUse(one, now) - lastUse(other, now);
  if (byUse !== 0) return byUse;
  return Number(one.kind === 'blob') - Number(other.kind === 'blob');
}

/** A time that lies far in the future says nothing, and must not keep a file for ever. */
function lastUse({usedAt}: StoreFile, now: number): number {
  return usedAt > now + DAY ? 0 : usedAt;
}
