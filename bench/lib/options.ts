/** The values of a list like `turbo,make`, in the order of `known`; all without a list. Throws a RangeError for one that is not known. */
export function choiceOf<Value extends string>(list: string | undefined, known: readonly Value[]): readonly Value[] {
  if (list === undefined) return known;
  const wanted = list.split(',');
  const stray = wanted.find((one) => !known.some((name) => name === one));
  if (stray !== undefined) throw new RangeError(`there is no ${stray}; there are ${known.join(', ')}`);
  return known.filter((name) => wanted.includes(name));
}

/** A whole number above 0. Throws a RangeError for anything else. */
export function countOf(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`${text} is not a whole number above 0`);
  return count;
}
