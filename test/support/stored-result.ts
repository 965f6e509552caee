import {type Digest, type Hash, hashOf} from '../../src/cache/digest.ts';
import type {ActionResult} from '../../src/cache/remote-api/messages.ts';
import type {DiskStore} from '../../src/cache/store/disk-store.ts';

/** The key of an action that is only a name. */
export function actionOf(name: string): Hash {
  return hashOf(`action ${name}`);
}

/** A result with these outputs. */
export function resultOf(outputs: ReadonlyMap<string, Digest>, stdoutDigest: Digest): ActionResult {
  return {
    outputFiles: [...outputs].sort().map(([path, digest]) => ({path, digest, isExecutable: false})),
    outputDirectories: [],
    outputSymlinks: [],
    exitCode: 0,
    stdoutDigest,
    executionMs: 12,
    completedAt: 1_700_000_000_000,
  };
}

/** Puts an entry into a store; the outputs are `0`, `1`... */
export function publish(store: DiskStore, action: Hash, outputs: readonly Uint8Array[], stdout = ''): ActionResult {
  const writer = store.write();
  const digests = new Map(outputs.map((bytes, index) => [String(index), writer.addBytes(bytes)]));
  const result = resultOf(digests, writer.addBytes(Buffer.from(stdout)));
  writer.seal(result);
  writer.publish(action);
  return result;
}

/** Bytes that compress badly and are the same every time. */
export function bytesLike(seed: number, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  let state = seed * 2_654_435_761 + 1;
  for (let at = 0; at < size; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = state >>> 16;
  }
  return bytes;
}

/** Outputs of an action of that number: small ones, and a large one. */
export function outputsLike(seed: number): readonly Buffer[] {
  return [...Array.from({length: 30}, (_, index) => bytesLike(seed * 100 + index, 3000)), bytesLike(seed, 150_000)];
}
