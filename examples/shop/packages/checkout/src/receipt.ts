import {linesOf, lineTotal, type Promotion, totalsOf} from '@shop/cart';
import type {Catalog} from '@shop/catalog';
import {formatMoney, type Money, money} from '@shop/money';
import type {Order} from './order.ts';

/** What the shop gives off this season. */
export const promotions: readonly Promotion[] = [
  {kind: 'multi-buy', sku: 'cup-white', take: 3, pay: 2},
  {kind: 'volume', from: money(10_000, 'EUR'), percent: 5},
];

export interface ReceiptStyle {
  readonly shop: string;
  /** For amounts: `en-IE`, `de-DE`. */
  readonly locale: string;
  /** Columns of the paper. */
  readonly width: number;
}

/** The receipt as text, and what was paid. */
export function receiptOf(
  order: Order,
  catalog: Catalog,
  {shop, locale, width}: ReceiptStyle,
): {text: string; paid: Money} {
  const row = (left: string, amount: Money): string => {
    const right = formatMoney(amount, locale);
    return `${left.slice(0, width - right.length - 1).padEnd(width - right.length)}${right}`;
  };
  const rule = '-'.repeat(width);
  const lines = linesOf(catalog, order.items);
  const {goods, discounts, toPay, vat} = totalsOf(lines, promotions, 'EUR');
  const text = [
    shop,
    `Receipt ${order.number}`.padEnd(width - order.date.length) + order.date,
    rule,
    ...lines.map((line) => row(`${line.count} x ${line.product.name}`, lineTotal(line))),
    ...(discounts.length > 0 ? [rule, row('Goods', goods)] : []),
    ...discounts.map(({reason, amount}) => row(reason, amount)),
    rule,
    row('To pay', toPay),
    ...[...vat].map(([rate, amount]) => row(`of which VAT ${rate} %`, amount)),
    '',
  ].join('\n');
  return {text, paid: toPay};
}
