import {useMemo, useState} from 'preact/hooks';
import {duration} from '../../../src/base/figures.ts';
import {type Page, spentOf} from '../page.ts';
import {Card, Status, Table, TaskLink} from '../pieces.tsx';
import {processorTime} from '../words.ts';

/** More of them at a time. */
const PORTION = 25;

/** Every task, the longest first. */
export function Tasks({page}: {readonly page: Page}) {
  const [words, setWords] = useState('');
  const [shown, setShown] = useState(PORTION);
  const rows = useMemo(() => {
    const known = page.run.tasks.map((record) => ({record, ms: spentOf(record)}));
    return known.sort((one, other) => (other.ms ?? -1) - (one.ms ?? -1));
  }, [page]);
  const found = rows.filter(({record}) =>
    `${record.task} ${record.status}`.toLowerCase().includes(words.toLowerCase()),
  );
  return (
    <Card
      id="tasks"
      title="Tasks"
      note={
        <label class="filter">
          <span>Filter</span>
          <input
            type="search"
            value={words}
            placeholder="name or status"
            onInput={(event) => {
              setWords(event.currentTarget.value);
              setShown(PORTION);
            }}
          />
        </label>
      }
    >
      <Table
        caption="Tasks, the longest first"
        columns={[
          {name: 'Task'},
          {name: 'Status'},
          {name: 'Took', isNumber: true},
          {name: 'Slack', isNumber: true},
          {name: 'Processor', isNumber: true},
        ]}
        rows={found.slice(0, shown).map(({record, ms}) => {
          const slack = page.slack.get(record.task);
          return {
            key: record.task,
            cells: [
              <TaskLink key="task" task={record.task} />,
              <Status key="status" status={record.status} />,
              ms === undefined ? (record.start === undefined ? '' : 'unknown') : duration(ms),
              slack === undefined ? '' : slack < 0.5 ? 'none' : duration(slack),
              record.attempts === 0
                ? ''
                : record.usage?.cpuMs === undefined
                  ? 'unknown'
                  : processorTime(record.usage.cpuMs),
            ],
          };
        })}
      />
      {found.length > shown && (
        <button type="button" class="more" onClick={() => setShown(shown + 4 * PORTION)}>
          {found.length - shown} more
        </button>
      )}
      {found.length === 0 && <p class="dim">No task has that in its name or status.</p>}
    </Card>
  );
}
