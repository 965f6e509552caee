import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {temporaryFolder} from '../../test/support/temporary-folder.ts';
import {StartLimits} from './start-limits.ts';

function limitsIn(folder: string): StartLimits {
  const limits = new StartLimits(join(folder, 'times.db'));
  onTestFinished(() => limits.close());
  return limits;
}

test('says where a limit comes from as long as little is known', () => {
  const limits = limitsIn(temporaryFolder());
  limits.learn('start', 'PostgreSQL 15', 40);
  limits.learn('start', 'PostgreSQL 15', 40);
  expect(limits.of('start', 'PostgreSQL 15')).toEqual({ms: 60_000, origin: 'nothing is known of earlier ones'});
  expect(limits.of('pull', 'PostgreSQL 15').ms).toBe(600_000);
});

test('is a multiple of the slowest known, between a floor and a cap', () => {
  const limits = limitsIn(temporaryFolder());
  for (const ms of [20, 30, 25]) limits.learn('start', 'fast', ms);
  for (const ms of [3000, 9000, 5000]) limits.learn('start', 'slow', ms);
  for (const ms of [200_000, 100_000, 100_000]) limits.learn('start', 'endless', ms);
  expect(limits.of('start', 'fast')).toEqual({ms: 10_000, origin: '3 earlier ones took up to 30 ms'});
  expect(limits.of('start', 'slow').ms).toBe(36_000);
  expect(limits.of('start', 'endless').ms).toBe(300_000);
});

test('forgets what is long ago, and one odd time of a hundred', () => {
  const limits = limitsIn(temporaryFolder());
  limits.learn('start', 'x', 50_000);
  for (let round = 0; round < 99; round++) limits.learn('start', 'x', 5000);
  expect(limits.of('start', 'x').ms).toBe(20_000);
  limits.learn('start', 'x', 8000);
  limits.learn('start', 'x', 8000);
  expect(limits.of('start', 'x')).toEqual({ms: 32_000, origin: '100 earlier ones took up to 8000 ms'});
});

test('is known to the next broker', () => {
  const folder = temporaryFolder();
  const limits = limitsIn(folder);
  for (const ms of [3000, 9000, 5000]) limits.learn('start', 'slow', ms);
  expect(limitsIn(folder).of('start', 'slow').ms).toBe(36_000);
});
