import {useEffect, useLayoutEffect, useMemo, useRef, useState} from 'preact/hooks';
import type {NodeId} from '../../../src/plan/plan.ts';
import type {Page} from '../page.ts';
import {PALETTES, type Theme} from '../palette.ts';
import {Canvas} from './canvas.tsx';
import {
  barsInSight,
  contentHeight,
  type Geometry,
  GUTTER,
  hit,
  LANE,
  msOf,
  msPerPixel,
  ownAt,
  rowOf,
  topOf,
} from './geometry.ts';
import {type Gestures, useGestures} from './gestures.ts';
import {keysOf} from './keys.ts';
import {Legend} from './legend.tsx';
import {Overview} from './overview.tsx';
import {type Bar, sceneOf} from './scene.ts';
import {TaskButtons} from './task-buttons.tsx';
import {ownTip, Tip, type TipContent, tipOf} from './tip.tsx';
import {Hint, Tools} from './tools.tsx';
import {useView} from './use-view.ts';
import {whole} from './view.ts';

export interface TimelineProps {
  readonly page: Page;
  readonly theme: Theme;
  readonly selected: NodeId | undefined;
  /** @param byKey whoever chose has no pointer: what opens gets the focus */
  readonly onSelect: (task: NodeId, byKey: boolean) => void;
}

/** Tasks that one can point at with a screen reader or the Tab key at the same time. */
const MOST_BUTTONS = 150;

/** The run over time: a lane a slot, and what each task did in it. */
export function Timeline({page, theme, selected, onSelect}: TimelineProps) {
  const scene = useMemo(() => sceneOf(page), [page]);
  const [view, control] = useView(useMemo(() => whole(scene.endMs), [scene]));
  const [active, setActive] = useState<NodeId | undefined>(scene.bars[0]?.task);
  const [tip, setTip] = useState<TipContent>();
  const [scroll, setScroll] = useState(0);
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const full = contentHeight(scene);
  const height = Math.min(full, Math.max(LEAST_HEIGHT, Math.round(innerHeight * HEIGHT_SHARE)));
  const geometry: Geometry = {view, width, height, scroll};
  const edges = useMemo(() => edgesOf(page, selected), [page, selected]);
  const taskAt = (x: number, y: number, target: Element): NodeId | undefined =>
    taskOf(target) ?? hit(scene, geometry, x, y)?.task;

  const go = (bar: Bar | undefined): void => {
    if (bar === undefined) return;
    setActive(bar.task);
    control.reveal(bar.start, bar.end);
    scrollTo(frame.current, topOf(rowOf(bar.lane)));
  };
  // chosen elsewhere, it may be out of sight
  useEffect(() => go(selected === undefined ? undefined : scene.barOf.get(selected)), [selected]);
  const keys = keysOf(control, (by) => {
    const place = scene.bars.findIndex(({task}) => task === active);
    go(scene.bars[Math.max(0, Math.min(scene.bars.length - 1, place + by))]);
  });

  const gestures: Gestures = {
    onZoom: (factor, x) => control.zoom(factor, msOf({...geometry, view: control.now()}, Math.max(GUTTER, x))),
    onPan: (pixels) => control.pan(pixels * msPerPixel(geometry)),
    onScroll: (pixels) => frame.current?.scrollBy(0, pixels),
    onPick: (x, y, target) => {
      const task = taskAt(x, y, target);
      if (task !== undefined) onSelect(task, false);
      frame.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus({preventScroll: true});
    },
    onPoint: (place, target) => {
      const task = place === undefined ? undefined : taskAt(place.x, place.y, target);
      const own = place === undefined ? undefined : ownAt(scene, geometry, place.x, place.y);
      if (place !== undefined && task !== undefined) setTip(tipOf(page, task, place));
      else setTip(place === undefined || own === undefined ? undefined : ownTip(own, place));
    },
    onKey: (key, isFar) => {
      if ((key === 'Enter' || key === ' ') && active !== undefined) onSelect(active, true);
      else keys.get(key)?.(isFar);
      return key === 'Enter' || key === ' ' || keys.has(key);
    },
  };
  useGestures(frame, gestures);

  return (
    <section class="card timeline" aria-labelledby="timeline-title">
      <Tools view={view} control={control} />
      <Overview steps={page.report.parallelism.steps} limits={control.limits} view={view} onMove={control.centre} />
      <div class="frame-holder">
        <div
          class="frame"
          ref={frame}
          style={{height: `${height}px`}}
          onScroll={(event) => setScroll(event.currentTarget.scrollTop)}
        >
          <Canvas scene={scene} geometry={geometry} palette={PALETTES[theme]} selected={selected} edges={edges} />
          <TaskButtons
            page={page}
            bars={barsInSight(scene, geometry, MOST_BUTTONS)}
            active={active === undefined ? undefined : scene.barOf.get(active)}
            selected={selected}
            geometry={geometry}
            height={full}
            onFocus={setActive}
          />
        </div>
        {tip !== undefined && <Tip content={tip} width={width} />}
      </div>
      <Legend scene={scene} />
      <Hint />
    </section>
  );
}

/** Pixels, and a part of the window. */
const LEAST_HEIGHT = 240;
const HEIGHT_SHARE = 0.62;

/** Brings the lane at this height into the middle when it is not in sight. */
function scrollTo(frame: HTMLElement | null, top: number): void {
  if (frame === null) return;
  const {scrollTop, clientHeight} = frame;
  if (top - LANE < scrollTop || top + 2 * LANE > scrollTop + clientHeight) frame.scrollTop = top - clientHeight / 2;
}

function taskOf(target: Element): NodeId | undefined {
  const button = target.closest<HTMLElement>('[data-task]');
  return button?.dataset.task as NodeId | undefined;
}

function edgesOf({needs, neededBy}: Page, task: NodeId | undefined): readonly (readonly [NodeId, NodeId])[] {
  if (task === undefined) return [];
  return [
    ...(needs.get(task) ?? []).map((one) => [one.task, task] as const),
    ...(neededBy.get(task) ?? []).map((one) => [task, one.task] as const),
  ];
}

function useWidth(ref: {readonly current: HTMLElement | null}): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    setWidth(element.clientWidth);
    return () => observer.disconnect();
  }, []);
  return width;
}
