import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir, totalmem} from 'node:os';
import {join} from 'node:path';
import {PacelineError} from '../base/error.ts';
import {duration} from '../base/figures.ts';
import {VERSION} from '../base/version.ts';
import {KnownVersions} from '../engine/known-versions.ts';
import {Profiling} from '../engine/profiling.ts';
import {runPlan} from '../engine/run-plan.ts';
import {checkTools} from '../engine/tool-check.ts';
import {addPerfScript, addV8Profile, FlameGraph, hottest, type V8Profile} from '../insight/flame.ts';
import type {TaskPlan} from '../plan/task.ts';
import type {Project} from '../project/project.ts';
import type {ProfileNode} from '../record/profile.ts';
import {saveProfile} from '../record/profile-files.ts';
import type {Run} from '../record/run.ts';
import {openStateFolder} from '../record/state-folder.ts';
import {painted, type Screen, screenOf} from '../ui/style.ts';
import {clipped, oneLine} from '../ui/text.ts';
import {storePlace} from './cache/store-place.ts';
import {definitions} from './definitions.ts';
import {listenForInterrupts} from './interrupts.ts';
import {openProject, type ProjectOptions, planFor} from './open-project.ts';

interface ProfileOptions extends ProjectOptions {
  readonly json?: boolean;
  readonly define?: readonly string[];
}

const SHOWN = 20;
/** Names of Node's threads; a program that Node was replaced by (execve) has the same number and another name. */
const NODE_THREADS = /^(?:node|MainThread|V8Worker|libuv-worker|DelayedTaskSche|SignalInspector|WorkerThread|npm .*)$/;

/** `paceline profile <task>`: runs one task under a profiler, without the cache and without what it needs. */
export async function profile(word: string, options: ProfileOptions): Promise<number> {
  const project = openProject(options);
  const jobs = 1;
  const planned = planFor(project, {targets: [word], jobs, args: [], only: true, memoryBytes: totalmem()});
  const [task, ...others] = [...planned.tasks.values()].filter(({requested}) => requested);
  if (task === undefined || others.length > 0)
    throw new PacelineError(
      'E_ONE_TASK',
      `"${word}" is ${others.length + (task === undefined ? 0 : 1)} tasks; a profile is of one.`,
      {
        hint: `Name one: ${[task, ...others]
          .slice(0, 3)
          .map((one) => `paceline profile ${one?.id}`)
          .join(', ')}.`,
      },
    );
  const scratch = mkdtempSync(join(tmpdir(), 'paceline-profile-'));
  try {
    const profiling = new Profiling(scratch);
    const run = await executed(project, planned, options, profiling);
    const {root, sources} = graphOf(profiling);
    const path = saveProfile(openStateFolder(project.root), {task: task.id, at: Date.now(), sources, root});
    const screen = screenOf(process.stdout, process.env);
    if (options.json === true) screen.write(`${JSON.stringify({task: task.id, sources, root}, undefined, 2)}\n`);
    else print(screen, {task: task.id, run, root, sources, hasPerf: profiling.hasPerf, path});
    return run.exitCode;
  } finally {
    rmSync(scratch, {recursive: true, force: true});
  }
}

async function executed(
  project: Project,
  planned: TaskPlan,
  options: ProfileOptions,
  profiling: Profiling,
): Promise<Run> {
  const folder = openStateFolder(project.root);
  const tasks = [...planned.tasks.values()];
  const {versions} = await checkTools(project, tasks, process.env, new KnownVersions(folder.tools));
  let stopListening = (): void => {};
  try {
    return await runPlan({
      project,
      planned,
      folder,
      // a profiled run is slower than others: nothing is to be learnt from it
      store: () => {},
      version: VERSION,
      command: ['profile', ...tasks.map(({id}) => id)],
      jobs: 1,
      continueOn: 'never',
      defined: definitions(options.define ?? []),
      inherited: process.env,
      durations: new Map(),
      skip: () => undefined,
      listeners: () => [],
      phases: [],
      cacheMode: 'off',
      cachePlace: storePlace(project.root, project.cache),
      tools: versions,
      wrap: profiling.wrap,
      onInterruptible: (interrupt) => {
        stopListening = listenForInterrupts(interrupt);
      },
    });
  } finally {
    stopListening();
  }
}

function graphOf(profiling: Profiling): {readonly root: ProfileNode; readonly sources: readonly ('v8' | 'perf')[]} {
  const {v8, perf, sampleMs} = profiling.files();
  const graph = new FlameGraph();
  for (const {text} of v8) addV8Profile(graph, 'node', JSON.parse(text) as V8Profile);
  const known = new Set(v8.map(({pid}) => pid));
  for (const text of perf)
    addPerfScript(graph, text, sampleMs, (pid, program) => known.has(pid) && NODE_THREADS.test(program));
  return {
    root: graph.finished(),
    sources: [
      ...(v8.length > 0 ? (['v8'] as const) : []),
      ...(perf.some((text) => text !== '') ? (['perf'] as const) : []),
    ],
  };
}

interface Shown {
  readonly task: string;
  readonly run: Run;
  readonly root: ProfileNode;
  readonly sources: readonly string[];
  readonly hasPerf: boolean;
  readonly path: string;
}

function print(screen: Screen, {task, run, root, sources, hasPerf}: Shown): void {
  const line = (text: string): void => screen.write(`${text}\n`);
  const record = run.tasks.find((one) => one.task === task);
  const spent = record?.start === undefined ? 0 : record.finish - record.start;
  line(`${oneLine(task)}: ${record?.status ?? 'not run'} in ${duration(spent)}, ${duration(root.total)} on processors`);
  if (sources.length === 0) line('No samples: it ended too soon, or its programs cannot be profiled.');
  line('');
  for (const {name, self} of hottest(root, SHOWN)) {
    const share = root.total === 0 ? 0 : self / root.total;
    line(
      `${`${(share * 100).toFixed(1)} %`.padStart(8)} ${duration(self).padStart(9)}  ${clipped(oneLine(name), Math.max(40, screen.columns() - 22))}`,
    );
  }
  line('');
  line(
    painted(
      screen,
      'dim',
      'The flame graph: paceline report --format html --out report.html, after a run of the task.',
    ),
  );
  if (!hasPerf)
    line(
      painted(
        screen,
        'dim',
        'Without perf, Node programs only. Debian: apt-get install linux-perf; and kernel.perf_event_paranoid at 2 or less.',
      ),
    );
}
