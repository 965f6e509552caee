import {BAR, BAR_TOP, type Geometry, GUTTER, LANE, rowOf, topOf, xOf} from './geometry.ts';
import type {Picture} from './picture.ts';
import type {Bar, Scene} from './scene.ts';

/** Arrows: the critical path, and what the chosen task waits for and is waited for by. */
export function drawLinks(picture: Picture): void {
  const {scene, geometry, palette, edges} = picture;
  for (const [source, target] of edges) {
    const [from, to] = [scene.barOf.get(source), scene.barOf.get(target)];
    if (from !== undefined && to !== undefined) drawArrow(picture, from, to, palette.dim, 1.25);
  }
  const {from: first, to: last} = geometry.view;
  const inSight = scene.links.filter(([from, to]) => to.start >= first && from.end <= last);
  // a thicket says nothing: from farther away the critical path is the line under its tasks
  if (inSight.length * ROOM > geometry.width - GUTTER) return;
  for (const [from, to] of inSight) {
    drawArrow(picture, from, to, palette.surface, 4.5);
    drawArrow(picture, from, to, palette.critical, 2);
  }
}

/** Pixels an arrow, in the middle. */
const ROOM = 24;
/** Pixels. */
const HEAD = 6;

function drawArrow({context, scene, geometry}: Picture, from: Bar, to: Bar, colour: string, width: number): void {
  const x1 = xOf(geometry, from.ready ?? from.end);
  const x2 = xOf(geometry, to.start);
  if (Math.max(x1, x2) < 0 || Math.min(x1, x2) > geometry.width) return;
  const [y1, y2] = [middleOf(geometry, from), middleOf(geometry, to)];
  // side by side without a gap: nothing to point at
  if (y1 === y2 && x2 - x1 < HEAD + 2) return;
  const tip = x2 - 1;
  context.strokeStyle = colour;
  context.fillStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  context.moveTo(x1, y1);
  if (y1 !== y2) {
    const bend = Math.min(26, Math.max(10, (x2 - x1) / 2));
    context.bezierCurveTo(x1 + bend, y1, tip - HEAD - bend, y2, tip - HEAD + 1, y2);
  } else if (areNeighbours(scene, from, to)) context.lineTo(tip - HEAD + 1, y2);
  else {
    // under the bars in between
    const low = y1 + LANE * 0.75;
    context.bezierCurveTo(x1 + HEAD, low, tip - 2 * HEAD, low, tip - HEAD + 1, y2);
  }
  context.stroke();
  context.beginPath();
  context.moveTo(tip, y2);
  context.lineTo(tip - HEAD - 1, y2 - HEAD * 0.65);
  context.lineTo(tip - HEAD - 1, y2 + HEAD * 0.65);
  context.closePath();
  context.fill();
}

/** Nothing is between two bars of a lane. */
function areNeighbours({lanes}: Scene, from: Bar, to: Bar): boolean {
  const bars = lanes[from.lane] ?? [];
  return bars[bars.indexOf(from) + 1] === to;
}

function middleOf({scroll}: Geometry, {lane}: Bar): number {
  return topOf(rowOf(lane)) - scroll + BAR_TOP + BAR / 2;
}
