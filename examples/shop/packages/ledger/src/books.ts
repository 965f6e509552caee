import {type Money, money} from '@shop/money';
import type {Pool} from 'pg';

export interface Sale {
  readonly receipt: string;
  /** ISO 8601, a day. */
  readonly day: string;
  readonly paid: Money;
  readonly items: readonly (readonly [sku: string, count: number])[];
}

/** Sales of the shop, in PostgreSQL. */
export class Books {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** All of it or nothing; a receipt that is there already is an error. */
  async record({receipt, day, paid, items}: Sale): Promise<void> {
    const client = await this.#pool.connect();
    try {
      await client.query('BEGIN');
      await client.query('INSERT INTO sale (receipt, day, cents) VALUES ($1, $2, $3)', [receipt, day, paid.cents]);
      for (const [sku, count] of items)
        await client.query('INSERT INTO sale_item (receipt, sku, count) VALUES ($1, $2, $3)', [receipt, sku, count]);
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    } finally {
      client.release();
    }
  }

  async takingsOf(day: string): Promise<Money> {
    const {rows} = await this.#pool.query<{cents: number}>('SELECT cents FROM takings WHERE day = $1', [day]);
    return money(rows[0]?.cents ?? 0, 'EUR');
  }
}
