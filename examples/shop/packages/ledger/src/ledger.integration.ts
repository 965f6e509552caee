// On a real PostgreSQL and a real Redis: whoever starts this says where they are.
import assert from 'node:assert/strict';
import {env} from 'node:process';
import {after, before, test} from 'node:test';
import {createClient} from '@redis/client';
import {money} from '@shop/money';
import {Pool} from 'pg';
import {Bestsellers} from './bestsellers.ts';
import {Books} from './books.ts';

const pool = new Pool({connectionString: env.DATABASE_URL ?? ''});
const redis = createClient({url: env.REDIS_URL ?? ''});
before(() => redis.connect());
after(async () => {
  await pool.end();
  redis.destroy();
});

test('the takings of a day are the sum of its sales', async () => {
  const books = new Books(pool);
  const items = [['tea-earl', 2]] as const;
  await books.record({receipt: '1', day: '2026-03-02', paid: money(1300, 'EUR'), items});
  await books.record({receipt: '2', day: '2026-03-02', paid: money(250, 'EUR'), items});
  await books.record({receipt: '3', day: '2026-03-03', paid: money(99, 'EUR'), items});
  assert.deepEqual(await books.takingsOf('2026-03-02'), money(1550, 'EUR'));
  assert.deepEqual(await books.takingsOf('2026-03-04'), money(0, 'EUR'));
});

test('a sale is recorded as a whole, or not at all', async () => {
  const books = new Books(pool);
  const broken = {receipt: '4', day: '2026-03-05', paid: money(700, 'EUR'), items: [['cup-white', 0]]} as const;
  await assert.rejects(books.record(broken), /check constraint/);
  assert.deepEqual(await books.takingsOf('2026-03-05'), money(0, 'EUR'));
});

test('a receipt is recorded once', async () => {
  const books = new Books(pool);
  const sale = {receipt: '5', day: '2026-03-06', paid: money(100, 'EUR'), items: []};
  await books.record(sale);
  await assert.rejects(books.record(sale), /duplicate key/);
});

test('what sells best comes first', async () => {
  const bestsellers = new Bestsellers(redis);
  await bestsellers.sold('cup-white', 3);
  await bestsellers.sold('tea-earl', 5);
  await bestsellers.sold('cup-white', 4);
  assert.deepEqual(await bestsellers.top(2), ['cup-white', 'tea-earl']);
});
