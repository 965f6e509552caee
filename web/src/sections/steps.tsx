import {duration} from '../../../src/base/figures.ts';
import type {Page} from '../page.ts';
import {Card} from '../pieces.tsx';

/** A plan: what to do first, and how long the run is expected to take after it and all before it. */
export function Steps({page: {report, run}}: {readonly page: Page}) {
  const {steps, simulatedMs} = report;
  if (steps.length === 0) return null;
  const share = (ms: number): string => `${simulatedMs === 0 ? 0 : Math.min(100, (ms / simulatedMs) * 100)}%`;
  return (
    <Card id="steps" title="A plan in steps" note="quick wins first; each on top of those before">
      <ol class="steps">
        <li>
          <span class="step-name">As it is</span>
          <span class="step-bar">
            <span class="step-left now" style={{width: '100%'}} />
          </span>
          <b>{duration(simulatedMs)}</b>
          <span class="dim">in the simulation; measured: {duration(run.wallMs)}</span>
        </li>
        {steps.map(({finding, totalMs, gainMs}, place) => (
          <li key={finding.code + finding.title}>
            <span class="step-name">
              {place + 1}. {finding.title}
            </span>
            <span class="step-bar">
              <span class="step-left" style={{width: share(totalMs)}} />
            </span>
            <b>{duration(totalMs)}</b>
            <span class="dim">
              {duration(gainMs)} less · effort {finding.effort}, risk {finding.risk}
            </span>
          </li>
        ))}
      </ol>
    </Card>
  );
}
