import {useEffect, useLayoutEffect, useMemo, useRef, useState} from 'preact/hooks';
import {duration} from '../../../src/base/figures.ts';
import type {NodeId} from '../../../src/plan/plan.ts';
import type {Page} from '../page.ts';
import {PALETTES, type Theme} from '../palette.ts';
import {drawTimeline} from './draw.ts';
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
import {useGestures} from './gestures.ts';
import {Legend} from './legend.tsx';
import {Overview} from './overview.tsx';
import {type Bar, sceneOf} from './scene.ts';
import {TaskButtons} from './task-buttons.tsx';
import {ownTip, Tip, type TipContent, tipOf} from './tip.tsx';
import {panned, showing, type View, whole, zoomed} from './view.ts';

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
  const limits = useMemo(() => whole(scene.endMs), [scene]);
  const [view, setView] = useState<View>(limits);
  const [active, setActive] = useState<NodeId | undefined>(scene.bars[0]?.task);
  const [tip, setTip] = useState<TipContent>();
  const [scroll, setScroll] = useState(0);
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(frame);
  const full = contentHeight(scene);
  const height = Math.min(full, Math.max(240, Math.round(innerHeight * 0.62)));
  const geometry: Geometry = {view, width, height, scroll};
  const edges = useMemo(() => edgesOf(page, selected), [page, selected]);

  useLayoutEffect(() => {
    const request = requestAnimationFrame(() => {
      const context = canvas.current === null ? null : sized(canvas.current, width, height);
      if (canvas.current === null || context === null || width === 0) return;
      const drawn = drawTimeline({context, scene, geometry, palette: PALETTES[theme], selected, edges});
      canvas.current.dataset.drawn = String(drawn);
    });
    return () => cancelAnimationFrame(request);
  });

  const reveal = (bar: Bar | undefined): void => {
    if (bar === undefined) return;
    setView((now) => showing(now, bar.start, bar.end, limits));
    const top = topOf(rowOf(bar.lane));
    if (frame.current !== null && (top - LANE < scroll || top + 2 * LANE > scroll + height))
      frame.current.scrollTop = top - height / 2;
  };
  // chosen elsewhere, it may be out of sight
  useEffect(() => {
    if (selected === undefined) return;
    if (scene.barOf.has(selected)) setActive(selected);
    reveal(scene.barOf.get(selected));
  }, [selected]);

  const zoom = (factor: number, around = (view.from + view.to) / 2): boolean => {
    const next = zoomed(view, factor, around, limits);
    setView(next);
    return next.from !== view.from || next.to !== view.to;
  };
  const step = (by: number): void => {
    const place = scene.bars.findIndex(({task}) => task === active);
    const next = scene.bars[Math.max(0, Math.min(scene.bars.length - 1, place + by))];
    if (next === undefined) return;
    setActive(next.task);
    reveal(next);
  };
  const keys: Readonly<Record<string, (isFar: boolean) => void>> = {
    '+': () => zoom(1.5),
    '=': () => zoom(1.5),
    '-': () => zoom(1 / 1.5),
    _: () => zoom(1 / 1.5),
    '0': () => setView(limits),
    ArrowLeft: (isFar) => setView(panned(view, -(view.to - view.from) * (isFar ? 0.8 : 0.1), limits)),
    ArrowRight: (isFar) => setView(panned(view, (view.to - view.from) * (isFar ? 0.8 : 0.1), limits)),
    ArrowUp: () => step(-1),
    ArrowDown: () => step(1),
    Home: () => step(Number.NEGATIVE_INFINITY),
    End: () => step(Number.POSITIVE_INFINITY),
  };
  useGestures(frame, {
    onZoom: (factor, x) => zoom(factor, msOf(geometry, Math.max(GUTTER, x))),
    onPan: (pixels) => setView((now) => panned(now, pixels * msPerPixel({...geometry, view: now}), limits)),
    onScroll: (pixels) => frame.current?.scrollBy(0, pixels),
    onPick: (x, y, target) => {
      const task = taskOf(target) ?? hit(scene, geometry, x, y)?.task;
      if (task !== undefined) onSelect(task, false);
      frame.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus({preventScroll: true});
    },
    onPoint: (place, target) => {
      const task = place === undefined ? undefined : (taskOf(target) ?? hit(scene, geometry, place.x, place.y)?.task);
      const own = place === undefined ? undefined : ownAt(scene, geometry, place.x, place.y);
      if (place !== undefined && task !== undefined) setTip(tipOf(page, task, place));
      else setTip(place === undefined || own === undefined ? undefined : ownTip(own, place));
    },
    onKey: (key, isFar) => {
      if (key === 'Enter' || key === ' ') {
        if (active !== undefined) onSelect(active, true);
        return active !== undefined;
      }
      keys[key]?.(isFar);
      return Object.hasOwn(keys, key);
    },
  });

  return (
    <section class="card timeline" aria-labelledby="timeline-title">
      <div class="card-head">
        <h2 id="timeline-title">Timeline</h2>
        <output class="range" aria-live="polite" data-from={view.from} data-to={view.to}>
          {view.from < 0.05 ? 'start' : duration(view.from)} to {duration(view.to)}
        </output>
        <div class="tools">
          <button type="button" onClick={() => zoom(1.5)} aria-label="Zoom in">
            +
          </button>
          <button type="button" onClick={() => zoom(1 / 1.5)} aria-label="Zoom out">
            −
          </button>
          <button type="button" onClick={() => setView(limits)}>
            Whole run
          </button>
        </div>
      </div>
      <Overview
        steps={page.report.parallelism.steps}
        limits={limits}
        view={view}
        onMove={(ms) => setView((now) => panned(now, ms - (now.from + now.to) / 2, limits))}
      />
      <div class="frame-holder">
        <div
          class="frame"
          ref={frame}
          style={{height: `${height}px`}}
          onScroll={(event) => setScroll(event.currentTarget.scrollTop)}
        >
          <div class="canvas-holder" aria-hidden="true">
            <canvas ref={canvas} />
          </div>
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
      <p class="hint">
        Wheel or <kbd>+</kbd> <kbd>−</kbd> zoom, drag or <kbd>←</kbd> <kbd>→</kbd> pan, <kbd>↑</kbd> <kbd>↓</kbd> go
        from task to task, <kbd>Enter</kbd> opens one, <kbd>0</kbd> shows the whole run.
      </p>
    </section>
  );
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

/** The canvas in this size, in CSS pixels, as sharp as the screen. */
function sized(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | null {
  const ratio = devicePixelRatio;
  const [columns, rows] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== columns || canvas.height !== rows) {
    canvas.width = columns;
    canvas.height = rows;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const context = canvas.getContext('2d');
  context?.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}
