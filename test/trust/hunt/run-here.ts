import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {storeLimits} from '../../../src/cache/store/collection.ts';
import {KnownVersions} from '../../../src/engine/known-versions.ts';
import {runPlan} from '../../../src/engine/run-plan.ts';
import {checkTools} from '../../../src/engine/tool-check.ts';
import {makePlan} from '../../../src/plan/make-plan.ts';
import {loadProject} from '../../../src/project/load.ts';
import type {TaskStatus} from '../../../src/record/events.ts';
import {openStateFolder} from '../../../src/record/state-folder.ts';

export interface Outcome {
  readonly failed: boolean;
  readonly tasks: ReadonlyMap<string, {readonly status: TaskStatus; readonly log: string; readonly reason: string}>;
  readonly notices: readonly {readonly code: string; readonly message: string}[];
}

export interface RunHere {
  readonly root: string;
  readonly targets: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cacheFolder: string;
  readonly mode: 'on' | 'write' | 'off';
}

export type Runner = (run: RunHere) => Promise<Outcome>;

/** What `paceline run` does, without the start of a program: everything is read from the disk again, as by a new process. */
export async function runHere({root, targets, env, cacheFolder, mode}: RunHere): Promise<Outcome> {
  const project = loadProject(root, {env});
  const planned = makePlan(project, {targets, jobs: 2, args: []});
  const folder = openStateFolder(root);
  const {versions} = await checkTools(project, [...planned.tasks.values()], env, new KnownVersions(folder.tools));
  const tasks = new Map<string, {status: TaskStatus; log: string; reason: string}>();
  const notices: {code: string; message: string}[] = [];
  const result = await runPlan({
    project,
    planned,
    folder,
    store: () => {},
    version: '0',
    command: [],
    jobs: 2,
    continueOn: 'never',
    defined: {},
    inherited: env,
    durations: new Map(),
    skip: () => undefined,
    listeners: (_, logs) => [
      (event) => {
        if (event.kind === 'notice') notices.push({code: event.code, message: event.message});
        if (event.kind !== 'task-finished') return;
        const {status, log, reason = ''} = event;
        const text =
          log === undefined ? '' : readFileSync(join(logs, log.file)).subarray(log.start, log.end).toString('utf8');
        tasks.set(event.task, {status, log: text, reason});
      },
    ],
    phases: [],
    cacheMode: mode,
    cachePlace: {directory: cacheFolder, limits: storeLimits({})},
    tools: versions,
    onInterruptible: () => {},
  });
  return {failed: result.status !== 'passed', tasks, notices};
}
