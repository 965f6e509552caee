import {byteCount} from '../../../src/base/figures.ts';
import type {Usage} from '../../../src/record/events.ts';
import {Block} from '../pieces.tsx';
import {processorTime} from '../words.ts';

/** What its commands took of the machine. What was not measured is unknown, which is not nothing. */
export function UsageOf({usage = {}}: {readonly usage?: Usage | undefined}) {
  const facts: readonly (readonly [string, string])[] = [
    ['Processor time', said(usage.cpuMs, processorTime)],
    ['Largest memory', said(usage.peakMemoryBytes, byteCount)],
    ['Read from storage', said(usage.readBytes, byteCount)],
    ['Written to storage', said(usage.writtenBytes, byteCount)],
  ];
  return (
    <Block title="Usage">
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class={value === UNKNOWN ? 'dim' : ''}>{value}</dd>
          </div>
        ))}
      </dl>
      {usage.shared === true && (
        <p class="dim">Another command ended in the same moment: their sum was measured, and divided.</p>
      )}
    </Block>
  );
}

const UNKNOWN = 'unknown';

function said(value: number | undefined, text: (value: number) => string): string {
  return value === undefined ? UNKNOWN : text(value);
}
