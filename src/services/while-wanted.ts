/**
 * Does something that is ended as soon as nobody wants its result any more.
 * @param signal undefined: it is always wanted
 * @param end makes the work fail soon
 */
export async function whileWanted<Result>(
  signal: AbortSignal | undefined,
  end: () => Promise<unknown>,
  work: () => Promise<Result>,
): Promise<Result> {
  // whoever takes it away hears why it could not be ended
  const giveUp = (): void => void end().catch(() => {});
  signal?.addEventListener('abort', giveUp, {once: true});
  if (signal?.aborted === true) giveUp();
  try {
    return await work();
  } finally {
    signal?.removeEventListener('abort', giveUp);
  }
}
