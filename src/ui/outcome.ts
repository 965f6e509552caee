import {duration} from '../base/figures.ts';
import type {CommandEnd, TaskFinished} from '../record/events.ts';
import {type Colour, painted, type Screen} from './style.ts';
import {oneLine} from './text.ts';

type Outcome = Pick<TaskFinished, 'status' | 'flaky' | 'reason' | 'end' | 'attempts'>;

interface Mark {
  readonly sign: string;
  readonly colour: Colour;
}

const MARKS: Record<TaskFinished['status'], Mark> = {
  passed: {sign: '✓', colour: 'green'},
  cached: {sign: '≡', colour: 'cyan'},
  failed: {sign: '✗', colour: 'red'},
  tolerated: {sign: '!', colour: 'yellow'},
  skipped: {sign: '○', colour: 'dim'},
  blocked: {sign: '·', colour: 'dim'},
  cancelled: {sign: '·', colour: 'dim'},
  stopped: {sign: '■', colour: 'dim'},
};

export function signOf(screen: Screen, outcome: Outcome): string {
  const mark = outcome.flaky ? {sign: '~', colour: 'yellow' as Colour} : MARKS[outcome.status];
  return painted(screen, mark.colour, mark.sign);
}

/** `exit 2`, `flaky: passed at attempt 3`, `blocked: a#build did not succeed`. Empty for a plain pass. */
export function whyOf(outcome: Outcome): string {
  if (outcome.flaky) return `flaky: passed at attempt ${outcome.attempts}`;
  const because = oneLine(
    outcome.reason ?? (outcome.end === undefined || outcome.status === 'passed' ? '' : endText(outcome.end)),
  );
  switch (outcome.status) {
    case 'passed':
    case 'stopped':
      return '';
    case 'cached':
      return because === '' ? 'cached' : `cached: ${because}`;
    case 'failed':
      return because + (outcome.attempts > 1 ? `, ${outcome.attempts} attempts` : '');
    case 'tolerated':
      return `failed (${because}), which this phase allows`;
    case 'skipped':
    case 'blocked':
    case 'cancelled':
      return because === '' ? outcome.status : `${outcome.status}: ${because}`;
  }
}

function endText(end: CommandEnd): string {
  switch (end.kind) {
    case 'exit':
      return `exit ${end.code}${end.code === 127 ? ' (command not found)' : ''}`;
    case 'signal':
      return `ended by ${end.signal}`;
    case 'timeout':
      return `over the time limit of the ${end.of}, ${duration(end.limitMs)}`;
    case 'unstartable':
      return end.reason;
  }
}
