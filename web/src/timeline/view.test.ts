import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {panned, showing, ticksOf, tickText, type View, whole, zoomed} from './view.ts';

const RUN = whole(1000);

test('zoom keeps the moment under the pointer where it is', () => {
  const view = zoomed(RUN, 4, 300, RUN);
  expect(view.to - view.from).toBeCloseTo((RUN.to - RUN.from) / 4);
  expect((300 - view.from) / (view.to - view.from)).toBeCloseTo(300 / RUN.to);
});

test('zooming out or panning ends at the ends of the run', () => {
  expect(zoomed(RUN, 0.5, 500, RUN)).toEqual(RUN);
  const view = zoomed(RUN, 10, 500, RUN);
  expect(panned(view, -5000, RUN).from).toBe(0);
  expect(panned(view, 5000, RUN).to).toBeCloseTo(RUN.to);
});

test('whatever is done, the view is a stretch of the run', () => {
  const deed = fc.oneof(
    fc.record({by: fc.double({min: 0.01, max: 100, noNaN: true}), at: fc.double({min: 0, max: 1000, noNaN: true})}),
    fc.record({ms: fc.double({min: -5000, max: 5000, noNaN: true})}),
    fc.record({start: fc.double({min: 0, max: 990, noNaN: true}), length: fc.double({min: 0, max: 10, noNaN: true})}),
  );
  fc.assert(
    fc.property(fc.array(deed), (deeds) => {
      let view: View = RUN;
      for (const one of deeds) {
        if ('by' in one) view = zoomed(view, one.by, one.at, RUN);
        else if ('ms' in one) view = panned(view, one.ms, RUN);
        else {
          view = showing(view, one.start, one.start + one.length, RUN);
          expect(view.from).toBeLessThanOrEqual(one.start);
          expect(view.to).toBeGreaterThanOrEqual(one.start + one.length - 1e-6);
        }
        expect(view.from).toBeGreaterThanOrEqual(RUN.from);
        expect(view.to).toBeLessThanOrEqual(RUN.to + 1e-6);
        expect(view.to - view.from).toBeGreaterThan(0.4);
      }
    }),
  );
});

test('a view that shows enough of a task stays as it is; a short one is gone up to', () => {
  expect(showing(RUN, 100, 200, RUN)).toBe(RUN);
  const view = showing(RUN, 500, 501, RUN);
  expect(view.to - view.from).toBeLessThan(50);
});

test('a run without any time can be shown', () => {
  expect(whole(0).to).toBeGreaterThan(0);
});

test.each([
  [
    {from: 0, to: 1000},
    100,
    ['0 ms', '100 ms', '200 ms', '300 ms', '400 ms', '500 ms', '600 ms', '700 ms', '800 ms', '900 ms', '1.0 s'],
  ],
  [{from: 0.9, to: 2.2}, 0.4, ['1.0 ms', '1.5 ms', '2.0 ms']],
  [{from: 58_000, to: 63_000}, 900, ['58 s', '59 s', '1:00', '1:01', '1:02', '1:03']],
  [{from: 0, to: 7_200_000}, 1_700_000, ['0 ms', '30:00', '60:00', '90:00', '120:00']],
] as const)('labels of %j', (view, least, labels) => {
  const {times, step} = ticksOf(view, least);
  expect(times.map((time) => tickText(time, step))).toEqual(labels);
});
