import {duration, percentChange, plural} from '../../../src/base/figures.ts';
import type {Change} from '../../../src/insight/compare.ts';
import type {Page} from '../page.ts';
import {Card, type Row, Table, TaskLink, TaskLinks} from '../pieces.tsx';

const SHOWN = 15;

/** The run against what was before, where a run was named to compare with. */
export function BeforeAfter({page: {comparison}}: {readonly page: Page}) {
  if (comparison === undefined) return null;
  const {before, after, total, tasks, oldPath, newPath, hits, machine} = comparison;
  const changed = tasks.filter((change) => change.before !== undefined || change.after !== undefined);
  const note = `${plural(before.length, 'run')} before, ${plural(after.length, 'run')} after`;
  const percent = (share: number): string => `${Math.round(share * 100)} %`;
  return (
    <Card id="comparison" title="Before and after" note={note}>
      <Table
        caption="Times before and after, what changed most first"
        columns={[
          {name: ''},
          ...['Before', 'After', 'Change', 'Range'].map((name) => ({name, isNumber: true})),
          {name: 'More than noise?'},
        ]}
        rows={[
          {key: '', cells: [<b key="name">total</b>, ...cellsOf(total)]},
          ...changed.slice(0, SHOWN).map(
            ({task, ...change}): Row => ({
              key: task,
              cells: [<TaskLink key="task" task={task} />, ...cellsOf(change)],
            }),
          ),
        ]}
      />
      <dl class="facts wide">
        <div>
          <dt>Hits</dt>
          <dd>
            {percent(hits.before)} before, {percent(hits.after)} after
          </dd>
        </div>
        {oldPath.join('\n') !== newPath.join('\n') && (
          <div>
            <dt>Critical path before</dt>
            <dd>
              <TaskLinks tasks={oldPath} between=" → " />
            </dd>
          </div>
        )}
        <div>
          <dt>Critical path {oldPath.join('\n') === newPath.join('\n') ? '(as before)' : 'after'}</dt>
          <dd>
            <TaskLinks tasks={newPath} between=" → " />
          </dd>
        </div>
        {machine.map((difference) => (
          <div key={difference}>
            <dt>The machines differ</dt>
            <dd>{difference}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

function cellsOf({before, after, ratio, interval, verdict}: Change): Row['cells'] {
  const colour = verdict !== 'outside' ? 'dim' : (ratio ?? 0) < 0 ? 'good' : 'bad';
  return [
    before === undefined ? 'unknown' : duration(before),
    after === undefined ? 'unknown' : duration(after),
    <span key="change" class={colour}>
      {ratio === undefined ? '' : `${ratio < 0 ? '↓' : '↑'} ${percentChange(ratio)}`}
    </span>,
    interval === undefined ? '' : `${percentChange(interval.low)} to ${percentChange(interval.high)}`,
    verdict === 'outside' ? 'yes' : verdict === 'within' ? 'no' : 'too few runs to say',
  ];
}
