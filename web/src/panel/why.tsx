import {duration} from '../../../src/base/figures.ts';
import type {NodeId} from '../../../src/plan/plan.ts';
import type {TaskRecord} from '../../../src/record/run.ts';
import type {Page} from '../page.ts';
import {Block} from '../pieces.tsx';
import {endText} from '../words.ts';

/** Why it ran, did not have to, or could not. */
export function Why({
  page,
  task,
  record,
}: {
  readonly page: Page;
  readonly task: NodeId;
  readonly record: TaskRecord | undefined;
}) {
  const missedBy = record?.missedBy ?? [];
  const notices = page.run.notices.filter((notice) => notice.task === task);
  return (
    <Block title="Why">
      {(record === undefined && page.groups.has(task) ? [GROUP] : reasonsOf(record)).map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      {record?.status === 'failed' && record.line !== undefined && record.line !== '' && (
        <pre class="line">{record.line}</pre>
      )}
      {missedBy.length > 0 && (
        <>
          <h4>What had changed</h4>
          <ul class="changed">
            {missedBy.map((difference) => (
              <li key={difference}>{difference}</li>
            ))}
          </ul>
        </>
      )}
      {notices.map(({code, message}) => (
        <p key={message} class="dim">
          {message} ({code})
        </p>
      ))}
    </Block>
  );
}

const GROUP = 'It executes nothing: it stands for the tasks that it waits for.';

function reasonsOf(record: TaskRecord | undefined): readonly string[] {
  if (record === undefined) return ['The run ended before it was its turn.'];
  const {status, reason, end, missed, cacheable, savedMs, start} = record;
  const said = reason === undefined ? [] : [sentence(reason)];
  if (status === 'cached')
    return [
      `Nothing that it depends on had changed: its stored result was used${savedMs === undefined ? '' : `, in place of ${duration(savedMs)} of execution`}.`,
      ...said,
    ];
  const failed =
    end !== undefined && (status === 'failed' || status === 'tolerated')
      ? [sentence(`It failed: ${endText(end)}`)]
      : [];
  if (start === undefined) return said.length > 0 ? said : [`It was ${status}.`];
  if (missed !== undefined) return [...failed, sentence(`It was executed because ${missed}`), ...said];
  const because =
    cacheable === false
      ? 'It is executed every time: the config does not let its result be kept.'
      : 'It was executed; why, this run does not tell.';
  return [...failed, ...said, because];
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
