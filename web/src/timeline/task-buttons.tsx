import {useEffect, useRef} from 'preact/hooks';
import {duration} from '../../../src/base/figures.ts';
import type {NodeId} from '../../../src/plan/plan.ts';
import {type Page, spentOf} from '../page.ts';
import {BAR, BAR_TOP, type Geometry, GUTTER, rowOf, topOf, xOf} from './geometry.ts';
import type {Bar} from './scene.ts';

export interface TaskButtonsProps {
  readonly page: Page;
  /** In sight. */
  readonly bars: readonly Bar[];
  /** The one that keys act on. It has a button wherever it is, so that the focus is not lost. */
  readonly active: Bar | undefined;
  readonly selected: NodeId | undefined;
  readonly geometry: Geometry;
  /** Of all lanes, pixels. */
  readonly height: number;
  readonly onFocus: (task: NodeId) => void;
}

/** Invisible buttons over the drawn tasks: they have names, take the focus and are pressed like all others. */
export function TaskButtons({page, bars, active, selected, geometry, height, onFocus}: TaskButtonsProps) {
  const holder = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const focused = holder.current?.contains(document.activeElement) === true;
    if (focused) holder.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus({preventScroll: true});
  }, [active]);
  const shown = active === undefined || bars.includes(active) ? bars : [...bars, active];
  const ordered = [...shown].sort((one, other) => one.start - other.start);
  return (
    <div class="task-buttons" ref={holder} style={{height: `${height}px`}}>
      {ordered.map((bar) => {
        const left = Math.max(GUTTER, Math.min(xOf(geometry, bar.start), geometry.width));
        const right = Math.min(geometry.width, Math.max(xOf(geometry, bar.end), GUTTER));
        return (
          <button
            key={bar.task}
            type="button"
            class="task-button"
            data-task={bar.task}
            tabIndex={bar === active ? 0 : -1}
            aria-label={nameOf(page, bar)}
            aria-pressed={bar.task === selected}
            onFocus={() => onFocus(bar.task)}
            style={{
              left: `${left}px`,
              width: `${Math.max(2, right - left)}px`,
              top: `${topOf(rowOf(bar.lane)) + BAR_TOP}px`,
              height: `${BAR}px`,
            }}
          />
        );
      })}
    </div>
  );
}

function nameOf({records}: Page, {task, status, isCritical}: Bar): string {
  const record = records.get(task);
  const ms = record === undefined ? undefined : spentOf(record);
  const took = ms === undefined ? 'time not known' : duration(ms);
  return `${task}, ${status}, ${took}${isCritical ? ', on the critical path' : ''}`;
}
