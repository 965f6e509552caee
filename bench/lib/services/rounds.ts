/** ms of each round. */
export async function timed(
  rounds: number,
  work: (round: number) => Promise<() => Promise<unknown>>,
): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    const cleanUp = await work(round);
    times.push(performance.now() - start);
    await cleanUp();
    // what happens behind the user's back is not measured, but must not pile up either
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  return times;
}

/** ms of each round, one behind the other without a pause: nothing can be made ready meanwhile. The end of each is not in it. */
export async function timedCold(rounds: number, work: () => Promise<() => Promise<unknown>>): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    const cleanUp = await work();
    times.push(performance.now() - start);
    await cleanUp();
  }
  return times;
}

/** @param part 0.5: the median */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}
