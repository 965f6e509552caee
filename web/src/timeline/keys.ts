import type {ViewControl} from './use-view.ts';

/** How much closer a key goes. */
export const ZOOM = 1.5;
/** Parts of the view that an arrow pans, without and with Shift. */
const [NEAR, FAR] = [0.1, 0.8];

/** What keys do. @param step goes so many tasks on */
export function keysOf(
  {now, zoom, pan, showWhole}: ViewControl,
  step: (by: number) => void,
): ReadonlyMap<string, (isFar: boolean) => void> {
  const panPart = (sign: number, isFar: boolean): void => {
    const {from, to} = now();
    pan(sign * (to - from) * (isFar ? FAR : NEAR));
  };
  return new Map<string, (isFar: boolean) => void>([
    ['+', () => zoom(ZOOM)],
    ['=', () => zoom(ZOOM)],
    ['-', () => zoom(1 / ZOOM)],
    ['_', () => zoom(1 / ZOOM)],
    ['0', showWhole],
    ['ArrowLeft', (isFar) => panPart(-1, isFar)],
    ['ArrowRight', (isFar) => panPart(1, isFar)],
    ['ArrowUp', () => step(-1)],
    ['ArrowDown', () => step(1)],
    ['Home', () => step(Number.NEGATIVE_INFINITY)],
    ['End', () => step(Number.POSITIVE_INFINITY)],
  ]);
}
