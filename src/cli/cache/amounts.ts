import {plural} from '../../base/figures.ts';

const UNITS = ['KiB', 'MiB', 'GiB', 'TiB'];

/** `812 B`, `1.4 KiB`, `230 MiB`; Infinity is `any size`. */
export function sizeText(bytes: number): string {
  if (!Number.isFinite(bytes)) return 'any size';
  if (bytes < 1024) return `${bytes} B`;
  let amount = bytes;
  let unit = '';
  for (const next of UNITS) {
    if (unit !== '' && amount < 1000) break;
    amount /= 1024;
    unit = next;
  }
  return `${amount < 9.95 ? Number(amount.toFixed(1)) : Math.round(amount)} ${unit}`;
}

const AGES = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** `45 days`, `3 hours`, `less than a minute`; Infinity is `ever`. */
export function ageText(ms: number): string {
  if (!Number.isFinite(ms)) return 'ever';
  const age = AGES.find(([, length]) => ms >= length);
  return age === undefined ? 'less than a minute' : plural(Math.floor(ms / age[1]), age[0]);
}
