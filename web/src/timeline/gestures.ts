import type {RefObject} from 'preact';
import {useEffect, useRef} from 'preact/hooks';

/** What a person does to the timeline; places are pixels from its upper left corner. */
export interface Gestures {
  /** @returns false when nothing came of it, and the page may scroll */
  readonly onZoom: (factor: number, x: number) => boolean;
  readonly onPan: (pixels: number) => void;
  readonly onScroll: (pixels: number) => void;
  readonly onPick: (x: number, y: number, target: Element) => void;
  readonly onPoint: (place: {readonly x: number; readonly y: number} | undefined, target: Element) => void;
  /** @returns whether it meant something */
  readonly onKey: (key: string, isFar: boolean) => boolean;
}

/** So far a pointer moves before it drags, pixels. */
const SLOP = 4;

/** Hears wheel, pointer and keys of an element. */
export function useGestures(ref: RefObject<HTMLElement | null>, gestures: Gestures): void {
  const latest = useRef(gestures);
  latest.current = gestures;
  useEffect(() => {
    const element = ref.current;
    return element === null ? undefined : listen(element, () => latest.current);
  }, [ref]);
}

function listen(element: HTMLElement, gestures: () => Gestures): () => void {
  const ending = new AbortController();
  const {signal} = ending;
  const on = <Kind extends keyof HTMLElementEventMap>(kind: Kind, hear: (event: HTMLElementEventMap[Kind]) => void) =>
    element.addEventListener(kind, hear, {signal, passive: false});
  const placeOf = ({clientX, clientY}: MouseEvent): {readonly x: number; readonly y: number} => {
    const {left, top} = element.getBoundingClientRect();
    return {x: clientX - left, y: clientY - top};
  };
  on('wheel', (event) => {
    const {onPan, onZoom} = gestures();
    const sideways = event.shiftKey ? event.deltaY : event.deltaX;
    if (Math.abs(sideways) > Math.abs(event.shiftKey ? 0 : event.deltaY)) {
      onPan(sideways);
      event.preventDefault();
    } else if (onZoom(2 ** (-event.deltaY / 240), placeOf(event).x)) event.preventDefault();
  });
  on('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (gestures().onKey(event.key, event.shiftKey)) event.preventDefault();
  });
  on('pointerleave', ({target}) => gestures().onPoint(undefined, target as Element));
  listenToDrags(element, on, placeOf, gestures);
  return () => ending.abort();
}

function listenToDrags(
  element: HTMLElement,
  on: <Kind extends keyof HTMLElementEventMap>(kind: Kind, hear: (event: HTMLElementEventMap[Kind]) => void) => unknown,
  placeOf: (event: MouseEvent) => {readonly x: number; readonly y: number},
  gestures: () => Gestures,
): void {
  let last: {readonly x: number; readonly y: number} | undefined;
  let isDragging = false;
  on('pointerdown', (event) => {
    if (event.button !== 0) return;
    last = placeOf(event);
    isDragging = false;
  });
  on('pointermove', (event) => {
    const place = placeOf(event);
    if (last === undefined) {
      gestures().onPoint(place, event.target as Element);
      return;
    }
    const [x, y] = [place.x - last.x, place.y - last.y];
    if (!isDragging && Math.hypot(x, y) < SLOP) return;
    if (!isDragging) element.setPointerCapture(event.pointerId);
    isDragging = true;
    last = place;
    const {onPan, onScroll, onPoint} = gestures();
    onPoint(undefined, element);
    onPan(-x);
    onScroll(-y);
  });
  const release = (): void => {
    last = undefined;
  };
  on('pointerup', release);
  on('pointercancel', release);
  on('click', (event) => {
    // a drag ends with a click, too
    if (isDragging) isDragging = false;
    else {
      const {x, y} = placeOf(event);
      gestures().onPick(x, y, event.target as Element);
    }
  });
}
