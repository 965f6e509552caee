import {duration} from '../../base/figures.ts';
import {criticalPathOf} from '../critical-path.ts';
import type {Finding} from '../finding.ts';
import {nameOf} from '../model.ts';
import {parallelismOf} from '../parallelism.ts';
import {type RuleContext, WORTH_MS, worthLooking} from './context.ts';

/** A part of the run, from which on one task that keeps all others waiting is worth splitting. */
const SHARE = 0.2;

/** What each part of a split task is taken to need before it begins: a part of the task, and ms at least. */
const SETUP_SHARE = 0.1;
const SETUP_MS = 500;

/** One task on the critical path runs alone, beside cores that have nothing to do. */
export function fatTask({run, model, gain}: RuleContext): readonly Finding[] {
  const {cores} = model;
  // idle cores are a claim: it needs the machine, and what the task took of it
  if (!Number.isFinite(cores)) return [];
  const path = new Set(criticalPathOf(model).tasks);
  const nodes = new Map(model.nodes.map((node) => [node.id, node]));
  const steps = parallelismOf(run);
  const onPath = run.tasks.filter(({task, status}) => path.has(task) && status === 'passed');
  return worthLooking(onPath).flatMap((task): readonly Finding[] => {
    const {start = 0, finish} = task;
    const alone = aloneMs(steps, start, finish);
    const node = nodes.get(task.task);
    if (node === undefined || alone < run.wallMs * SHARE || node.work.width > cores - 1) return [];
    if (node.source !== 'measured') return [];
    const parts = Math.max(2, Math.min(8, Math.floor(cores / Math.max(1, node.work.width))));
    const setupMs = Math.round(Math.max(SETUP_MS, node.work.ms * SETUP_SHARE));
    const change = {kind: 'split', task: nameOf(task.task), parts, setupMs} as const;
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
        advice: `Split it: ${parts} parts side by side, by files or by package. The gain counts a set-up of ${duration(setupMs)} for each part; \`paceline simulate --split '${change.task}=${parts}' --setup 3s\` counts another.`,
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
