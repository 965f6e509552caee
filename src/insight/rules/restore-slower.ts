import {duration} from '../../base/figures.ts';
import type {Finding} from '../finding.ts';
import {nameOf} from '../model.ts';
import type {RuleContext} from './context.ts';

/** Bringing the outputs back took longer than making them. */
export function restoreSlower({run, gain}: RuleContext): readonly Finding[] {
  return run.tasks.flatMap((task): readonly Finding[] => {
    const {status, savedMs, start, finish, times, outputs} = task;
    if (status !== 'cached' || savedMs === undefined || start === undefined || times?.restore === undefined) return [];
    const hit = finish - start;
    if (hit <= savedMs + LEAST_MS) return [];
    const change = {kind: 'speed', task: nameOf(task.task), factor: savedMs / hit} as const;
    return [
      {
        code: 'F_RESTORE_SLOWER',
        title: `${task.task} is slower to bring back than to execute`,
        tasks: [task.task],
        evidence: [
          `its hit took ${duration(hit)}, its execution ${duration(savedMs)}`,
          ...(outputs === undefined ? [] : [`${outputs.files} files, ${(outputs.bytes / 1e6).toFixed(1)} MB`]),
        ],
        advice: 'Write `cache = false`, or declare fewer outputs.',
        impact: {ms: gain(change), source: 'measured'},
        effort: 'low',
        risk: 'low',
        riskReason: 'it is executed as it would be without a stored result',
        changes: [change],
      },
    ];
  });
}

/** Less is noise. */
const LEAST_MS = 50;
