import type {Brand} from '../base/brand.ts';

/** SHA-256 in lower-case hex. */
export type Hash = Brand<string, 'Hash'>;

/** Names a blob by its content, as in the Remote Execution API (`build.bazel.remote.execution.v2.Digest`). */
export interface Digest {
  readonly hash: Hash;
  /** Bytes. */
  readonly size: number;
}

// node:crypto costs about 10 ms to load: a run with nothing to do never hashes
let loaded: typeof import('node:crypto') | undefined;

/** Node's crypto, loaded at the first call. */
export function crypto(): typeof import('node:crypto') {
  loaded ??= process.getBuiltinModule('node:crypto');
  return loaded;
}

export function hashOf(bytes: Uint8Array | string): Hash {
  return crypto().hash('sha256', bytes, 'hex') as Hash;
}

export function digestOf(bytes: Uint8Array): Digest {
  return {hash: hashOf(bytes), size: bytes.length};
}

/** The blob without content, which every store acts as if it had. */
export const EMPTY_DIGEST: Digest = {
  hash: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' as Hash,
  size: 0,
};
