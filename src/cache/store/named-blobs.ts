import type {Digest} from '../digest.ts';
import {decodeTree} from '../remote-api/decode.ts';
import type {ActionResult} from '../remote-api/messages.ts';

/**
 * Every blob that a result names, itself or in a tree, each once; undefined when a tree cannot be read. `bytesOf` gives bytes that are
 * known to be right.
 */
export function namedBlobs(
  result: ActionResult,
  bytesOf: (digest: Digest) => Uint8Array | undefined,
): Iterable<Digest> | undefined {
  const named = new Map<string, Digest>();
  const add = (digest: Digest): void => {
    named.set(`${digest.hash}/${digest.size}`, digest);
  };
  add(result.stdoutDigest);
  for (const {digest} of result.outputFiles) add(digest);
  for (const {treeDigest} of result.outputDirectories) {
    add(treeDigest);
    const bytes = bytesOf(treeDigest);
    if (bytes === undefined) return undefined;
    try {
      const {root, children} = decodeTree(bytes);
      for (const {files} of [root, ...children]) for (const {digest} of files) add(digest);
    } catch {
      return undefined;
    }
  }
  return named.values();
}
