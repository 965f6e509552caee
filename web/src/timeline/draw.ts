import {drawBars} from './bars.ts';
import {fittedText} from './fitted-text.ts';
import {AXIS, type Geometry, GUTTER, LANE, rowCount, rowOf, topOf, xOf} from './geometry.ts';
import {drawLinks} from './links.ts';
import {drawMarks} from './marks.ts';
import type {Picture} from './picture.ts';
import {ticksOf, tickText} from './view.ts';

const FONT = '12px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif';

/** Draws what is visible. @returns how many tasks were drawn */
export function drawTimeline(picture: Picture): number {
  const {context, geometry, palette} = picture;
  context.font = FONT;
  context.textBaseline = 'middle';
  context.fillStyle = palette.surface;
  context.fillRect(0, 0, geometry.width, geometry.height);
  drawRows(picture);
  drawGrid(picture);
  context.save();
  context.beginPath();
  context.rect(GUTTER, AXIS, geometry.width - GUTTER, geometry.height - AXIS);
  context.clip();
  drawOwn(picture);
  const drawn = drawBars(picture) + drawMarks(picture);
  drawLinks(picture);
  context.restore();
  drawGutter(picture);
  drawAxis(picture);
  return drawn;
}

function rowsInSight({
  scene,
  geometry: {scroll, height},
}: Picture): readonly {readonly row: number; readonly y: number}[] {
  return Array.from({length: rowCount(scene)}, (_, row) => ({row, y: topOf(row) - scroll})).filter(
    ({y}) => y + LANE > AXIS && y < height,
  );
}

function drawRows(picture: Picture): void {
  const {context, geometry, palette} = picture;
  context.fillStyle = palette.line;
  for (const {y} of rowsInSight(picture)) context.fillRect(0, y + LANE - 0.5, geometry.width, 0.5);
}

function drawGrid({context, geometry, palette}: Picture): void {
  const {times} = ticks(geometry);
  context.fillStyle = palette.line;
  for (const time of times) context.fillRect(Math.round(xOf(geometry, time)), AXIS, 1, geometry.height - AXIS);
}

/** A label needs so much room, pixels. */
const LABEL = 86;

function ticks(geometry: Geometry): ReturnType<typeof ticksOf> {
  const {view, width} = geometry;
  return ticksOf(view, ((view.to - view.from) * LABEL) / Math.max(LABEL, width - GUTTER));
}

function drawAxis({context, geometry, palette}: Picture): void {
  context.fillStyle = palette.surface;
  context.fillRect(0, 0, geometry.width, AXIS);
  context.fillStyle = palette.line;
  context.fillRect(0, AXIS - 1, geometry.width, 1);
  const {times, step} = ticks(geometry);
  context.textAlign = 'left';
  for (const time of times) {
    const x = Math.round(xOf(geometry, time));
    const text = tickText(time, step);
    context.fillStyle = palette.line;
    context.fillRect(x, AXIS - 6, 1, 6);
    context.fillStyle = palette.dim;
    if (x + 4 + context.measureText(text).width < geometry.width) context.fillText(text, x + 4, AXIS / 2 - 1);
  }
}

function drawGutter(picture: Picture): void {
  const {context, scene, geometry, palette} = picture;
  context.fillStyle = palette.surface;
  context.fillRect(0, 0, GUTTER, geometry.height);
  context.fillStyle = palette.line;
  context.fillRect(GUTTER - 1, 0, 1, geometry.height);
  context.fillStyle = palette.dim;
  context.textAlign = 'left';
  for (const {row, y} of rowsInSight(picture)) {
    const isLast = row > scene.lanes.length;
    const name = row === 0 ? 'paceline' : isLast ? 'did not run' : `lane ${row}`;
    context.fillText(name, 10, y + LANE / 2);
  }
}

function drawOwn({context, scene, geometry, palette}: Picture): void {
  const y = topOf(0) - geometry.scroll + 7;
  for (const {kind, start, end} of scene.own) {
    const [from, to] = [xOf(geometry, start), xOf(geometry, end)];
    if (to < GUTTER || from > geometry.width) continue;
    context.fillStyle = palette.self;
    const width = Math.max(1.5, to - from);
    context.beginPath();
    context.roundRect(from, y, width, LANE - 14, Math.min(3, width / 2));
    context.fill();
    const left = Math.max(from, GUTTER);
    const text = fittedText(context, kind, Math.min(to, geometry.width) - left - 8);
    context.fillStyle = palette.ink;
    context.textAlign = 'left';
    if (text !== '') context.fillText(text, left + 4, topOf(rowOf(-1)) - geometry.scroll + LANE / 2);
  }
}
