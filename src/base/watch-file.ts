import {watch} from 'node:fs';

/** How often a file is looked at that cannot be watched, ms. */
const LOOK_MS = 100;

/**
 * Calls back when a file has changed. Where the kernel has no watch left to give (inotify(7), limits), it calls back again and again
 * instead. Returns what ends it.
 */
export function watchFile(path: string, changed: () => void): () => void {
  let looks: NodeJS.Timeout | undefined;
  const lookInstead = (): void => {
    looks ??= setInterval(changed, LOOK_MS).unref();
  };
  try {
    const watcher = watch(path, changed);
    watcher.on('error', lookInstead);
    return () => {
      watcher.close();
      clearInterval(looks);
    };
  } catch {
    lookInstead();
    return () => clearInterval(looks);
  }
}
