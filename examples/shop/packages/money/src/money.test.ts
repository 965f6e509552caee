import assert from 'node:assert/strict';
import {test} from 'node:test';
import {add, allocate, formatMoney, money, negate, parseMoney, percentOf, sum, times} from './money.ts';

test('amounts are read and written', () => {
  assert.deepEqual(parseMoney('EUR 12.50'), money(1250, 'EUR'));
  assert.deepEqual(parseMoney('USD -0.05'), money(-5, 'USD'));
  assert.equal(formatMoney(money(123456, 'EUR'), 'en-IE'), '€1,234.56');
  for (const text of ['12.50', 'EUR 12.5', 'XYZ 1.00', 'EUR 1.000']) assert.throws(() => parseMoney(text), SyntaxError);
});

test('sums are exact where floating point is not', () => {
  assert.equal(sum([money(10, 'EUR'), money(20, 'EUR')], 'EUR').cents, 30);
  assert.equal(times(money(1999, 'EUR'), 3).cents, 5997);
  assert.throws(() => add(money(1, 'EUR'), money(1, 'USD')), TypeError);
  assert.throws(() => money(0.5, 'EUR'), RangeError);
});

test('percentages round half away from zero', () => {
  assert.equal(percentOf(money(250, 'EUR'), 1).cents, 3);
  assert.equal(percentOf(negate(money(250, 'EUR')), 1).cents, -3);
});

test('a split loses no cent', () => {
  for (const cents of [0, 1, 99, 100, 1000, -100]) {
    for (const weights of [[1], [1, 1, 1], [3, 2, 2], [0, 5, 7]]) {
      const parts = allocate(money(cents, 'EUR'), weights);
      assert.equal(
        parts.reduce((total, part) => total + part.cents, 0),
        cents,
      );
    }
  }
  assert.deepEqual(
    allocate(money(100, 'EUR'), [1, 1, 1]).map(({cents}) => cents),
    [34, 33, 33],
  );
  assert.throws(() => allocate(money(1, 'EUR'), []), RangeError);
});
