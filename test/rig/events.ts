import type {RunEvent} from '../../src/record/events.ts';

type Finished = Extract<RunEvent, {kind: 'task-finished'}>;

/** How a task ended; throws when it did not, or more than once. */
export function finished(events: readonly RunEvent[], task: string): Finished {
  const [found, another] = events.filter(
    (event) => event.kind === 'task-finished' && event.task === task,
  ) as Finished[];
  if (found === undefined || another !== undefined)
    throw new Error(`"${task}" finished ${found === undefined ? 'never' : 'twice'}`);
  return found;
}

/** `build passed`, `test failed`: in the order of their ends. */
export function outcomes(events: readonly RunEvent[]): readonly string[] {
  return events.flatMap((event) => (event.kind === 'task-finished' ? [`${event.task} ${event.status}`] : []));
}

/** `+build -build +test -test`: starts and ends as they came. */
export function order(events: readonly RunEvent[]): string {
  return events
    .flatMap((event) =>
      event.kind === 'task-started'
        ? [`+${event.task}`]
        : event.kind === 'task-finished' && event.attempts > 0
          ? [`-${event.task}`]
          : [],
    )
    .join(' ');
}

/** Codes of the notices. */
export function notices(events: readonly RunEvent[]): readonly string[] {
  return events.flatMap((event) => (event.kind === 'notice' ? [event.code] : []));
}

/** Events, one a line. */
export function parseLines(text: string): readonly RunEvent[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RunEvent);
}
