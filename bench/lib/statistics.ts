/** The middle and the extremes of some measurements. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Throws a RangeError without values. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((left, right) => left - right);
  const low = sorted[Math.floor((sorted.length - 1) / 2)];
  const high = sorted[Math.ceil((sorted.length - 1) / 2)];
  if (low === undefined || high === undefined) throw new RangeError('no values');
  return {median: (low + high) / 2, min: sorted[0] ?? low, max: sorted.at(-1) ?? high};
}

/** Of two series that were measured in the same rounds: the median of the rounds' ratios, which a drifting machine does not move. */
export function ratioOf(values: readonly number[], reference: readonly number[]): number {
  const ratios = values.map((value, round) => value / (reference[round] ?? Number.NaN)).filter(Number.isFinite);
  return spreadOf(ratios).median;
}

/** As `ratioOf`, for the differences. */
export function differenceOf(values: readonly number[], reference: readonly number[]): number {
  const differences = values.map((value, round) => value - (reference[round] ?? Number.NaN)).filter(Number.isFinite);
  return spreadOf(differences).median;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** What y gains for each x, from one point to the other. */
export const slopeOf = (from: Point, to: Point): number => (to.y - from.y) / (to.x - from.x);
