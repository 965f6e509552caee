import {duration} from '../../../src/base/figures.ts';
import type {Page} from '../page.ts';
import type {Palette} from '../palette.ts';
import {Card} from '../pieces.tsx';

const KINDS = {
  execute: {name: 'tasks on the way', colour: 'execute'},
  retry: {name: 'attempts that failed', colour: 'retry'},
  lookup: {name: 'looking for stored results', colour: 'lookup'},
  restore: {name: 'bringing outputs back', colour: 'restore'},
  lease: {name: 'waiting for services', colour: 'lease'},
  store: {name: 'storing results', colour: 'store'},
  slot: {name: 'waiting for a slot', colour: 'wait'},
  self: {name: 'paceline before, between and after', colour: 'self'},
} as const satisfies Record<string, {readonly name: string; readonly colour: keyof Palette}>;

/** Where the wall time went: one chain from the start of the run to its end. */
export function TimeAccount({page: {report, run}}: {readonly page: Page}) {
  const totals = Object.entries(report.account.totals)
    .map(([kind, ms]) => ({...KINDS[kind as keyof typeof KINDS], ms}))
    .filter(({ms}) => ms > 0)
    .sort((one, other) => other.ms - one.ms);
  const share = (ms: number): number => (run.wallMs === 0 ? 0 : (ms / run.wallMs) * 100);
  return (
    <Card id="account" title="Where the time went" note={`${duration(run.wallMs)}, without a gap`}>
      <div class="stack" aria-hidden="true">
        {totals.map(({name, colour, ms}) => (
          <span key={name} style={{width: `${share(ms)}%`, background: `var(--${colour})`}} />
        ))}
      </div>
      <ul class="account">
        {totals.map(({name, colour, ms}) => (
          <li key={name}>
            <span class="swatch box" style={{'--swatch': `var(--${colour})`}} />
            <span>{name}</span>
            <b>{duration(ms)}</b>
            <span class="dim">{share(ms) < 1 ? '<1' : Math.round(share(ms))} %</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
