import type {Run} from '../record/run.ts';

const COLUMNS = [
  'run',
  'at',
  'task',
  'status',
  'start_ms',
  'finish_ms',
  'duration_ms',
  'wait_ms',
  'lookup_ms',
  'restore_ms',
  'lease_ms',
  'store_ms',
  'attempts',
  'cpu_ms',
  'peak_memory_bytes',
  'read_bytes',
  'written_bytes',
  'output_files',
  'output_bytes',
  'saved_ms',
] as const;

/** A line a task of each run, the oldest run first (RFC 4180). What is not known is empty. */
export function csvReport(runs: readonly Run[]): string {
  const lines = [COLUMNS.join(',')];
  for (const run of runs.toSorted((one, other) => one.at - other.at))
    for (const {task, status, start, finish, attempts, times, usage, outputs, savedMs} of run.tasks) {
      const length = (part: {readonly start: number; readonly end: number} | undefined): number | undefined =>
        part === undefined ? undefined : part.end - part.start;
      const wait = times?.slot === undefined ? undefined : times.slot - times.free;
      const cells: Record<(typeof COLUMNS)[number], string | number | undefined> = {
        run: run.id,
        at: new Date(run.at).toISOString(),
        task,
        status,
        start_ms: start,
        finish_ms: start === undefined ? undefined : finish,
        duration_ms: start === undefined ? undefined : finish - start,
        wait_ms: wait,
        lookup_ms: length(times?.lookup),
        restore_ms: length(times?.restore),
        lease_ms: length(times?.lease),
        store_ms: length(times?.store),
        attempts,
        cpu_ms: usage?.cpuMs,
        peak_memory_bytes: usage?.peakMemoryBytes,
        read_bytes: usage?.readBytes,
        written_bytes: usage?.writtenBytes,
        output_files: outputs?.files,
        output_bytes: outputs?.bytes,
        saved_ms: savedMs,
      };
      lines.push(COLUMNS.map((column) => cell(cells[column])).join(','));
    }
  return `${lines.join('\r\n')}\r\n`;
}

function cell(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(Math.round(value * 1000) / 1000);
  // a spreadsheet takes these for formulas; `@` begins too many names of packages
  const text = /^[=+\-\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
