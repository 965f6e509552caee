import {duration, percentChange, plural} from '../../../src/base/figures.ts';
import {isImpossible, type Page} from '../page.ts';
import {Card, TaskLinks} from '../pieces.tsx';

/** How far the figures can be trusted, and what is missing from the picture. */
export function Reliability({page}: {readonly page: Page}) {
  const {report, run, notReached} = page;
  const {simulatedMs, pastErrors, gaps} = report;
  // a run from a file was put right when it was read
  const isTold = gaps.some(({kind}) => kind === 'impossible-time');
  const impossible = isTold ? [] : run.tasks.filter(isImpossible).map(({task}) => task);
  return (
    <Card id="reliability" title="How reliable this is">
      <ul class="plain">
        <li>
          The simulation of this run gives {duration(simulatedMs)}
          {run.wallMs > 0 && `: ${percentChange((simulatedMs - run.wallMs) / run.wallMs)} against what was measured`}.
        </li>
        <li>{pastText(pastErrors.map(({error}) => Math.abs(error)))}</li>
        {gaps.map(({message}) => (
          <li key={message} class="gap">
            {message}
          </li>
        ))}
        {impossible.length > 0 && (
          <li class="gap">
            {plural(impossible.length, 'task')} ended no later than {impossible.length === 1 ? 'it' : 'they'} started;
            how long {impossible.length === 1 ? 'it' : 'they'} took is not known:{' '}
            <TaskLinks tasks={impossible.slice(0, 8)} between=", " />
          </li>
        )}
        {notReached.length > 0 && (
          <li class="gap">
            Not reached: <TaskLinks tasks={notReached.slice(0, 12)} between=", " />
            {notReached.length > 12 && ` and ${notReached.length - 12} more`}
          </li>
        )}
      </ul>
    </Card>
  );
}

function pastText(errors: readonly number[]): string {
  if (errors.length === 0) return 'No earlier run has the same plan: how good predictions are here is not known yet.';
  const sorted = [...errors].sort((one, other) => one - other);
  const middle = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return `${plural(errors.length, 'run')} of this project predicted from those before: half were within ${(middle * 100).toFixed(1)} %.`;
}
