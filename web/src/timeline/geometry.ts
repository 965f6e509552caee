import type {Bar, Mark, Part, Scene} from './scene.ts';
import type {View} from './view.ts';

/** CSS pixels. */
export const GUTTER = 84;
export const AXIS = 26;
export const LANE = 32;
export const BAR = 20;
/** From the top of a lane to its bars. */
export const BAR_TOP = 5;

/** Where things are in the visible part of the timeline. */
export interface Geometry {
  readonly view: View;
  /** Of the visible part, pixels. */
  readonly width: number;
  readonly height: number;
  /** How far the lanes are scrolled, pixels. */
  readonly scroll: number;
}

export function xOf({view, width}: Geometry, ms: number): number {
  return GUTTER + ((ms - view.from) / (view.to - view.from)) * (width - GUTTER);
}

export function msOf({view, width}: Geometry, x: number): number {
  return view.from + ((x - GUTTER) / Math.max(1, width - GUTTER)) * (view.to - view.from);
}

/** ms in a pixel. */
export function msPerPixel({view, width}: Geometry): number {
  return (view.to - view.from) / Math.max(1, width - GUTTER);
}

/** The rows from the top: paceline itself, one a lane, and one for what did not run. */
export function rowCount(scene: Scene): number {
  return 1 + scene.lanes.length + (scene.marks.length > 0 ? 1 : 0);
}

export function contentHeight(scene: Scene): number {
  return AXIS + rowCount(scene) * LANE + 4;
}

/** The top of a row, without scrolling. */
export function topOf(row: number): number {
  return AXIS + row * LANE;
}

export function rowOf(lane: number): number {
  return lane + 1;
}

/** The first bar of a lane that ends after a moment. */
export function firstAfter(bars: readonly Bar[], ms: number): number {
  let low = 0;
  let high = bars.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bars[middle]?.end ?? 0) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How near a pointer must come, pixels. */
const NEAR = 4;

/** What is drawn at a place of the visible part. */
export function hit(scene: Scene, geometry: Geometry, x: number, y: number): Bar | Mark | undefined {
  if (x < GUTTER || y < AXIS) return undefined;
  const row = Math.floor((y + geometry.scroll - AXIS) / LANE);
  const ms = msOf(geometry, x);
  const near = NEAR * msPerPixel(geometry);
  if (row === rowCount(scene) - 1 && scene.marks.length > 0)
    return nearest(
      scene.marks.filter(({time}) => Math.abs(time - ms) <= near * 2),
      ({time}) => Math.abs(time - ms),
    );
  const bars = scene.lanes[row - 1] ?? [];
  const found: Bar[] = [];
  for (let place = firstAfter(bars, ms - near); place < bars.length; place++) {
    const bar = bars[place];
    if (bar === undefined || bar.start > ms + near) break;
    found.push(bar);
  }
  return nearest(found, ({start, end}) => Math.max(0, start - ms, ms - end));
}

/** paceline's own work at a place of the visible part. */
export function ownAt(scene: Scene, geometry: Geometry, x: number, y: number): Part | undefined {
  if (x < GUTTER || y < AXIS || y + geometry.scroll >= topOf(1)) return undefined;
  const ms = msOf(geometry, x);
  const near = NEAR * msPerPixel(geometry);
  return nearest(
    scene.own.filter(({start, end}) => start <= ms + near && end >= ms - near),
    ({start, end}) => Math.max(0, start - ms, ms - end),
  );
}

function nearest<Item>(items: readonly Item[], distance: (item: Item) => number): Item | undefined {
  return items.reduce<Item | undefined>(
    (best, item) => (best === undefined || distance(item) < distance(best) ? item : best),
    undefined,
  );
}

/** Bars in sight that are wide enough to be pointed at, the widest first. @param most so many */
export function barsInSight(scene: Scene, geometry: Geometry, most: number): readonly Bar[] {
  const {view, scroll, height} = geometry;
  const least = NEAR * msPerPixel(geometry);
  const found: Bar[] = [];
  for (const [lane, bars] of scene.lanes.entries()) {
    const top = topOf(rowOf(lane)) - scroll;
    if (top + LANE < AXIS || top > height) continue;
    for (let place = firstAfter(bars, view.from); place < bars.length; place++) {
      const bar = bars[place];
      if (bar === undefined || bar.start > view.to) break;
      if (bar.end - bar.start >= least) found.push(bar);
    }
  }
  return found.length <= most
    ? found
    : found.sort((one, other) => other.end - other.start - (one.end - one.start)).slice(0, most);
}
