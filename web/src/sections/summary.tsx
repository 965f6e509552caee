import {duration, plural} from '../../../src/base/figures.ts';
import type {Page} from '../page.ts';

/** The figures that come first. */
export function Summary({page: {run, report}}: {readonly page: Page}) {
  const {speedOfLight, efficiency, parallelism, criticalPath} = report;
  const hits = run.tasks.filter(({status}) => status === 'cached').length;
  const executed = run.tasks.filter(({attempts}) => attempts > 0).length;
  const hasPath = criticalPath.ms > 0;
  const figures: readonly (readonly [string, string, string])[] = [
    ['Wall time', duration(run.wallMs), `${plural(run.jobs, 'job')}${coresOf(run.machine?.cores)}`],
    [
      'No schedule is faster than',
      hasPath ? duration(speedOfLight.ms) : NOTHING,
      speedOfLight.by === 'chain' ? 'its longest chain' : 'all cores busy',
    ],
    ['Reached of that', hasPath ? `${Math.round(efficiency * 100)} %` : NOTHING, 'the rest is waiting and overhead'],
    ['Critical path', hasPath ? duration(criticalPath.ms) : NOTHING, plural(criticalPath.tasks.length, 'task')],
    ['At once, on average', parallelism.average.toFixed(1), `${plural(run.tasks.length, 'task')} in all`],
    ['Executed', String(executed), plural(hits, 'hit')],
  ];
  return (
    <dl class="summary">
      {figures.map(([name, value, note]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <b>{value}</b>
            <span>{note}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** No task took any time. */
const NOTHING = '–';

function coresOf(cores: number | undefined): string {
  return cores === undefined ? ', cores unknown' : ` on ${plural(cores, 'core')}`;
}
