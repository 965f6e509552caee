import {useMemo, useRef, useState} from 'preact/hooks';
import {panned, showing, type View, zoomed} from './view.ts';

/** What is shown of the run, and how that is changed. Times are ms. */
export interface ViewControl {
  readonly limits: View;
  /** What is shown now, drawn or not yet: several events may come before the next frame. */
  readonly now: () => View;
  /** @param around stays where it is; the middle when it is left out @returns false when it is as far as it goes */
  readonly zoom: (factor: number, around?: number) => boolean;
  readonly pan: (ms: number) => void;
  /** Brings this moment into the middle. */
  readonly centre: (ms: number) => void;
  /** Brings this stretch into sight. */
  readonly reveal: (start: number, end: number) => void;
  readonly showWhole: () => void;
}

export function useView(limits: View): readonly [View, ViewControl] {
  const [view, setView] = useState(limits);
  const latest = useRef(view);
  const control = useMemo((): ViewControl => {
    const show = (next: View): boolean => {
      const {from, to} = latest.current;
      latest.current = next;
      setView(next);
      return next.from !== from || next.to !== to;
    };
    const middle = (): number => (latest.current.from + latest.current.to) / 2;
    return {
      limits,
      now: () => latest.current,
      zoom: (factor, around = middle()) => show(zoomed(latest.current, factor, around, limits)),
      pan: (ms) => void show(panned(latest.current, ms, limits)),
      centre: (ms) => void show(panned(latest.current, ms - middle(), limits)),
      reveal: (start, end) => void show(showing(latest.current, start, end, limits)),
      showWhole: () => void show(limits),
    };
  }, [limits]);
  return [view, control];
}
