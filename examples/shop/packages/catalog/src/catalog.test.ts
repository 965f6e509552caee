import assert from 'node:assert/strict';
import {test} from 'node:test';
import {money} from '@shop/money';
import {catalogOf, productOf, shopCatalog} from './catalog.ts';

test('every line of the data is a product with a price', () => {
  assert.ok(shopCatalog.size >= 5);
  for (const {sku, price} of shopCatalog.values()) assert.ok(price.cents > 0, sku);
  assert.deepEqual(productOf(shopCatalog, 'cup-white').price, money(850, 'EUR'));
});

test('a misspelt SKU names a near one', () => {
  assert.throws(() => productOf(shopCatalog, 'tea-gren'), /no product tea-gren; did you mean tea-green\?/);
  assert.throws(() => productOf(shopCatalog, 'sugar'), /no product sugar$/);
});

test('a SKU is there once', () => {
  const cup = productOf(shopCatalog, 'cup-white');
  assert.throws(() => catalogOf([cup, cup]), /twice/);
});
