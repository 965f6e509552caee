import {type Catalog, type Product, productOf, vatRates} from '@shop/catalog';
import {add, allocate, type Currency, type Money, money, negate, percentOf, sum, times} from '@shop/money';

export interface Line {
  readonly product: Product;
  readonly count: number;
}

/** A reason to pay less. */
export type Promotion =
  /** Of each `take` pieces of one product only `pay` are paid. */
  | {readonly kind: 'multi-buy'; readonly sku: string; readonly take: number; readonly pay: number}
  /** A percentage off everything once the goods cost at least `from`. */
  | {readonly kind: 'volume'; readonly from: Money; readonly percent: number};

export interface Discount {
  readonly reason: string;
  /** Negative. */
  readonly amount: Money;
}

export interface Totals {
  readonly goods: Money;
  readonly discounts: readonly Discount[];
  readonly toPay: Money;
  /** What of `toPay` is VAT, by rate in percent. */
  readonly vat: ReadonlyMap<number, Money>;
}

export const lineTotal = ({product, count}: Line): Money => times(product.price, count);

/** Lines of the same product are joined. Throws an Error for an unknown SKU, a RangeError for a count that is no whole number above 0. */
export function linesOf(catalog: Catalog, wanted: Iterable<readonly [sku: string, count: number]>): readonly Line[] {
  const counts = new Map<string, number>();
  for (const [sku, count] of wanted) {
    if (!Number.isInteger(count) || count < 1) throw new RangeError(`${count} pieces of ${sku}`);
    counts.set(sku, (counts.get(sku) ?? 0) + count);
  }
  return [...counts].map(([sku, count]) => ({product: productOf(catalog, sku), count}));
}

function multiBuy(
  lines: readonly Line[],
  {sku, take, pay}: Extract<Promotion, {kind: 'multi-buy'}>,
): Discount | undefined {
  const line = lines.find(({product}) => product.sku === sku);
  const free = line === undefined ? 0 : Math.floor(line.count / take) * (take - pay);
  if (line === undefined || free === 0) return undefined;
  return {reason: `${take} for ${pay}: ${line.product.name}`, amount: negate(times(line.product.price, free))};
}

/** Multi-buys first; a volume discount is on what is left. */
function discountsOf(lines: readonly Line[], promotions: readonly Promotion[], goods: Money): readonly Discount[] {
  const discounts: Discount[] = [];
  for (const promotion of promotions) {
    const discount = promotion.kind === 'multi-buy' ? multiBuy(lines, promotion) : undefined;
    if (discount !== undefined) discounts.push(discount);
  }
  const left = discounts.reduce((total, {amount}) => add(total, amount), goods);
  const volume = promotions
    .filter((one) => one.kind === 'volume')
    .filter(({from}) => left.cents >= from.cents)
    .sort((one, other) => other.percent - one.percent)[0];
  if (volume !== undefined)
    discounts.push({reason: `${volume.percent} % off`, amount: negate(percentOf(left, volume.percent))});
  return discounts;
}

/** Discounts are spread over the lines in proportion to their price, so that VAT is right to the cent. */
export function totalsOf(lines: readonly Line[], promotions: readonly Promotion[], currency: Currency): Totals {
  const goods = sum(lines.map(lineTotal), currency);
  const discounts = discountsOf(lines, promotions, goods);
  const toPay = discounts.reduce((total, {amount}) => add(total, amount), goods);
  const shares =
    goods.cents > 0
      ? allocate(
          toPay,
          lines.map((line) => lineTotal(line).cents),
        )
      : [];
  const gross = new Map<number, Money>();
  for (const [index, {product}] of lines.entries()) {
    const rate = vatRates[product.vat];
    gross.set(rate, add(gross.get(rate) ?? money(0, currency), shares[index] ?? money(0, currency)));
  }
  const vat = new Map(
    [...gross].sort(([one], [other]) => other - one).map(([rate, paid]) => [rate, includedVat(paid, rate)]),
  );
  return {goods, discounts, toPay, vat};
}

/** The VAT in an amount that includes it. */
const includedVat = (paid: Money, rate: number): Money =>
  money(Math.round((paid.cents * rate) / (100 + rate)), paid.currency);
