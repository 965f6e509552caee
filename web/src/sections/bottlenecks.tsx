import {duration} from '../../../src/base/figures.ts';
import type {Page} from '../page.ts';
import {Card, Table, TaskLink} from '../pieces.tsx';

const SHOWN = 15;

/** What the whole run would gain if one task were different. */
export function Bottlenecks({page: {report}}: {readonly page: Page}) {
  const shown = report.bottlenecks.slice(0, SHOWN);
  if (shown.length === 0) return null;
  const number = (name: string) => ({name, isNumber: true});
  return (
    <Card
      id="bottlenecks"
      title="Bottlenecks"
      note="what the whole run would gain; disks that several tasks wait for are not modelled"
    >
      <Table
        caption="Tasks, by what the run would gain without them"
        columns={[
          {name: 'Task'},
          ...['Takes', '10 % faster', 'Twice as fast', 'Gone', 'If a hit', 'In 2 parts', 'In 4 parts'].map(number),
          {name: 'Not waiting for'},
        ]}
        rows={shown.map(({task, ms, faster10, faster50, gone, hit, split2, split4, withoutNeed}) => ({
          key: task,
          cells: [
            <TaskLink key="task" task={task} />,
            duration(ms),
            ...[faster10, faster50, gone, hit, split2, split4].map(gain),
            withoutNeed === undefined ? '' : `${withoutNeed.from}: ${gain(withoutNeed.ms)}`,
          ],
        }))}
      />
    </Card>
  );
}

function gain(ms: number): string {
  return ms < 0.5 ? '0' : `−${duration(ms)}`;
}
