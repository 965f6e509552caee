import {duration} from '../../src/base/figures.ts';
import type {CommandEnd, TaskStatus} from '../../src/record/events.ts';
import type {SpanKind} from '../../src/record/run.ts';
import type {Palette} from './palette.ts';

/** What a part of a task, or of paceline's own time, is called and drawn in. */
export const PARTS: Partial<Record<SpanKind, {readonly name: string; readonly colour: keyof Palette}>> = {
  wait: {name: 'waiting for a slot', colour: 'wait'},
  lookup: {name: 'looking for its stored result', colour: 'lookup'},
  restore: {name: 'bringing outputs back', colour: 'restore'},
  lease: {name: 'waiting for its services', colour: 'lease'},
  command: {name: 'its commands', colour: 'execute'},
  hook: {name: 'hooks', colour: 'hook'},
  retry: {name: 'pause before another attempt', colour: 'retry'},
  store: {name: 'storing its result', colour: 'store'},
};

/** paceline's own spans. */
export const OWN: Partial<Record<SpanKind, string>> = {
  config: 'reading the config',
  plan: 'making the plan',
  index: 'reading what is known of files',
  finish: 'writing down the run',
};

export const STATUS_COLOURS: Readonly<Record<TaskStatus, keyof Palette>> = {
  passed: 'good',
  cached: 'good',
  failed: 'bad',
  tolerated: 'wait',
  skipped: 'dim',
  blocked: 'wait',
  cancelled: 'wait',
  stopped: 'dim',
};

export function endText(end: CommandEnd): string {
  switch (end.kind) {
    case 'exit':
      return `exit code ${end.code}`;
    case 'signal':
      return `ended by ${end.signal}`;
    case 'timeout':
      return `ended at the limit of ${end.limitMs} ms for the ${end.of}`;
    case 'unstartable':
      return `could not be started: ${end.reason}`;
    default:
      return end satisfies never;
  }
}

/** Processor time, which Linux tells in steps of 10 ms. */
export function processorTime(ms: number): string {
  return ms < 10 ? 'less than 10 ms' : duration(ms);
}

/** What a person can read of the output of a program that writes to a terminal: without its control sequences (ECMA-48). */
export function readable(output: string): string {
  return output.replaceAll(SEQUENCES, '').replaceAll('\r\n', '\n').replaceAll('\r', '\n').replaceAll(CONTROLS, '');
}

const ESCAPE = '\\u001b';
/** CSI, OSC, and the sequences of two letters. */
const SEQUENCES = new RegExp(
  `${ESCAPE}\\[[0-?]*[ -/]*[@-~]|${ESCAPE}\\][^\\u0007${ESCAPE}]*(?:\\u0007|${ESCAPE}\\\\)?|${ESCAPE}[@-Z\\\\-_]`,
  'g',
);
const CONTROLS = /[^\P{Cc}\n\t]/gu;
