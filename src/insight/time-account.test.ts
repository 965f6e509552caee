import * as fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {impossibleRun} from '../../test/support/impossible-run.ts';
import {runOf} from '../../test/support/run.ts';
import type {Run} from '../record/run.ts';
import {timeAccountOf, totalsOf} from './time-account.ts';

/** `execute a 0-100`, a line a slice. */
function slicesOf(run: Run): readonly string[] {
  return timeAccountOf(run).map(
    ({kind, task, start, end}) => `${kind}${task === undefined ? '' : ` ${task}`} ${start}-${end}`,
  );
}

describe('where the time went', () => {
  test('goes back from the task that ended last to what it waited for longest', () => {
    const run = runOf(
      {
        short: {start: 5, end: 60},
        long: {start: 5, end: 100},
        last: {start: 103, end: 200, needs: ['short', 'long'], times: {free: 100}},
        beside: {start: 5, end: 150},
      },
      {wallMs: 220},
    );
    expect(slicesOf(run)).toEqual([
      'self 0-5',
      'execute long 5-100',
      'slot last 100-103',
      'execute last 103-200',
      'self 200-220',
    ]);
  });

  test('tells the parts of a task', () => {
    const times = {
      free: 0,
      slot: 10,
      lookup: {start: 10, end: 20},
      restore: {start: 20, end: 25},
      store: {start: 90, end: 100},
    };
    expect(slicesOf(runOf({a: {start: 10, end: 100, times}}))).toEqual([
      'slot a 0-10',
      'lookup a 10-20',
      'restore a 20-25',
      'execute a 25-90',
      'store a 90-100',
    ]);
  });

  test('tells attempts that failed, with the pauses behind them', () => {
    const attempt = {kind: 'attempt', task: 'a'} as Partial<Run['spans'][number]>;
    const spans = [
      {...attempt, start: 0, end: 40},
      {...attempt, start: 50, end: 100},
    ];
    expect(slicesOf(runOf({a: {start: 0, end: 100, attempts: 2}}, {spans}))).toEqual([
      'retry a 0-50',
      'execute a 50-100',
    ]);
  });

  test('goes through groups and through tasks that did not start', () => {
    const run = runOf({
      a: {start: 0, end: 50},
      group: {group: true, needs: ['a']},
      skipped: {status: 'skipped', needs: ['group']},
      b: {start: 50, end: 100, needs: ['skipped']},
    });
    expect(slicesOf(run)).toEqual(['execute a 0-50', 'execute b 50-100']);
  });

  test('tasks of the end waited for everything, the last stage for the one before', () => {
    const run = runOf({
      a: {start: 0, end: 50},
      tell: {start: 50, end: 70, final: 'on_success'},
      clean: {start: 70, end: 80, final: 'after_all'},
    });
    expect(slicesOf(run)).toEqual(['execute a 0-50', 'execute tell 50-70', 'execute clean 70-80']);
  });

  test('a server counts until it is ready', () => {
    const run = runOf({
      server: {start: 0, ready: 30, end: 100, status: 'stopped'},
      test: {start: 30, end: 90, needs: ['server']},
    });
    expect(slicesOf(run)).toEqual(['execute server 0-30', 'execute test 30-90', 'self 90-100']);
  });

  test('of a run without tasks, all is our own', () => {
    expect(slicesOf(runOf({}, {wallMs: 30}))).toEqual(['self 0-30']);
    expect(slicesOf(runOf({}))).toEqual([]);
  });
});

test('of any run, the slices follow each other from 0 to its end, and add up to it', () => {
  fc.assert(
    fc.property(impossibleRun, (run) => {
      const slices = timeAccountOf(run);
      let at = 0;
      for (const {start, end} of slices) {
        expect(start).toBe(at);
        expect(end).toBeGreaterThan(start);
        at = end;
      }
      expect(at).toBe(run.wallMs);
      const sum = Object.values(totalsOf(slices)).reduce((total, ms) => total + ms, 0);
      expect(sum).toBe(run.wallMs);
    }),
    {numRuns: 2000},
  );
});
