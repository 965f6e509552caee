/** Calls back after a time in ms. No time, or one that is longer than Node's timers can count (they would fire at once): never. */
export function timer(ms: number | undefined, then: () => void): NodeJS.Timeout | undefined {
  return ms === undefined || ms > 0x7fffffff ? undefined : setTimeout(then, ms);
}
