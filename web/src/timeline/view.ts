/** The stretch of time that is shown, ms since the start of the run. */
export interface View {
  readonly from: number;
  readonly to: number;
}

/** No closer than this, ms. */
const LEAST_SPAN = 0.5;
/** Free space behind the end of the run, as a part of it. */
const MARGIN = 0.03;

/** All of a run. @param endMs where it ends */
export function whole(endMs: number): View {
  return {from: 0, to: Math.max(LEAST_SPAN, endMs) * (1 + MARGIN)};
}

/** @param factor 2 shows half as much @param around the moment that stays where it is, ms */
export function zoomed({from, to}: View, factor: number, around: number, limits: View): View {
  const full = limits.to - limits.from;
  const span = Math.min(full, Math.max(Math.min(LEAST_SPAN, full), (to - from) / factor));
  const share = to === from ? 0 : (around - from) / (to - from);
  return within(around - share * span, span, limits);
}

/** @param ms later is positive */
export function panned({from, to}: View, ms: number, limits: View): View {
  return within(from + ms, to - from, limits);
}

/** The view moved, and zoomed where it must be, so that a stretch of time is in it and can be seen. */
export function showing(view: View, start: number, end: number, limits: View): View {
  const span = view.to - view.from;
  const length = end - start;
  const isLegible = length > span / 200 || span <= LEAST_SPAN * 20;
  if (start >= view.from && end <= view.to && isLegible) return view;
  const wanted = isLegible && length <= span * 0.9 ? span : Math.max(length * 4, LEAST_SPAN * 20);
  return within((start + end) / 2 - wanted / 2, Math.min(wanted, limits.to - limits.from), limits);
}

function within(from: number, span: number, limits: View): View {
  const start = Math.max(limits.from, Math.min(from, limits.to - span));
  return {from: start, to: start + span};
}

/** Moments with a line and a label, not closer than `least` to each other, ms. */
export function ticksOf({from, to}: View, least: number): {readonly times: readonly number[]; readonly step: number} {
  const step = STEPS.find((one) => one >= least) ?? Math.ceil(least / HOUR) * HOUR;
  const times: number[] = [];
  for (let time = Math.ceil(from / step) * step; time <= to; time += step) times.push(time);
  return {times, step};
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const STEPS = [
  ...[0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1000, 2000, 5000, 10_000, 15_000, 30_000],
  ...[1, 2, 5, 10, 15, 30, 60].map((minutes) => minutes * MINUTE),
];

/** `250 ms`, `1.5 s`, `2:30`. @param step between two labels, ms: as many decimals as that needs */
export function tickText(ms: number, step: number): string {
  if (step >= 1000 && ms >= MINUTE) {
    const seconds = Math.round(ms / 1000);
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  }
  const decimals = (unit: number): number => Math.max(0, Math.ceil(-Math.log10(step / unit) - 1e-9));
  return ms < 1000 ? `${ms.toFixed(decimals(1))} ms` : `${(ms / 1000).toFixed(decimals(1000))} s`;
}
