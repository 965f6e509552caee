import {duration} from '../../../src/base/figures.ts';
import type {Finding} from '../../../src/insight/finding.ts';
import type {Page} from '../page.ts';
import {Card, Prose, TaskLinks} from '../pieces.tsx';

const SHOWN = 12;

/** What is worth doing, what gains most first. */
export function Findings({page: {report}}: {readonly page: Page}) {
  const {findings} = report;
  const [shown, hidden] = [findings.slice(0, SHOWN), findings.slice(SHOWN)];
  return (
    <Card id="findings" title="Findings" note={findings.length === 0 ? undefined : 'what gains most first'}>
      {findings.length === 0 ? (
        <p class="dim">Nothing stands out in this run.</p>
      ) : (
        <ol class="findings">
          {shown.map((finding) => (
            <FindingItem key={finding.code + finding.title} finding={finding} />
          ))}
        </ol>
      )}
      {hidden.length > 0 && (
        <details>
          <summary>{hidden.length} more</summary>
          <ol class="findings" start={SHOWN + 1}>
            {hidden.map((finding) => (
              <FindingItem key={finding.code + finding.title} finding={finding} />
            ))}
          </ol>
        </details>
      )}
    </Card>
  );
}

function FindingItem({finding}: {readonly finding: Finding}) {
  const {code, title, tasks, evidence, advice, impact, effort, risk, riskReason} = finding;
  const {ms, low, high, source} = impact;
  const range = low === undefined || high === undefined ? '' : ` (${duration(low)} to ${duration(high)})`;
  return (
    <li>
      <h3>
        {title}
        {ms > 0 && (
          <span class="gain">
            saves {duration(ms)}
            {range}
          </span>
        )}
      </h3>
      <p>
        <Prose text={advice} />
      </p>
      <ul class="evidence">
        {evidence.map((line) => (
          <li key={line}>
            <Prose text={line} />
          </li>
        ))}
      </ul>
      <p class="dim">
        {code} · the gain is {source === 'measured' ? 'simulated from what was measured' : source} · effort {effort} ·
        risk {risk}: {riskReason}
      </p>
      {tasks.length > 0 && <TaskLinks tasks={tasks.slice(0, 8)} between=" " />}
      {tasks.length > 8 && <span class="dim"> and {tasks.length - 8} more</span>}
    </li>
  );
}
