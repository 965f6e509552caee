import assert from 'node:assert/strict';
import {test} from 'node:test';
import {shopCatalog} from '@shop/catalog';
import {money} from '@shop/money';
import {linesOf, type Promotion, totalsOf} from './cart.ts';

const cups: Promotion = {kind: 'multi-buy', sku: 'cup-white', take: 3, pay: 2};
const volume: Promotion = {kind: 'volume', from: money(5000, 'EUR'), percent: 10};

const totals = (wanted: readonly (readonly [string, number])[], promotions: readonly Promotion[] = []) =>
  totalsOf(linesOf(shopCatalog, wanted), promotions, 'EUR');

test('lines of one product are joined', () => {
  const lines = linesOf(shopCatalog, [
    ['cup-white', 1],
    ['tea-earl', 1],
    ['cup-white', 2],
  ]);
  assert.deepEqual(
    lines.map(({product, count}) => [product.sku, count]),
    [
      ['cup-white', 3],
      ['tea-earl', 1],
    ],
  );
  assert.throws(() => linesOf(shopCatalog, [['cup-white', 0]]), RangeError);
});

test('three for two counts whole groups only', () => {
  assert.equal(totals([['cup-white', 2]], [cups]).toPay.cents, 1700);
  assert.equal(totals([['cup-white', 3]], [cups]).toPay.cents, 1700);
  assert.equal(totals([['cup-white', 7]], [cups]).toPay.cents, 5 * 850);
});

test('the volume discount is on what the multi-buy left', () => {
  const {discounts, toPay} = totals(
    [
      ['cup-white', 3],
      ['pot-steel', 1],
    ],
    [volume, cups],
  );
  assert.deepEqual(
    discounts.map(({amount}) => amount.cents),
    [-850, -510],
  );
  assert.equal(toPay.cents, 4590);
  assert.equal(totals([['cup-white', 5]], [volume]).discounts.length, 0);
});

test('VAT is what the price includes, by rate', () => {
  assert.deepEqual(
    [
      ...totals([
        ['pot-steel', 1],
        ['tea-green', 2],
      ]).vat,
    ],
    [
      [19, money(543, 'EUR')],
      [7, money(103, 'EUR')],
    ],
  );
  assert.deepEqual(totals([]).toPay, money(0, 'EUR'));
});
