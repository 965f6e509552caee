import {duration} from '../../../src/base/figures.ts';
import type {Span, TaskRecord} from '../../../src/record/run.ts';
import type {Page} from '../page.ts';
import {Block} from '../pieces.tsx';
import {processorTime} from '../words.ts';

/** Its attempts, each with its commands. */
export function Attempts({page, record}: {readonly page: Page; readonly record: TaskRecord}) {
  const spans = page.spans.get(record.task) ?? [];
  const attempts = spans.filter(({kind}) => kind === 'attempt');
  const commands = spans.filter(({kind}) => kind === 'command' || kind === 'hook');
  if (commands.length === 0) return null;
  return (
    <Block title={attempts.length > 1 ? 'Attempts' : 'Commands'}>
      {attempts.map((attempt, place) => (
        <div key={attempt.id} class="attempt">
          {attempts.length > 1 && (
            <h4>
              Attempt {place + 1}: {attempt.ok ? 'passed' : 'failed'} after {duration(attempt.end - attempt.start)}
            </h4>
          )}
          <ul class="commands">
            {commands
              .filter(({parent}) => parent === attempt.id)
              .map((command) => (
                <Command key={command.id} command={command} />
              ))}
          </ul>
        </div>
      ))}
    </Block>
  );
}

function Command({command: {kind, label, start, end, ok, usage}}: {readonly command: Span}) {
  const words = [
    ...(kind === 'hook' ? ['hook'] : []),
    end > start ? duration(end - start) : 'time not known',
    ...(usage?.cpuMs === undefined ? [] : [`${processorTime(usage.cpuMs)} on processors`]),
    ...(ok ? [] : ['failed']),
  ];
  return (
    <li>
      <code>{label ?? '(not recorded)'}</code>
      <span class={ok ? 'dim' : 'bad'}>{words.join(' · ')}</span>
    </li>
  );
}
