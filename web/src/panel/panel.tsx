import {useEffect, useRef} from 'preact/hooks';
import {byteCount, duration, plural} from '../../../src/base/figures.ts';
import type {NodeId} from '../../../src/plan/plan.ts';
import type {TaskRecord} from '../../../src/record/run.ts';
import {type Neighbour, type Page, spentOf} from '../page.ts';
import {Block, Prose, Status, TaskLink} from '../pieces.tsx';
import {Attempts} from './attempts.tsx';
import {Output} from './output.tsx';
import {Sparkline} from './sparkline.tsx';
import {TimeParts} from './time-parts.tsx';
import {UsageOf} from './usage.tsx';
import {Why} from './why.tsx';

export interface PanelProps {
  readonly page: Page;
  readonly task: NodeId;
  /** It was opened with a key: the focus comes along. */
  readonly takesFocus: boolean;
  readonly onClose: () => void;
}

/** All that is known of one task. */
export function Panel({page, task, takesFocus, onClose}: PanelProps) {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (takesFocus) title.current?.focus();
  }, [task, takesFocus]);
  const record = page.records.get(task);
  const isGroup = page.groups.has(task);
  return (
    <aside class="panel" aria-labelledby="panel-title">
      <header>
        <h2 id="panel-title" ref={title} tabIndex={-1}>
          {task}
        </h2>
        <button type="button" class="close" onClick={onClose} aria-label="Close">
          ✕
        </button>
      </header>
      <p class="badges">
        <Status status={record?.status ?? (isGroup ? 'group' : 'not reached')} />
        {record?.flaky === true && <span class="badge plain">flaky</span>}
        {page.critical.has(task) && <span class="badge critical">critical path</span>}
      </p>
      {record !== undefined && <Facts page={page} record={record} />}
      <Why page={page} task={task} record={record} />
      {record !== undefined && <RanParts page={page} record={record} />}
      {!isGroup && <History page={page} task={task} />}
      <Neighbours title="Waits for" neighbours={page.needs.get(task)} />
      <Neighbours title="Waited for by" neighbours={page.neededBy.get(task)} />
      <Found page={page} task={task} />
    </aside>
  );
}

function Facts({page, record}: {readonly page: Page; readonly record: TaskRecord}) {
  const {task, start, attempts, savedMs, outputs, times, ready} = record;
  const ms = spentOf(record);
  const slack = page.slack.get(task);
  const waited = start === undefined || times === undefined ? undefined : start - times.free;
  const facts: (readonly [string, string])[] = [
    [ready === undefined ? 'Took' : 'Was ready after', start === undefined ? 'did not run' : known(ms)],
    ...(start === undefined ? [] : [['Started at', duration(start)] as const]),
    ...(waited === undefined || waited < 0.5 ? [] : [['Waited for a slot', duration(waited)] as const]),
    ['Slack', slack === undefined ? 'unknown' : slack < 0.5 ? 'none: it is on a longest chain' : duration(slack)],
    ...(attempts > 0 ? [['Attempts', String(attempts)] as const] : []),
    ...(savedMs === undefined ? [] : [['Its execution took', duration(savedMs)] as const]),
    ...(outputs === undefined
      ? []
      : [['Outputs', `${plural(outputs.files, 'file')}, ${byteCount(outputs.bytes)}`] as const]),
  ];
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function known(ms: number | undefined): string {
  return ms === undefined ? 'unknown: its times cannot be' : duration(ms);
}

function RanParts({page, record}: {readonly page: Page; readonly record: TaskRecord}) {
  if (record.start === undefined) return null;
  return (
    <>
      <Output page={page} record={record} />
      <TimeParts page={page} record={record} />
      {record.attempts > 0 && <UsageOf usage={record.usage} />}
      <Attempts page={page} record={record} />
    </>
  );
}

function History({page, task}: {readonly page: Page; readonly task: NodeId}) {
  const points = page.history.get(task) ?? [];
  return (
    <Block title="Executions so far">
      {points.length === 0 ? <p class="dim">None that was recorded.</p> : <Sparkline points={points} />}
    </Block>
  );
}

function Neighbours({
  title,
  neighbours = [],
}: {
  readonly title: string;
  readonly neighbours?: readonly Neighbour[] | undefined;
}) {
  if (neighbours.length === 0) return null;
  const shown = neighbours.slice(0, MOST_NEIGHBOURS);
  return (
    <Block title={title}>
      <ul class="neighbours">
        {shown.map(({task, kind}) => (
          <li key={`${task} ${kind}`}>
            <TaskLink task={task} />
            {kind !== 'needs' && <span class="dim"> {KINDS[kind]}</span>}
          </li>
        ))}
        {neighbours.length > shown.length && <li class="dim">and {neighbours.length - shown.length} more</li>}
      </ul>
    </Block>
  );
}

const MOST_NEIGHBOURS = 30;
const KINDS = {after: 'a hook follows', order: 'only by the written order'} as const;

function Found({page, task}: {readonly page: Page; readonly task: NodeId}) {
  const own = page.report.findings.filter(({tasks}) => tasks.includes(task));
  if (own.length === 0) return null;
  return (
    <Block title="Found">
      <ul class="found">
        {own.map(({code, title, advice}) => (
          <li key={code + title}>
            <b>{title}.</b> <Prose text={advice} />
          </li>
        ))}
      </ul>
    </Block>
  );
}
