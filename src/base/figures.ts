/** `812 ms`, `3.41 s`, `2 min 05 s`. */
export function duration(ms: number): string {
  if (ms < 1) return '<1 ms';
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(ms < 9_995 ? 2 : 1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `+12 %`, `-3.4 %`, of a ratio such as 0.12. */
export function percentChange(ratio: number): string {
  const percent = ratio * 100;
  const text = Math.abs(percent) < 9.95 ? Math.abs(percent).toFixed(1) : String(Math.round(Math.abs(percent)));
  return `${percent < 0 ? '-' : '+'}${text} %`;
}

/** `640 B`, `12.3 kB`, `4.1 MB`. */
export function byteCount(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  for (const [unit, size] of [
    ['GB', 1e9],
    ['MB', 1e6],
  ] as const)
    if (bytes >= size) return `${(bytes / size).toFixed(1)} ${unit}`;
  return `${(bytes / 1000).toFixed(1)} kB`;
}

const BLOCKS = '▁▂▃▄▅▆▇█';

/** Numbers from 0 to their largest as little bars: `▃▅█▁`. */
export function sparkline(values: readonly number[]): string {
  const most = Math.max(...values, 0);
  const last = BLOCKS.length - 1;
  return values.map((value) => BLOCKS[most <= 0 ? 0 : Math.round((Math.max(0, value) / most) * last)] ?? '').join('');
}
