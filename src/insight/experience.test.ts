import {expect, test} from 'vitest';
import {runOf} from '../../test/support/run.ts';
import {experienceOf} from './experience.ts';

test('a hit takes as long as the hits of that task; one that was never seen, rather long', () => {
  const hit = (a: number, b: number) =>
    runOf({a: {start: 0, end: a, status: 'cached'}, b: {start: 10, end: 10 + b, status: 'cached'}});
  const {hitMs} = experienceOf([hit(4, 100), hit(6, 300), hit(8, 200)]);
  expect([hitMs('a'), hitMs('b')]).toEqual([6, 200]);
  expect(hitMs('never')).toBe(250);
  expect(experienceOf([]).hitMs('never')).toBe(5);
});

test('an execution takes as long as the newest one to its end', () => {
  const ran = (end: number, status: 'passed' | 'failed' | 'tolerated', cpu = end) =>
    runOf({a: {start: 0, end, status, cpu}});
  expect(experienceOf([ran(90, 'failed'), ran(200, 'passed'), ran(300, 'passed')]).executed('a')).toMatchObject({
    ms: 200,
    width: 1,
  });
  expect(experienceOf([ran(90, 'tolerated', 45)]).executed('a')).toMatchObject({ms: 90, width: 0.5});
  expect(experienceOf([ran(90, 'failed')]).executed('a')).toBeUndefined();
});

test('of a server, until it was ready', () => {
  const run = runOf({
    a: {start: 0, ready: 70, end: 900, status: 'stopped'},
    b: {start: 0, end: 900, status: 'stopped'},
  });
  expect(experienceOf([run]).executed('a')).toMatchObject({ms: 70, width: 0});
  expect(experienceOf([run]).executed('b')).toBeUndefined();
});

test('a stored result says how long its execution took, until one is seen', () => {
  const hit = runOf({a: {start: 0, end: 5, status: 'cached', savedMs: 400}});
  expect(experienceOf([hit]).executed('a')).toEqual({ms: 400, width: 1});
  expect(experienceOf([hit, runOf({a: {start: 0, end: 350, cpu: 0}})]).executed('a')).toMatchObject({
    ms: 350,
    width: 0,
  });
});
