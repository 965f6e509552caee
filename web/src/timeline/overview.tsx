import {useMemo, useRef} from 'preact/hooks';
import type {ParallelismStep} from '../../../src/insight/parallelism.ts';
import type {View} from './view.ts';

/** Units of the drawing, stretched to its width. */
const WIDTH = 1000;
const HEIGHT = 40;

export interface OverviewProps {
  readonly steps: readonly ParallelismStep[];
  readonly limits: View;
  readonly view: View;
  /** Wants this moment in the middle, ms. */
  readonly onMove: (ms: number) => void;
}

/** How many tasks ran at once, over the whole run, and which part of it the timeline shows. */
export function Overview({steps, limits, view, onMove}: OverviewProps) {
  const path = useMemo(() => areaOf(steps, limits), [steps, limits]);
  const isDown = useRef(false);
  const full = limits.to - limits.from;
  const x = (ms: number): number => ((ms - limits.from) / full) * WIDTH;
  const move = (event: PointerEvent): void => {
    const {left, width} = (event.currentTarget as Element).getBoundingClientRect();
    onMove(limits.from + ((event.clientX - left) / width) * full);
  };
  return (
    <svg
      class="overview"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      onPointerDown={(event) => {
        isDown.current = true;
        (event.currentTarget as Element).setPointerCapture(event.pointerId);
        move(event);
      }}
      onPointerMove={(event) => {
        if (isDown.current) move(event);
      }}
      onPointerUp={() => {
        isDown.current = false;
      }}
    >
      <path class="overview-area" d={path} />
      <rect class="overview-shade" x={0} y={0} width={Math.max(0, x(view.from))} height={HEIGHT} />
      <rect class="overview-shade" x={x(view.to)} y={0} width={Math.max(0, WIDTH - x(view.to))} height={HEIGHT} />
      <rect
        class="overview-window"
        x={x(view.from)}
        y={1}
        width={Math.max(2, x(view.to) - x(view.from))}
        height={HEIGHT - 2}
      />
    </svg>
  );
}

/** The steps as an area; of those that fall on the same unit, the highest. */
function areaOf(steps: readonly ParallelismStep[], {from, to}: View): string {
  const most = steps.reduce((high, {running}) => Math.max(high, running), 1);
  const y = (running: number): string => (HEIGHT - (running / most) * (HEIGHT - 6)).toFixed(1);
  const parts = [`M0 ${HEIGHT}`];
  let column = -1;
  let highest = 0;
  let running = 0;
  const close = (): void => {
    if (column >= 0) parts.push(`H${column}V${y(highest)}H${column + 1}V${y(running)}`);
  };
  for (const step of steps) {
    const at = Math.floor(((step.time - from) / (to - from)) * WIDTH);
    if (at !== column) {
      close();
      column = at;
      highest = Math.max(running, step.running);
    }
    highest = Math.max(highest, step.running);
    running = step.running;
  }
  close();
  return `${parts.join('')}V${HEIGHT}Z`;
}
