import {duration} from '../../base/figures.ts';
import {criticalPathOf} from '../critical-path.ts';
import type {Finding} from '../finding.ts';
import {parallelismOf} from '../parallelism.ts';
import {type RuleContext, WORTH_MS} from './context.ts';

/** A part of the run, from which on one task that keeps all others waiting is worth splitting. */
const SHARE = 0.2;

/** One task on the critical path runs alone, beside cores that have nothing to do. */
export function fatTask({run, model, gain}: RuleContext): readonly Finding[] {
  const cores = model.cores;
  const path = new Set(criticalPathOf(model).tasks);
  const steps = parallelismOf(run);
  return run.tasks.flatMap((task): readonly Finding[] => {
    const {start, finish} = task;
    if (!path.has(task.task) || task.status !== 'passed' || start === undefined) return [];
    const alone = aloneMs(steps, start, finish);
    const node = model.nodes.find(({id}) => id === task.task);
    if (node === undefined || alone < run.wallMs * SHARE || node.work.width > cores - 1) return [];
    const parts = Number.isFinite(cores) ? Math.max(2, Math.min(8, cores)) : 2;
    const change = {kind: 'split', task: task.task, parts, setupMs: 0} as const;
    const ms = gain(change);
    if (ms < WORTH_MS) return [];
    return [
      {
        code: 'F_FAT_TASK',
        title: `${task.task} keeps everything waiting, beside idle cores`,
        tasks: [task.task],
        evidence: [
          `nothing else ran in ${duration(alone)} of its ${duration(finish - start)}`,
          `it kept ${node.work.width.toFixed(1)} of ${cores} cores busy`,
        ],
        advice: `Split it: ${parts} parts side by side, by files or by package. The gain is without set-up of the parts; \`paceline simulate --split ${task.task}=${parts} --setup 3s\` counts it.`,
        impact: {ms, source: 'assumed'},
        effort: 'medium',
        risk: 'low',
        riskReason: 'parts that share a database or a folder would disturb each other',
        changes: [change],
      },
    ];
  });
}

function aloneMs(steps: ReturnType<typeof parallelismOf>, start: number, end: number): number {
  let sum = 0;
  for (const [place, {time, running}] of steps.entries()) {
    const next = steps[place + 1]?.time ?? time;
    if (running === 1) sum += Math.max(0, Math.min(end, next) - Math.max(start, time));
  }
  return sum;
}
