import {duration} from '../../../src/base/figures.ts';
import type {Palette} from '../palette.ts';
import {PARTS} from '../words.ts';
import {fittedText, LEAST_TEXT} from './fitted-text.ts';
import {AXIS, BAR, BAR_TOP, firstAfter, type Geometry, GUTTER, LANE, rowOf, topOf, xOf} from './geometry.ts';
import type {Picture} from './picture.ts';
import type {Bar} from './scene.ts';

/** Draws the tasks in sight; of those that would share a column of pixels, one. @returns how many were drawn */
export function drawBars(picture: Picture): number {
  const {scene, geometry} = picture;
  const {view, scroll, height} = geometry;
  let drawn = 0;
  for (const [lane, bars] of scene.lanes.entries()) {
    const y = topOf(rowOf(lane)) - scroll + BAR_TOP;
    if (y + LANE < AXIS || y > height) continue;
    let column = Number.NEGATIVE_INFINITY;
    for (let place = firstAfter(bars, view.from); place < bars.length; place++) {
      const bar = bars[place];
      if (bar === undefined || bar.start > view.to) break;
      const to = xOf(geometry, bar.end);
      const stands = bar.isCritical || bar.status === 'failed' || bar.isImpossible || bar.task === picture.selected;
      if (!stands && to < column + 1) continue;
      column = to;
      drawBar(picture, bar, y, xOf(geometry, Math.min(view.to, bars[place + 1]?.start ?? view.to)));
      drawn++;
    }
  }
  return drawn;
}

/** Below this a bar has one colour, pixels. */
const DETAILED = 3;

/** @param room where the next bar of the lane begins, pixels */
function drawBar(picture: Picture, bar: Bar, y: number, room: number): void {
  const {context, geometry, palette, selected} = picture;
  const from = xOf(geometry, bar.start);
  const width = Math.max(1, xOf(geometry, bar.end) - from);
  drawWait(picture, bar, y);
  if (bar.isImpossible) {
    drawImpossible(picture, from, y);
    return;
  }
  const [left, right] = [Math.max(from, GUTTER - 8), Math.min(from + width, geometry.width + 8)];
  if (width < DETAILED) {
    context.fillStyle = mainColour(bar, palette);
    context.fillRect(from, y, width, BAR);
  } else {
    context.save();
    context.beginPath();
    context.roundRect(left, y, right - left, BAR, Math.min(4, width / 3));
    context.fillStyle = palette.rest;
    context.fill();
    context.clip();
    drawParts(picture, bar, y);
    context.restore();
    if (bar.status !== 'passed' && bar.status !== 'cached') drawOutline(picture, bar, left, right, y);
  }
  if (bar.isCritical) {
    context.fillStyle = palette.critical;
    context.fillRect(left, y + BAR + 1, right - left, 3);
  }
  if (bar.task === selected) {
    context.strokeStyle = palette.ink;
    context.lineWidth = 2;
    context.strokeRect(left - 1, y - 1, right - left + 2, BAR + 2);
  }
  drawLabel(picture, bar, y, room);
}

function drawParts({context, geometry, palette}: Picture, bar: Bar, y: number): void {
  for (const {kind, start, end, ok} of bar.parts) {
    const [from, to] = [xOf(geometry, start), xOf(geometry, end)];
    if (to < GUTTER || from > geometry.width) continue;
    context.fillStyle = palette[PARTS[kind]?.colour ?? 'rest'];
    context.fillRect(from, y, Math.max(0.75, to - from), BAR);
    if (!ok && to - from > 2) {
      context.fillStyle = palette.bad;
      context.fillRect(from, y + BAR - 3, to - from, 3);
    }
    if (kind === 'retry') drawHatch(context, palette.surface, from, to, y, geometry);
  }
  if (bar.ready === undefined) return;
  // from here on it serves others
  const ready = xOf(geometry, bar.ready);
  context.globalAlpha = 0.55;
  context.fillStyle = palette.surface;
  context.fillRect(ready, y, Math.max(0, xOf(geometry, bar.end) - ready), BAR);
  context.globalAlpha = 1;
  context.fillStyle = palette.good;
  context.fillRect(ready - 1, y, 2, BAR);
}

function drawHatch(
  context: CanvasRenderingContext2D,
  colour: string,
  from: number,
  to: number,
  y: number,
  {width}: Geometry,
): void {
  context.save();
  context.beginPath();
  context.rect(from, y, to - from, BAR);
  context.clip();
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.beginPath();
  for (let x = Math.max(from, 0) - BAR; x < Math.min(to, width); x += 7) {
    context.moveTo(x, y + BAR);
    context.lineTo(x + BAR, y);
  }
  context.stroke();
  context.restore();
}

function drawOutline({context, palette}: Picture, bar: Bar, left: number, right: number, y: number): void {
  context.strokeStyle = bar.status === 'failed' ? palette.bad : bar.status === 'stopped' ? palette.dim : palette.wait;
  context.lineWidth = 2;
  if (bar.status === 'cancelled') context.setLineDash([4, 3]);
  context.beginPath();
  context.roundRect(left + 1, y + 1, Math.max(1, right - left - 2), BAR - 2, 3);
  context.stroke();
  context.setLineDash([]);
}

/** All that the task needs was there, and no slot: a line in front of it, under the bars that had the slots. */
function drawWait({context, geometry, palette, selected}: Picture, {task, free, start}: Bar, y: number): void {
  const [from, to] = [xOf(geometry, free), xOf(geometry, start)];
  if (to - from < 2 || to < GUTTER) return;
  context.fillStyle = palette.wait;
  context.globalAlpha = task === selected ? 1 : 0.6;
  context.fillRect(from, y - 3, to - from, task === selected ? 2.5 : 1.5);
  context.fillRect(from, y - 4.5, 1.5, 4.5);
  context.globalAlpha = 1;
}

/** A warning sign where it started: how long it took is not known. */
function drawImpossible({context, palette}: Picture, x: number, y: number): void {
  context.strokeStyle = palette.bad;
  context.fillStyle = palette.surface;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(x, y + 2);
  context.lineTo(x + 9, y + BAR - 3);
  context.lineTo(x - 9, y + BAR - 3);
  context.closePath();
  context.fill();
  context.stroke();
  context.fillStyle = palette.bad;
  context.fillRect(x - 1, y + 8, 2, 5);
  context.fillRect(x - 1, y + 14, 2, 1.5);
}

function drawLabel({context, geometry, palette}: Picture, bar: Bar, y: number, room: number): void {
  const from = Math.max(xOf(geometry, bar.start), GUTTER);
  const to = Math.min(xOf(geometry, bar.end), geometry.width);
  const ends = Math.min(room, geometry.width);
  if (Math.max(to - from - 10, ends - to - 14) < LEAST_TEXT) return;
  const names = namesOf(bar);
  const [whole = ''] = names;
  const inside = bestFitting(context, names, to - from - 10);
  // beside the bar there may be more room than in it
  const beside = bestFitting(context, names, ends - to - 14);
  const isBeside = beside.length > inside.length;
  const middle = y + BAR / 2 + 0.5;
  context.textAlign = 'left';
  context.fillStyle = isBeside ? palette.dim : palette.ink;
  if (isBeside) context.fillText(beside, to + 5, middle);
  else if (inside !== '') context.fillText(inside, from + 5, middle);
  const length = `  ${duration(bar.end - bar.start)}`;
  const used = context.measureText(whole).width;
  if (inside !== whole || used + context.measureText(length).width > to - from - 10) return;
  context.globalAlpha = 0.75;
  context.fillText(length, from + 5 + used, middle);
  context.globalAlpha = 1;
}

/** The name, and what can stand for it where there is less room: without the scope of its workspace. */
function namesOf({task, status}: Bar): readonly string[] {
  const sign = status === 'failed' ? '✕ ' : '';
  const short = task.slice(task.lastIndexOf('/', Math.max(0, task.indexOf('#'))) + 1);
  return [...new Set([task, short].map((name) => sign + name))];
}

function bestFitting(context: CanvasRenderingContext2D, names: readonly string[], width: number): string {
  if (width < LEAST_TEXT) return '';
  const whole = names.find((name) => context.measureText(name).width <= width);
  return whole ?? fittedText(context, names.at(-1) ?? '', width);
}

function mainColour({status}: Bar, palette: Palette): string {
  if (status === 'failed') return palette.bad;
  return status === 'cached' ? palette.lookup : palette.execute;
}
