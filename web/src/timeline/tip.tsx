import {duration} from '../../../src/base/figures.ts';
import type {NodeId} from '../../../src/plan/plan.ts';
import {type Page, spentOf} from '../page.ts';
import {OWN} from '../words.ts';
import type {Part} from './scene.ts';

/** What is said of a task beside the pointer. */
export interface TipContent {
  readonly title: string;
  readonly text: string;
  /** Pixels. */
  readonly x: number;
  readonly y: number;
}

export function tipOf(
  {records, slack}: Page,
  task: NodeId,
  {x, y}: {readonly x: number; readonly y: number},
): TipContent | undefined {
  const record = records.get(task);
  if (record === undefined) return undefined;
  const ms = spentOf(record);
  const spare = slack.get(task);
  const words = [
    record.status,
    ms === undefined ? (record.start === undefined ? 'did not run' : 'time not known') : duration(ms),
    ...(spare === undefined ? [] : [spare < 0.5 ? 'no slack' : `slack ${duration(spare)}`]),
    ...(record.reason === undefined ? [] : [record.reason]),
  ];
  return {title: task, text: words.join(' · '), x, y};
}

/** Of paceline's own work. */
export function ownTip({kind, start, end}: Part, place: {readonly x: number; readonly y: number}): TipContent {
  return {title: `paceline: ${OWN[kind] ?? kind}`, text: duration(end - start), ...place};
}

export function Tip({content: {title, text, x, y}, width}: {readonly content: TipContent; readonly width: number}) {
  const isRight = x > width / 2;
  return (
    <div
      class="tip"
      aria-hidden="true"
      style={{top: `${y + 18}px`, ...(isRight ? {right: `${Math.max(0, width - x - 6)}px`} : {left: `${x + 10}px`})}}
    >
      <b>{title}</b>
      <span>{text}</span>
    </div>
  );
}
