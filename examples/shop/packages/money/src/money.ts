export type Currency = 'EUR' | 'GBP' | 'USD';

/** An amount in whole minor units (cents, pence), so that sums are exact. */
export interface Money {
  readonly cents: number;
  readonly currency: Currency;
}

const CURRENCIES: readonly string[] = ['EUR', 'GBP', 'USD'] satisfies Currency[];

/** Throws a RangeError unless `cents` is a whole number that arithmetic keeps exact. */
export function money(cents: number, currency: Currency): Money {
  if (!Number.isSafeInteger(cents)) throw new RangeError(`${cents} is not a whole number of cents`);
  return {cents, currency};
}

/** Reads `EUR 12.50`. Throws a SyntaxError for anything else. */
export function parseMoney(text: string): Money {
  const [, currency, sign, units, cents] = /^([A-Z]{3}) (-?)(\d+)\.(\d\d)$/.exec(text) ?? [];
  if (currency === undefined || !isCurrency(currency)) throw new SyntaxError(`"${text}" is no amount like "EUR 12.50"`);
  const total = Number(units) * 100 + Number(cents);
  return money(sign === '-' ? -total : total, currency);
}

export function isCurrency(text: string): text is Currency {
  return CURRENCIES.includes(text);
}

/** As the people of `locale` write it: `€12.50`, `12,50 €`. */
export function formatMoney({cents, currency}: Money, locale: string): string {
  return new Intl.NumberFormat(locale, {style: 'currency', currency}).format(cents / 100);
}

export function zero(currency: Currency): Money {
  return money(0, currency);
}

/** Throws a TypeError when the currencies differ: rates are somebody else's business. */
export function add(left: Money, right: Money): Money {
  if (left.currency !== right.currency) throw new TypeError(`cannot add ${right.currency} to ${left.currency}`);
  return money(left.cents + right.cents, left.currency);
}

export function sum(amounts: Iterable<Money>, currency: Currency): Money {
  let total = zero(currency);
  for (const amount of amounts) total = add(total, amount);
  return total;
}

export function times({cents, currency}: Money, count: number): Money {
  return money(cents * count, currency);
}

export function negate(amount: Money): Money {
  return times(amount, -1);
}

/** `percent` of the amount, rounded half away from zero, as tills do. */
export function percentOf({cents, currency}: Money, percent: number): Money {
  const exact = (cents * percent) / 100;
  return money(Math.sign(exact) * Math.round(Math.abs(exact)), currency);
}

/**
 * Splits an amount in proportion to the weights, to the last cent: the parts always add up to the whole. The cents that rounding
 * leaves over go to the parts with the largest remainders. Throws a RangeError unless a weight is positive and none is negative.
 */
export function allocate({cents, currency}: Money, weights: readonly number[]): readonly Money[] {
  const total = weights.reduce((left, right) => left + right, 0);
  if (total <= 0 || weights.some((weight) => weight < 0)) throw new RangeError('weights must be positive');
  const exact = weights.map((weight) => (cents * weight) / total);
  const parts = exact.map(Math.floor);
  const left = cents - parts.reduce((sumSoFar, part) => sumSoFar + part, 0);
  const byRemainder = exact
    .map((value, index) => ({index, remainder: value - Math.floor(value)}))
    .sort((one, other) => other.remainder - one.remainder || one.index - other.index);
  const lucky = new Set(byRemainder.slice(0, left).map(({index}) => index));
  return parts.map((part, index) => money(part + (lucky.has(index) ? 1 : 0), currency));
}
