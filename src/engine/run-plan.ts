import {closeSync, openSync, readSync} from 'node:fs';
import {availableParallelism, loadavg, totalmem} from 'node:os';
import {processIdentity} from '../base/living-process.ts';
import {collectIfDue, type StoreLimits} from '../cache/store/collection.ts';
import {DiskStore} from '../cache/store/disk-store.ts';
import {TaskCache, type TaskCacheOptions} from '../cache/task-cache.ts';
import type {Task, TaskPlan} from '../plan/task.ts';
import type {Project} from '../project/project.ts';
import {
  EVENT_FORMAT,
  type Machine,
  type RunCounters,
  type RunEvent,
  type RunId,
  type RunListener,
  type RunStarted,
  type RunStatus,
} from '../record/events.ts';
import {RunFold} from '../record/fold.ts';
import {Journal, removeJournal} from '../record/journal.ts';
import type {Run} from '../record/run.ts';
import type {StateFolder} from '../record/state-folder.ts';
import {ScriptFiles} from './command-line.ts';
import {Engine} from './engine.ts';
import type {ContinuePolicy} from './engine-options.ts';
import {Environment} from './environment.ts';
import {HostExecutor, type Wrap} from './executors/host.ts';
import {LogStore, pruneLogs} from './log-store.ts';
import {ProcessMeter, systemSources} from './process-meter.ts';
import {endProcesses, firstNumberAfterUs, processesOfRuns} from './processes.ts';
import {recover} from './recovery.ts';
import type {TaskServices} from './task-services.ts';

export interface RunPlanOptions {
  readonly project: Project;
  readonly planned: TaskPlan;
  readonly folder: StateFolder;
  /** Puts runs into the history; throws when it cannot. */
  readonly store: (runs: readonly Run[]) => void;
  readonly version: string;
  readonly command: readonly string[];
  readonly jobs: number;
  readonly continueOn: ContinuePolicy;
  readonly timeoutMs?: number;
  /** From the command line. */
  readonly defined: Readonly<Record<string, string>>;
  readonly inherited: Readonly<Record<string, string | undefined>>;
  readonly durations: ReadonlyMap<string, number>;
  readonly skip: (task: Task) => string | undefined;
  readonly listeners: (run: RunId, logs: string) => readonly RunListener[];
  readonly phases: RunStarted['phases'];
  /** How stored results are used. */
  readonly cacheMode: TaskCacheOptions['mode'];
  /** Where they are, absolute, and how many of them are kept. */
  readonly cachePlace: {readonly directory: string; readonly limits: StoreLimits};
  /** Versions of the tools that the config asks for. */
  readonly tools: Readonly<Record<string, string>>;
  /** Put around every command. */
  readonly wrap?: Wrap;
  /** Gets a function that stops the run: asks at the first call, kills at the second. */
  readonly onInterruptible: (interrupt: (signal: string) => void) => void;
}

const EXIT_CODES: Record<RunStatus, number> = {passed: 0, failed: 1, interrupted: 130, timeout: 124};
const SIGNAL_CODES: Readonly<Record<string, number>> = {SIGHUP: 129, SIGINT: 130, SIGPIPE: 141, SIGTERM: 143};

/** Carries out a plan on this machine, with its journal, its logs and its place in the history. */
export async function runPlan(options: RunPlanOptions): Promise<Run> {
  const {project, planned, folder} = options;
  const recovered = await recover(folder, project.limits.graceMs);
  const run = newRunId();
  const logs = new LogStore(folder.logs, run);
  const started = startEvent(options, run);
  const journal = new Journal(folder, started);
  let signal: string | undefined;
  const fold = new RunFold(started);
  const faults: unknown[] = [];
  const shown = options.listeners(run, logs.folder).map((listener) => harmless(listener, faults));
  const listeners = [(event: RunEvent) => journal.append(event), (event: RunEvent) => fold.add(event), ...shown];
  const emit = (event: RunEvent): void => {
    for (const listener of listeners) listener(event);
  };
  for (const listener of shown) listener(started);
  announce(emit, recovered.ended, recovered.active.length);
  const environment = environmentOf(options, run);
  const indexStart = performance.now();
  const cache = cacheOf(options, environment, emit);
  if (cache !== undefined) emit({kind: 'step-finished', time: performance.now(), step: 'index', start: indexStart});
  const services = await servicesOf(options, environment.path);
  const engine = new Engine({
    planned,
    root: project.root,
    dialect: project.dialect,
    executor: new HostExecutor(new ScriptFiles(logs.folder), new ProcessMeter(systemSources()), options.wrap),
    environment,
    ...(cache !== undefined && {cache}),
    ...(services !== undefined && {services}),
    logs,
    emit,
    now: () => performance.now(),
    durations: options.durations,
    continueOn: options.continueOn,
    graceMs: project.limits.graceMs,
    ...(options.timeoutMs === undefined ? {} : {timeoutMs: options.timeoutMs}),
    ...(project.profile === undefined ? {} : {profile: project.profile}),
    skip: options.skip,
  });
  options.onInterruptible((name) => {
    signal ??= name;
    engine.interrupt(name);
  });
  const status = await engine.run();
  services?.close();
  const finishStart = performance.now();
  cache?.finish();
  if (cache !== undefined && options.cacheMode !== 'off')
    collectIfDue(cache.store.folder, options.cachePlace.limits, cache.store.written);
  const escaped = await endProcesses(
    () => processesOfRuns(new Set([run]), firstNumberAfterUs()),
    Math.min(project.limits.graceMs, 2000),
  );
  if (escaped > 0)
    notice(
      emit,
      'W_LEFTOVER',
      `${escaped} ${escaped === 1 ? 'process' : 'processes'} had left the process group of a task; ended.`,
    );
  if (journal.broken !== undefined) notice(emit, 'W_JOURNAL', `The journal is incomplete: ${journal.broken.message}.`);
  const exitCode = status === 'interrupted' ? (SIGNAL_CODES[signal ?? ''] ?? 130) : EXIT_CODES[status];
  emit({kind: 'step-finished', time: performance.now(), step: 'finish', start: finishStart});
  emit({kind: 'run-finished', time: performance.now(), status, exitCode, counters: countersOf(cache)});
  journal.close();
  logs.close();
  const result = fold.run();
  keep(options.store, [...recovered.runs, result], [...recovered.journals, journal.path], emit);
  tryPrune(folder, new Set([...recovered.active, run]));
  if (faults.length > 0) throw faults[0];
  return result;
}

function countersOf(cache: TaskCache | undefined): RunCounters {
  const {userCPUTime, systemCPUTime, maxRSS} = process.resourceUsage();
  return {
    ...(cache?.counters ?? NOTHING_CACHED),
    cpuMs: Math.round((userCPUTime + systemCPUTime) / 1000),
    peakMemoryBytes: maxRSS * 1024,
  };
}

const NOTHING_CACHED: TaskCache['counters'] = {
  filesStatted: 0,
  filesHashed: 0,
  hashedBytes: 0,
  filesHashedTwice: 0,
  filesRestored: 0,
  bytesStored: 0,
  stateWrites: 0,
};

/** A listener cannot change a run: what it throws is kept for the end. */
function harmless(listener: RunListener, faults: unknown[]): RunListener {
  return (event) => {
    try {
      listener(event);
    } catch (error) {
      faults.push(error);
    }
  };
}

/** Sorts by time; then 8 random bytes that nobody else has. */
function newRunId(): RunId {
  // node:crypto would cost several ms at every start
  const bytes = Buffer.alloc(8);
  const source = openSync('/dev/urandom', 'r');
  readSync(source, bytes);
  closeSync(source);
  return `${Date.now().toString(36).padStart(9, '0')}-${bytes.toString('hex')}` as RunId;
}

function startEvent(options: RunPlanOptions, run: RunId): RunStarted {
  const {project, planned, version, command, jobs, phases} = options;
  return {
    kind: 'run-started',
    time: performance.now(),
    format: EVENT_FORMAT,
    run,
    at: Math.round(Date.now() - performance.now()),
    version,
    root: project.root,
    command,
    ...(project.profile === undefined ? {} : {profile: project.profile}),
    jobs,
    plan: planned.plan,
    owner: processIdentity(process.pid),
    machine: machine(),
    phases,
  };
}

function machine(): Machine {
  const [load = 0] = loadavg();
  return {
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    platform: `${process.platform}-${process.arch}`,
    ...(process.platform !== 'win32' && {load}),
  };
}

function environmentOf(options: RunPlanOptions, run: RunId): Environment {
  const {project, inherited, defined} = options;
  const around = inherited.PACELINE_RUN_ID;
  return new Environment({
    project,
    inherited,
    defined,
    marks: {PACELINE_RUN_ID: around === undefined ? run : `${around}:${run}`, PACELINE_ROOT: project.root},
  });
}

/** Loaded on use: most pipelines have none. */
async function servicesOf({planned, inherited, jobs}: RunPlanOptions, path: string): Promise<TaskServices | undefined> {
  const tasks = [...planned.tasks.values()];
  if (tasks.every(({phase}) => phase.services.length === 0)) return undefined;
  const {TaskServices: Services} = await import('./task-services.ts');
  return new Services({...inherited, PATH: path}, tasks, jobs);
}

/** Undefined when no task of the plan is cached. */
function cacheOf(options: RunPlanOptions, environment: Environment, emit: RunListener): TaskCache | undefined {
  const {project, planned, folder, cacheMode, cachePlace, tools} = options;
  const isUsed = project.cache.enabled && [...planned.tasks.values()].some(({phase}) => phase.caching.enabled);
  if (!isUsed) return undefined;
  const problems = new Set<string>();
  const store = new DiskStore(cachePlace.directory, ({path, message}) => {
    // each broken file, but one that may not be read stands for all
    const what = /^E[A-Z]+(?=:)/.exec(message)?.[0] ?? path;
    if (!problems.has(what)) notice(emit, 'W_STORE', message.replace(/\.?$/, '.'));
    problems.add(what);
  });
  return new TaskCache({
    project,
    planned,
    stateFolder: folder.path,
    store,
    mode: cacheMode,
    variablesOf: (task) => environment.forKey(task),
    path: environment.path,
    tools,
    notify: (one) => emit({kind: 'notice', time: performance.now(), ...one}),
  });
}

function announce(emit: RunListener, ended: number, active: number): void {
  if (ended > 0)
    notice(
      emit,
      'W_RECOVERED',
      `An earlier run was killed; ended ${ended} ${ended === 1 ? 'process' : 'processes'} that it had left.`,
    );
  if (active > 0)
    notice(
      emit,
      'W_OTHER_RUN',
      `${active === 1 ? 'Another run is' : `${active} other runs are`} under way in this checkout.`,
    );
}

function notice(emit: RunListener, code: string, message: string): void {
  emit({kind: 'notice', time: performance.now(), level: 'warning', code, message});
}

/** The history is written once a run; a journal goes only when its run is in there. */
function keep(
  store: RunPlanOptions['store'],
  runs: readonly Run[],
  journals: readonly string[],
  emit: RunListener,
): void {
  try {
    store(runs);
    for (const path of journals) removeJournal(path);
  } catch (error) {
    notice(emit, 'W_HISTORY', `${(error as Error).message} The run is kept in its journal.`);
  }
}

function tryPrune(folder: StateFolder, active: ReadonlySet<string>): void {
  try {
    pruneLogs(folder.logs, active);
  } catch {
    // old logs stay; the next run tries again
  }
}
