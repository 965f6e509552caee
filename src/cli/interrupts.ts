/** npm and other wrappers pass on a Ctrl-C that the terminal already sent to us: one press, two signals. */
const SAME_PRESS_MS = 100;

/** Hands signals, and a reader that went away, to a run. Returns what takes it back. */
export function listenForInterrupts(interrupt: (signal: string) => void): () => void {
  let last = Number.NEGATIVE_INFINITY;
  const hear = (signal: string): void => {
    const now = performance.now();
    if (now - last < SAME_PRESS_MS) return;
    last = now;
    interrupt(signal);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.on(signal, hear);
  let closed = false;
  const onClosed = (error: NodeJS.ErrnoException): void => {
    // a pipe without a reader, or a terminal that is gone: every write fails from now on; the first failure stops the run
    if (closed || (error.code !== 'EPIPE' && error.code !== 'EIO')) return;
    closed = true;
    hear('SIGPIPE');
  };
  process.stdout.on('error', onClosed);
  return () => {
    for (const signal of signals) process.off(signal, hear);
    process.stdout.off('error', onClosed);
  };
}
