import {duration} from '../../../src/base/figures.ts';
import type {SpanKind, TaskRecord} from '../../../src/record/run.ts';
import {type Page, spentOf} from '../page.ts';
import {Block} from '../pieces.tsx';
import {PARTS} from '../words.ts';

/** What the time of the task was made of. */
export function TimeParts({page, record}: {readonly page: Page; readonly record: TaskRecord}) {
  const whole = spentOf(record);
  if (whole === undefined || record.start === undefined) return null;
  const sums = new Map<SpanKind, number>();
  for (const {kind, start, end} of page.spans.get(record.task) ?? [])
    if (PARTS[kind] !== undefined) sums.set(kind, (sums.get(kind) ?? 0) + end - start);
  const parts = Object.entries(PARTS).flatMap(([kind, part]) => {
    const ms = sums.get(kind as SpanKind) ?? 0;
    return part === undefined || ms < 0.5 ? [] : [{...part, ms}];
  });
  const inside = parts.reduce((sum, {ms, colour}) => (colour === 'wait' ? sum : sum + ms), 0);
  const rest = record.finish - record.start - inside;
  if (rest > 0.5) parts.push({name: 'the rest', colour: 'rest', ms: rest});
  const most = parts.reduce((high, {ms}) => Math.max(high, ms), 0);
  return (
    <Block title="Where its time went">
      <ul class="bars">
        {parts.map(({name, colour, ms}) => (
          <li key={name}>
            <span class="bars-name">{name}</span>
            <span class="bars-bar">
              <span class="bars-part" style={{width: `${(ms / most) * 100}%`, background: `var(--${colour})`}} />
            </span>
            <span class="bars-value">{duration(ms)}</span>
          </li>
        ))}
      </ul>
    </Block>
  );
}
