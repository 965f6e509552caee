import {availableParallelism, totalmem} from 'node:os';
import {setFlagsFromString} from 'node:v8';
import {PacelineError} from '../base/error.ts';
import type {Diagnostic} from '../base/source.ts';
import {VERSION} from '../base/version.ts';
import {checkFiles} from '../cache/check-files.ts';
import type {ContinuePolicy} from '../engine/engine-options.ts';
import {commandPath} from '../engine/environment.ts';
import {firstRunSkip} from '../engine/first-run.ts';
import {KnownVersions} from '../engine/known-versions.ts';
import {type RunPlanOptions, runPlan} from '../engine/run-plan.ts';
import {checkTools} from '../engine/tool-check.ts';
import type {PlanRequest} from '../plan/request.ts';
import type {Task, TaskPlan} from '../plan/task.ts';
import type {Project} from '../project/project.ts';
import {openStateFolder} from '../record/state-folder.ts';
import type {Display} from '../ui/display.ts';
import {askApproval} from './approval.ts';
import {storePlace} from './cache/store-place.ts';
import {definitions} from './definitions.ts';
import {durationOption} from './duration-option.ts';
import {listenForInterrupts} from './interrupts.ts';
import {type DisplayOptions, makeDisplay} from './make-display.ts';
import {openHistory} from './open-history.ts';
import {openProject, type ProjectOptions, planFor, reportWarnings} from './open-project.ts';
import {recordedCommand} from './recorded-command.ts';
import {runAlone} from './run-alone.ts';
import {chosenWorkspaces} from './workspace-option.ts';

export interface RunOptions extends ProjectOptions, DisplayOptions {
  readonly jobs?: number;
  readonly filter?: readonly string[];
  readonly affected?: string | true;
  readonly only?: boolean;
  readonly inOrder?: boolean;
  readonly dryRun?: 'text' | 'json';
  readonly continue: ContinuePolicy;
  readonly define?: readonly string[];
  readonly approve?: readonly string[];
  readonly timeout?: string;
  /** False: neither use nor store results. */
  readonly cache: boolean;
  readonly force?: boolean;
}

/** `paceline run`: reads, plans, asks, runs, shows. Returns the exit code. */
export async function run(targets: readonly string[], options: RunOptions, args: readonly string[]): Promise<number> {
  const start = performance.now();
  const project = openProject(options);
  const read = performance.now();
  const jobs = options.jobs ?? project.limits.jobs ?? availableParallelism();
  const workspaces = await chosenWorkspaces(project, options);
  const planned =
    workspaces?.size === 0
      ? undefined
      : planUnlessUnaffected(project, options, {
          targets,
          jobs,
          args,
          memoryBytes: totalmem(),
          ...(workspaces === undefined ? {} : {workspaces}),
          ...(options.inOrder === undefined ? {} : {inOrder: options.inOrder}),
          ...(options.only === undefined ? {} : {only: options.only}),
        });
  if (planned === undefined) return nothingToDo(project, options);
  const end = performance.now();
  reportWarnings(project, options.strict === true, planned.diagnostics);
  if (options.dryRun !== undefined) return (await import('./dry-run.ts')).printDryRun(project, planned, options.dryRun);
  return execute(project, planned, options, {
    jobs,
    command: recordedCommand(process.argv.slice(2)),
    phases: [
      {name: 'config', start, end: read},
      {name: 'plan', start: read, end},
    ],
  });
}

/** What is affected need not have the phase: then there is nothing to do, and that is no error. */
function planUnlessUnaffected(project: Project, options: RunOptions, request: PlanRequest): TaskPlan | undefined {
  try {
    return planFor(project, request);
  } catch (error) {
    if (options.affected !== undefined && error instanceof PacelineError && error.code === 'E_NOTHING_SELECTED')
      return undefined;
    throw error;
  }
}

/** Programs that read the output get what they can read. */
async function nothingToDo(project: Project, options: RunOptions): Promise<number> {
  if (options.dryRun === 'json') return (await import('./dry-run.ts')).printDryRun(project, EMPTY_PLAN, 'json');
  const text = options.affected === undefined ? 'The filter leaves no workspace.\n' : 'Nothing is affected.\n';
  (options.output === 'ndjson' ? process.stderr : process.stdout).write(text);
  return 0;
}

const EMPTY_PLAN: TaskPlan = {
  plan: {nodes: [], edges: [], pools: []},
  tasks: new Map(),
  finals: new Map(),
  inOrder: false,
  diagnostics: [],
};

/** From so many tasks on, memory is worth more than a few hundredths of the time (docs/decisions.md). */
const MANY_TASKS = 200;

async function execute(
  project: Project,
  planned: TaskPlan,
  options: RunOptions,
  fixed: Pick<RunPlanOptions, 'jobs' | 'command' | 'phases'>,
): Promise<number> {
  if (planned.tasks.size >= MANY_TASKS) setFlagsFromString('--optimize-for-size');
  const folder = openStateFolder(project.root);
  const history = openHistory(folder, project.state.history);
  const {skip, remember} = await skipping(project, planned, folder.path, history.succeeded);
  const needed = [...planned.tasks.values()].filter((task) => skip(task) === undefined);
  throwErrors(project.cache.enabled ? checkFiles(needed) : []);
  const known = new KnownVersions(folder.tools);
  const {problems: doubts, versions} = await checkTools(project, needed, process.env, known);
  const services = await servicesOf(project, needed, known);
  reportWarnings({...project, diagnostics: []}, options.strict === true, doubts);
  await askApproval(needed, options.approve ?? []);
  const timeoutMs =
    options.timeout === undefined ? project.limits.timeoutMs : durationOption('--timeout', options.timeout);
  let stopListening = (): void => {};
  const show = await makeDisplay(planned, options, {
    durations: history.durations,
    jobs: fixed.jobs,
    alone: runAlone(project, planned, options),
  });
  let display: Display | undefined;
  const result = await runPlan({
    ...fixed,
    project,
    planned,
    folder,
    skip,
    version: VERSION,
    store: history.store,
    durations: history.durations,
    cacheMode: options.cache === false ? 'off' : options.force === true ? 'write' : 'on',
    cachePlace: storePlace(project.root, project.cache),
    tools: {...versions, ...services},
    continueOn: options.continue,
    ...(timeoutMs === undefined ? {} : {timeoutMs}),
    defined: definitions(options.define ?? []),
    inherited: process.env,
    listeners: (_, logs) => {
      display = show(logs);
      return [
        display.listener,
        (event) => (event.kind === 'task-finished' && event.status === 'passed' ? remember(event.task) : undefined),
      ];
    },
    onInterruptible: (interrupt) => {
      stopListening = listenForInterrupts(interrupt);
    },
  });
  stopListening();
  display?.finish(result);
  history.close();
  return result.exitCode;
}

/** @throws PacelineError with all of them */
/** What the services of tasks are, along the same PATH on which they will be looked for; loaded on use. */
async function servicesOf(
  {root}: Project,
  tasks: readonly Task[],
  known: KnownVersions,
): Promise<Readonly<Record<string, string>>> {
  if (tasks.every(({phase}) => phase.services.length === 0)) return {};
  const {serviceVersions} = await import('../engine/service-versions.ts');
  return serviceVersions(tasks, {...process.env, PATH: commandPath(root, '', process.env.PATH)}, known);
}

function throwErrors(errors: readonly Diagnostic[]): void {
  const [first] = errors;
  if (first === undefined) return;
  const hint = first.hint === undefined ? {} : {hint: first.hint};
  throw new PacelineError(first.code, first.message, {diagnostics: errors, origin: first.origin, ...hint});
}

interface Skipping {
  readonly skip: (task: Task) => string | undefined;
  readonly remember: (id: string) => void;
}

/** What need not run: the prefetch stage when nothing is to be installed, and `first_run_only` phases that succeeded. */
async function skipping(
  project: Project,
  planned: TaskPlan,
  state: string,
  succeeded: ReadonlySet<string>,
): Promise<Skipping> {
  const first = firstRunSkip(project, succeeded);
  const prefetch = [...planned.tasks.values()].find((task) => task.stage === 'prefetch');
  const marker =
    prefetch === undefined
      ? undefined
      : new (await import('../engine/prefetch.ts')).PrefetchMarker(state, project, prefetch);
  return {
    skip: (task) =>
      task !== prefetch
        ? first(task)
        : marker?.upToDate === true
          ? 'what the lockfile asks for is installed'
          : undefined,
    remember: (id) => {
      if (id === prefetch?.id) marker?.remember();
    },
  };
}
