import {duration, plural} from '../../../src/base/figures.ts';

/** Units of the drawing. */
const WIDTH = 320;
const HEIGHT = 46;
const EDGE = 5;

/** The time of each execution, the oldest first, ms; at least one. The scale begins at 0. */
export function Sparkline({points, noun = 'execution'}: {readonly points: readonly number[]; readonly noun?: string}) {
  const most = Math.max(...points);
  const least = Math.min(...points);
  const last = points.at(-1) ?? 0;
  const x = (place: number): number => EDGE + (place / (points.length - 1)) * (WIDTH - 2 * EDGE);
  const y = (ms: number): number => HEIGHT - EDGE - (most === 0 ? 0 : (ms / most) * (HEIGHT - 2 * EDGE));
  if (points.length === 1) return <p>One, {duration(last)}.</p>;
  const text = `${plural(points.length, noun)}, ${duration(least)} to ${duration(most)}, the last ${duration(last)}`;
  return (
    <figure class="spark">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={text}>
        <line class="spark-ground" x1={0} x2={WIDTH} y1={HEIGHT - EDGE} y2={HEIGHT - EDGE} />
        <polyline points={points.map((ms, place) => `${x(place).toFixed(1)},${y(ms).toFixed(1)}`).join(' ')} />
        <circle cx={x(points.length - 1)} cy={y(last)} r={3.5} />
      </svg>
      <figcaption>{text}</figcaption>
    </figure>
  );
}
