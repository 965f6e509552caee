import type {RedisClientType} from '@redis/client';

const KEY = 'bestsellers';

/** What sells best, counted in Redis. */
export class Bestsellers {
  readonly #redis: Pick<RedisClientType, 'zIncrBy' | 'zRange'>;

  constructor(redis: Pick<RedisClientType, 'zIncrBy' | 'zRange'>) {
    this.#redis = redis;
  }

  async sold(sku: string, count: number): Promise<void> {
    await this.#redis.zIncrBy(KEY, count, sku);
  }

  /** The first comes first. */
  async top(count: number): Promise<readonly string[]> {
    return this.#redis.zRange(KEY, 0, count - 1, {REV: true});
  }
}
