import {expect, test} from 'vitest';
import {serviceOf} from './service-options.ts';

test.each([
  ['1', ['1-1', '1-1']],
  ['3', ['2-3', '3-3']],
  ['20', ['2-20', '3-20']],
  ['', ['2-8', '3-4']],
  ['0', ['2-8', '3-4']],
  ['many', ['2-8', '3-4']],
])('CONTAINER_POOL_SIZE="%s" is the most of each pool', (size, expected) => {
  const env = {CONTAINER_POOL_SIZE: size};
  const needed = serviceOf({plugin: 'process', needs: [{plugin: 'redis', pool: {min: 3, max: 4}}]}, env);
  expect([needed.pool, needed.needs[0]?.pool].map((pool) => `${pool?.min}-${pool?.max}`)).toEqual(expected);
});
