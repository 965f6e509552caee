/** The middle of some numbers, or the mean of the two in the middle; undefined of none. */
export function median(numbers: readonly number[]): number | undefined {
  return quantile(numbers, 0.5);
}

/**
 * Linear between neighbours (Hyndman and Fan, "Sample quantiles in statistical packages", 1996, type 7); undefined of no numbers.
 * @param part 0 to 1
 */
export function quantile(numbers: readonly number[], part: number): number | undefined {
  const sorted = [...numbers].sort((one, other) => one - other);
  const place = (sorted.length - 1) * part;
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return below === undefined || above === undefined ? undefined : below + (above - below) * (place - Math.floor(place));
}

/** Standard deviation of a sample; 0 of fewer than two numbers. */
export function deviation(numbers: readonly number[]): number {
  if (numbers.length < 2) return 0;
  const mean = numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
  const squares = numbers.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  return Math.sqrt(squares / (numbers.length - 1));
}

/**
 * Where 95 % of Student's t distribution lie within, on both sides: its expansion about the normal one (Abramowitz and Stegun, "Handbook of
 * mathematical functions", 26.7.5); right to 1 % from 6 degrees of freedom on.
 */
export function studentQuantile(freedom: number): number {
  const z = 1.959964;
  return z + (z ** 3 + z) / (4 * freedom) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2);
}

/** Numbers from 0 to 1, always the same for a seed: mulberry32, by Tommy Ettinger, in the public domain. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How often samples are drawn again. */
const DRAWS = 2000;

export interface IntervalOf {
  readonly low: number;
  readonly high: number;
}

/**
 * Where a statistic of two groups lies with the given confidence: percentile bootstrap (Efron and Tibshirani, "An introduction to the
 * bootstrap", 1993, chapter 13). The same numbers always give the same interval.
 */
export function bootstrapInterval(
  before: readonly number[],
  after: readonly number[],
  statistic: (before: readonly number[], after: readonly number[]) => number,
  confidence = 0.95,
): IntervalOf {
  const random = randomNumbers(0x9e3779b9);
  const drawn = (from: readonly number[]): readonly number[] =>
    from.map(() => from[Math.floor(random() * from.length)] ?? 0);
  const values = Array.from({length: DRAWS}, () => statistic(drawn(before), drawn(after)));
  const tail = (1 - confidence) / 2;
  return {low: quantile(values, tail) ?? Number.NaN, high: quantile(values, 1 - tail) ?? Number.NaN};
}
