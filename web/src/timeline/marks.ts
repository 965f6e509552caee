import {AXIS, GUTTER, LANE, rowCount, topOf, xOf} from './geometry.ts';
import type {Picture} from './picture.ts';

/** A diamond for each task that did not run. @returns how many were drawn */
export function drawMarks({context, scene, geometry, palette, selected}: Picture): number {
  if (scene.marks.length === 0) return 0;
  const y = topOf(rowCount(scene) - 1) - geometry.scroll + LANE / 2;
  if (y < AXIS || y - LANE > geometry.height) return 0;
  let drawn = 0;
  let column = Number.NEGATIVE_INFINITY;
  for (const {task, time, status} of scene.marks) {
    const x = xOf(geometry, time);
    if (x < GUTTER - RADIUS || x > geometry.width + RADIUS || (x < column + 2 && task !== selected)) continue;
    column = x;
    drawn++;
    context.beginPath();
    context.moveTo(x, y - RADIUS);
    context.lineTo(x + RADIUS, y);
    context.lineTo(x, y + RADIUS);
    context.lineTo(x - RADIUS, y);
    context.closePath();
    context.fillStyle = task === selected ? palette.ink : palette.surface;
    context.fill();
    context.strokeStyle = status === 'skipped' ? palette.dim : palette.wait;
    context.lineWidth = 1.5;
    context.stroke();
  }
  return drawn;
}

/** Pixels. */
const RADIUS = 5;
