import {duration, plural} from '../../../src/base/figures.ts';
import type {Page} from '../page.ts';
import {Sparkline} from '../panel/sparkline.tsx';
import {Card} from '../pieces.tsx';

/** Two points are no trend. */
const LEAST_POINTS = 3;

/** The figures that come first. */
export function Summary({page: {run, report}}: {readonly page: Page}) {
  const {speedOfLight, efficiency, parallelism, criticalPath, trend} = report;
  const hits = run.tasks.filter(({status}) => status === 'cached').length;
  const executed = run.tasks.filter(({attempts}) => attempts > 0).length;
  const hasPath = criticalPath.ms > 0;
  const figures: readonly (readonly [string, string, string])[] = [
    ['Wall time', duration(run.wallMs), `${plural(run.jobs, 'job')}${coresOf(run.machine?.cores)}`],
    [
      'Fastest possible',
      hasPath ? duration(speedOfLight.ms) : NOTHING,
      speedOfLight.by === 'chain' ? 'its longest chain' : 'all cores busy',
    ],
    ['Efficiency', hasPath ? `${Math.round(efficiency * 100)} %` : NOTHING, 'of what is possible'],
    ['Critical path', hasPath ? duration(criticalPath.ms) : NOTHING, plural(criticalPath.tasks.length, 'task')],
    ['Parallelism', parallelism.average.toFixed(1), 'tasks at once'],
    ['Executed', String(executed), `of ${plural(run.tasks.length, 'task')}; ${plural(hits, 'hit')}`],
  ];
  return (
    <>
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
      {trend.length >= LEAST_POINTS && (
        <Card id="trend" title="Trend" note="runs of this command">
          <Sparkline points={trend.map(({wallMs}) => wallMs)} noun="run" />
        </Card>
      )}
    </>
  );
}

/** No task took any time. */
const NOTHING = '–';

function coresOf(cores: number | undefined): string {
  return cores === undefined ? ', cores unknown' : ` on ${plural(cores, 'core')}`;
}
