import assert from 'node:assert/strict';
import {test} from 'node:test';
import {shopCatalog} from '@shop/catalog';
import {parseOrder} from './order.ts';
import {receiptOf} from './receipt.ts';

test('a receipt lists goods, discounts, the sum and its VAT', () => {
  const order = parseOrder('{"number": "7", "date": "2026-03-02", "items": {"cup-white": 3, "tea-earl": 1}}');
  const {text} = receiptOf(order, shopCatalog, {shop: 'Test', locale: 'en-IE', width: 40});
  assert.equal(
    text,
    `Test
Receipt 7                     2026-03-02
----------------------------------------
3 x Cup white                     €25.50
1 x Earl Grey 100 g                €6.50
----------------------------------------
Goods                             €32.00
3 for 2: Cup white                -€8.50
----------------------------------------
To pay                            €23.50
of which VAT 19 %                  €2.99
of which VAT 7 %                   €0.31
`,
  );
});

test('a broken order says what is wrong with it', () => {
  assert.throws(() => parseOrder('[]'), /an order is an object/);
  assert.throws(() => parseOrder('{"number": "7", "date": "today", "items": {}}'), /date: YYYY-MM-DD/);
  assert.throws(
    () => parseOrder('{"number": "7", "date": "2026-03-02", "items": {"tea-earl": "2"}}'),
    /items.tea-earl/,
  );
});
