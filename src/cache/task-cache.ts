import {join} from 'node:path';
import {KernelLock} from '../base/kernel-lock.ts';
import type {NodeId} from '../plan/plan.ts';
import type {Task, TaskPlan} from '../plan/task.ts';
import type {Project} from '../project/project.ts';
import type {Interval, OutputSize, RunCounters} from '../record/events.ts';
import {ActionMaker, type PreparedKey} from './action.ts';
import type {CacheNotice} from './cache-notice.ts';
import {sizeOf} from './capture.ts';
import {Contributions} from './contributions.ts';
import type {Hash} from './digest.ts';
import {
  type Difference,
  differencesText,
  differenceText,
  type Explanation,
  KEPT_EXPLANATIONS,
  nearest,
} from './explanation.ts';
import {loadIndex, type Remembered, saveIndex, type TaskMemo} from './index-file.ts';
import {InputDefinitions} from './input-definitions.ts';
import {InputSets} from './input-set.ts';
import {isCached, type KeyVariables} from './key.ts';
import {allPaths} from './output-files.ts';
import {isPlaceholder, OutputRules} from './output-rules.ts';
import {OutputWriter} from './output-writer.ts';
import {Publication} from './publication.ts';
import type {ActionResult} from './remote-api/messages.ts';
import {missingOutputs, type OutputPlace, removeOutputs, unsafePath, writeOutputs} from './restore.ts';
import {seenFilesAreSame} from './seen-files.ts';
import type {DiskStore} from './store/disk-store.ts';
import type {StoredEntry} from './store/stored-entry.ts';
import {type TaskState, TaskStates} from './task-state.ts';
import {Ticket} from './ticket.ts';
import {nodeVersion, platformName} from './toolchain.ts';
import {TrackedFiles} from './tracked-files.ts';
import {Upstream} from './upstream.ts';

export interface TaskCacheOptions {
  readonly project: Project;
  readonly planned: TaskPlan;
  /** The folder `.paceline` of the checkout. */
  readonly stateFolder: string;
  readonly store: DiskStore;
  /** `write`: store, but use nothing that is stored (`--force`). */
  readonly mode: 'on' | 'write' | 'off';
  readonly variablesOf: (task: Task) => KeyVariables;
  /** PATH of tasks of the root. */
  readonly path: string;
  /** Versions of tools that the config asks for, by name; and what services are, by `service:<name>`. */
  readonly tools: Readonly<Record<string, string>>;
  readonly notify: (notice: CacheNotice) => void;
}

/** What is known of a task before it would run. */
export type Lookup =
  /** It always runs. */
  | {readonly kind: 'off'}
  | {
      readonly kind: 'hit';
      /** `outputs in place`, `3 files restored`. */
      readonly how: string;
      readonly log: Uint8Array;
      /** How long the execution took, ms. */
      readonly savedMs: number;
      readonly outputs?: OutputSize;
      readonly logDigest?: string;
      /** When outputs were put back. */
      readonly restore?: Interval;
    }
  | {readonly kind: 'miss'; readonly ticket: Ticket; readonly reason: string; readonly differences: readonly string[]}
  /** Somebody stopped the run while another one was waited for. */
  | {readonly kind: 'stopped'};

/** What would become of a task. */
export type Outlook =
  | {readonly kind: 'off'}
  | {readonly kind: 'impossible'; readonly problem: string}
  | {
      readonly kind: 'hit';
      readonly now: Explanation;
      /** Unix time, ms. */
      readonly storedAt: number;
      /** Outputs that would be restored. */
      readonly missing: number;
    }
  | {
      readonly kind: 'miss';
      readonly now: Explanation;
      readonly reason: string;
      /** The earlier execution that is most like this one. */
      readonly near?: {readonly explanation: Explanation; readonly differences: readonly Difference[]};
      /** A task that would run before, with a result that nobody knows yet. */
      readonly waitsFor?: NodeId;
    };

/** What is said of a hit whose outputs need nothing done, and of one that has none. */
const IN_PLACE = 'outputs in place';
const UNCHANGED = 'nothing changed';
/** Logs up to this size are kept beside the index, so that a hit need not open the store. */
const SHORT_LOG = 4096;
/** Differences that are told of one miss. */
const MOST_DIFFERENCES = 30;
/** Reasons of misses that are kept, to see when it is always the same. */
const KEPT_MISSES = 5;
/** What was seen of a file counts for so long. */
const LOOK_AGE_MS = 1000;
/** As many equal reasons in a row are worth a warning. */
const HABIT = 3;
/** An entry is marked as used at most this often. */
const TOUCH_MS = 3_600_000;

/** Knows which tasks of a run may be skipped, brings their results back, and keeps those of tasks that ran. */
export class TaskCache {
  readonly #options: TaskCacheOptions;
  readonly #remembered: Remembered;
  readonly #actions: ActionMaker;
  readonly #contributions: Contributions;
  readonly #upstream: Upstream;
  readonly #states: TaskStates;
  readonly #publication: Publication;
  readonly #rules: OutputRules;
  readonly #tracked: TrackedFiles;
  readonly #writer = new OutputWriter();
  #restored = 0;
  readonly #writers = new Map<string, NodeId>();
  readonly #outlooks = new Map<NodeId, Outlook>();
  /** Tasks whose results are not known yet, for outlooks. */
  readonly #open = new Set<NodeId>();
  readonly #members: ReadonlySet<string>;
  #changed = false;
  #storeIsBroken = false;

  constructor(options: TaskCacheOptions) {
    this.#options = options;
    const {project, planned, stateFolder} = options;
    this.#states = new TaskStates(stateFolder);
    const {remembered, problem} = loadIndex(this.#indexPath, project.root);
    this.#remembered = remembered;
    if (problem !== undefined) {
      options.notify({
        level: 'info',
        code: 'W_INDEX',
        message: `The index of the cache was not usable and is made again: ${problem}.`,
      });
    }
    const {index, sets, versions} = remembered;
    const node = nodeVersion(options.path, versions.get('node'));
    if (node !== undefined && node !== versions.get('node')) {
      versions.set('node', node);
      this.#changed = true;
    }
    this.#rules = new OutputRules();
    this.#upstream = new Upstream(planned);
    this.#tracked = new TrackedFiles(project.root);
    this.#contributions = new Contributions(project.root, index, this.#rules);
    this.#actions = new ActionMaker({
      around: {
        root: project.root,
        platform: platformName(),
        node: node?.version ?? 'none',
        tools: options.tools,
        projectTools: project.tools.map(({name}) => name),
      },
      definitions: new InputDefinitions(project),
      sets: new InputSets(project.root, index),
      known: sets,
      index,
      upstream: this.#upstream,
      contributions: this.#contributions,
      variablesOf: options.variablesOf,
    });
    this.#publication = new Publication(index);
    this.#members = new Set(
      [...project.workspaces.values()].map(({directory}) => directory).filter((folder) => folder !== ''),
    );
  }

  /** What was done until now. */
  get counters(): Omit<RunCounters, 'cpuMs' | 'peakMemoryBytes'> {
    const {index} = this.#remembered;
    return {
      filesStatted: index.looked,
      filesHashed: index.hashed,
      hashedBytes: index.hashedBytes,
      filesHashedTwice: index.hashedTwice,
      filesRestored: this.#restored,
      bytesStored: this.store.written,
      stateWrites: this.#states.writes,
    };
  }

  /** Where results are stored. */
  get store(): DiskStore {
    return this.#options.store;
  }

  get #indexPath(): string {
    return join(this.#states.folder, 'index');
  }

  /**
   * Decides about a task that is to start now; everything that it needs has ended. A hit has its outputs in place.
   * @param isStopped asked while waiting for another run that works on the same task
   */
  async lookup(task: Task, isStopped: () => boolean): Promise<Lookup> {
    const {mode} = this.#options;
    // in a long run somebody edits what was looked at in its first moments
    const since = Math.max(this.#upstream.freshness(task.id), performance.now() - LOOK_AGE_MS);
    if (mode === 'off' || !isCached(task) || this.#isCut(task)) return {kind: 'off'};
    const fast = this.#fastHit(task, since);
    if (fast !== undefined) return fast;
    const waited = {yes: false};
    const lock = await this.#lock(task, isStopped, waited);
    if (lock === 'stopped') return {kind: 'stopped'};
    try {
      // whoever had it may have changed the outputs
      const found = await this.#slowLookup(task, waited.yes ? performance.now() : since, lock);
      if (found.kind !== 'miss') lock?.release();
      return found;
    } catch (error) {
      lock?.release();
      throw error;
    }
  }

  /** Something that it needs, or that this needs in turn, was left out of the run. */
  #isCut(task: Task): boolean {
    const {cut} = this.#options.planned;
    return cut !== undefined && (cut.has(task.id) || [...this.#upstream.closure(task.id)].some(({id}) => cut.has(id)));
  }

  async #slowLookup(task: Task, since: number, lock: KernelLock | undefined): Promise<Lookup> {
    const {mode, notify} = this.#options;
    let state = this.#states.read(task.id);
    // then it was said where it began
    const isSaid = this.#upstream.dependsOnUnknown(task);
    const key = this.#actions.prepare(task, excludedBy(state), since);
    if (task.phase.caching.outputs === undefined)
      this.#contributions.ofKey(task, this.#actions.ownKeyOf(key), key.chainInputs);
    if (key.problem !== undefined) {
      if (!isSaid)
        notify({
          level: 'warning',
          code: 'W_UNCACHEABLE',
          message: `${task.id} is not cached: ${key.problem}.`,
          task: task.id,
        });
      this.#forget(task);
      return this.#miss(task, key, NO_ACTION, state, lock, key.problem);
    }
    const action = this.#actionOf(task, key);
    const entry = mode === 'on' ? this.#usableEntry(task, key, action, state) : undefined;
    const restored = entry === undefined ? undefined : await this.#restore(task, key, entry, state);
    entry?.entry.close();
    // what was restored before it failed is the task's own
    if (entry !== undefined && restored === undefined) state = this.#states.read(task.id);
    if (restored !== undefined) return restored;
    const stray = this.#strayAmongNeeds(task);
    return stray === undefined
      ? this.#miss(task, key, action, state, lock, undefined)
      : this.#miss(task, key, NO_ACTION, state, lock, stray);
  }

  #addToMemo({id}: Task, more: Pick<TaskMemo, 'clean'> | Pick<TaskMemo, 'tree'>): void {
    const memo = this.#remembered.memos.get(id);
    if (memo === undefined) return;
    this.#remembered.memos.set(id, {...memo, ...more});
    this.#changed = true;
  }

  /** What lies among the outputs of another task is no part of the key, and a task that runs would read it all the same. */
  #strayAmongNeeds(task: Task): string | undefined {
    for (const needed of this.#actions.neededBy(task)) {
      const path = this.#contributions.strayOf(
        needed,
        (one) => this.#tracked.has(one),
        this.#remembered.memos.get(needed.id),
        (clean) => this.#addToMemo(needed, {clean}),
      );
      if (path === undefined) continue;
      const problem = `${path} lies among the outputs of ${needed.id}, which did not write it`;
      this.#options.notify({
        level: 'warning',
        code: 'W_FOREIGN_OUTPUT',
        message: `The result of ${task.id} is not stored: ${problem}. Remove it, or exclude it from \`outputs\` with "!".`,
        task: task.id,
      });
      return problem;
    }
    return undefined;
  }

  /** The same as last time when everything that it is made of is: making it means to hash whole trees. */
  #actionOf(task: Task, key: PreparedKey): Hash {
    const memo = this.#remembered.memos.get(task.id);
    return memo?.fingerprint === key.fingerprint ? (memo.action as Hash) : this.#actions.actionOf(key);
  }

  /** A task that is not cached, or that failed, has ended; `isRight`: what it left is what it should leave. */
  hasRun(task: Task, isRight: boolean): void {
    this.#upstream.hasRun(task, performance.now());
    if (!isRight) this.#upstream.isUnknown(task);
  }

  /** The condition of a task did not hold: without declared outputs nothing else tells that from a task that ran. */
  wasSkipped(task: Task): void {
    if (this.#options.mode !== 'off' && task.phase.caching.outputs === undefined)
      this.#contributions.ofKey(task, 'skipped', this.#actions.chainInputsOf(task));
  }

  /** Nothing more will run: publishes what waits, and saves what was learnt. */
  finish(): void {
    this.#publication.flush();
    const {index} = this.#remembered;
    if (this.#options.mode === 'off' || !(index.changed || this.#changed)) return;
    try {
      this.#states.makeFolder();
      saveIndex(this.#indexPath, this.#options.project.root, this.#remembered);
    } catch (error) {
      this.#options.notify({
        level: 'warning',
        code: 'W_INDEX',
        message: `The index of the cache could not be saved: ${(error as Error).message}.`,
      });
    }
  }

  /** Why a task would run now, or need not; after the same was found out of everything that it needs. Touches nothing. */
  explain(task: Task): Outlook {
    const known = this.#outlooks.get(task.id);
    if (known !== undefined) return known;
    for (const needed of this.#upstream.direct(task.id)) this.explain(needed);
    const outlook = this.#outlook(task);
    this.#outlooks.set(task.id, outlook);
    return outlook;
  }

  /** Of what a task needs, one that would run for a reason of its own. */
  #firstToRun(task: Task): Task | undefined {
    const open = [...this.#upstream.closure(task.id)].filter(({id}) => this.#open.has(id));
    return open.find(({id}) => {
      const outlook = this.#outlooks.get(id);
      return outlook?.kind !== 'miss' || outlook.waitsFor === undefined;
    });
  }

  #outlook(task: Task): Outlook {
    if (!isCached(task)) {
      // it always runs: what it will leave is not known
      if ((task.phase.caching.outputs ?? []).length > 0) this.#open.add(task.id);
      return {kind: 'off'};
    }
    const waitsFor = this.#firstToRun(task);
    const state = this.#states.read(task.id);
    const key = this.#actions.prepare(task, excludedBy(state), 0);
    const {outputs} = task.phase.caching;
    if (outputs === undefined) this.#contributions.ofKey(task, this.#actions.ownKeyOf(key), key.chainInputs);
    if (key.problem !== undefined) {
      this.#open.add(task.id);
      return {kind: 'impossible', problem: key.problem};
    }
    const action = this.#actions.actionOf(key);
    const now = this.#actions.explain(key, action);
    const found = this.#usableEntry(task, key, action, state);
    if (found !== undefined && waitsFor === undefined) {
      const {result} = found.entry;
      found.entry.close();
      if (outputs === undefined) return {kind: 'hit', now, storedAt: result.completedAt, missing: 0};
      this.#contributions.ofStored(task, result, key.chainInputs);
      const {files, links, folders} = missingOutputs(result, this.#placeOf(task), 0);
      return {kind: 'hit', now, storedAt: result.completedAt, missing: files.length + links.length + folders.length};
    }
    found?.entry.close();
    this.#open.add(task.id);
    const near = nearest(state.explanations, now);
    return {
      kind: 'miss',
      now,
      reason: this.#reason(task, near?.differences, state, 'on'),
      ...(near !== undefined && {near}),
      ...(waitsFor !== undefined && {waitsFor: waitsFor.id}),
    };
  }

  /** Nothing about the task changed since its last result here, and its outputs are as they were: one stat a file, no hash. */
  #fastHit(task: Task, since: number): Lookup | undefined {
    const memo = this.#remembered.memos.get(task.id);
    const isDeclared = task.phase.caching.outputs !== undefined;
    if (memo === undefined || this.#options.mode !== 'on' || !isDeclared) return undefined;
    const {index} = this.#remembered;
    const key = this.#actions.prepare(task, [], since);
    if (key.problem !== undefined || key.fingerprint !== memo.fingerprint || memo.log === undefined) return undefined;
    if (memo.state === undefined || memo.state !== this.#states.identity(task.id)) return undefined;
    for (const slot of memo.outputs) if (index.refresh(slot, since) > memo.clock) return undefined;
    if (!this.#isStored(memo.entry as Hash)) return undefined;
    const {identity} = this.#tracked;
    const pathOf = (slot: number): string => index.paths[slot] ?? '';
    if (memo.git !== identity && this.#hasSources(task, new Set([...memo.outputs].map(pathOf)))) return undefined;
    if (
      this.#claim(
        task,
        memo.outputs.values().map((slot) => index.paths[slot] ?? ''),
      ) !== undefined
    )
      return undefined;
    if (memo.wasHit !== true || memo.git !== identity) {
      this.#remembered.memos.set(task.id, {...memo, wasHit: true, git: identity});
      this.#changed = true;
    }
    this.#contributions.ofMemo(task, memo, key.chainInputs, (tree) => this.#addToMemo(task, {tree}));
    return {
      kind: 'hit',
      how: memo.outputs.length === 0 ? UNCHANGED : IN_PLACE,
      log: Buffer.from(memo.log),
      savedMs: memo.executionMs,
      ...(memo.logDigest !== undefined && {logDigest: memo.logDigest}),
      outputs: {files: memo.outputs.length, bytes: memo.outputs.reduce((sum, slot) => sum + index.size(slot), 0)},
    };
  }

  /** Git tracks files among the outputs that are none of these: whoever reads the outputs reads them, too, and no key knows them. */
  #hasSources(task: Task, outputs: ReadonlySet<string>): boolean {
    const globs = this.#rules.globs(task);
    return this.#tracked
      .under(globs.roots)
      .some(
        (path) =>
          !outputs.has(path) && globs.matches(path) && !isPlaceholder(path) && !this.#rules.isIncremental(task, path),
      );
  }

  #isStored(entry: Hash): boolean {
    const {store} = this.#options;
    const time = store.entryTime(entry);
    if (time === undefined) return false;
    if (Date.now() - time > TOUCH_MS) store.touch(entry);
    return true;
  }

  /** A stored result, whole and fit to be used here. */
  #usableEntry(task: Task, key: PreparedKey, action: Hash, state: TaskState): UsableEntry | undefined {
    const {store} = this.#options;
    const {outputs} = task.phase.caching;
    const bound = (): Hash => this.#actions.boundAction(key);
    const memo = this.#remembered.memos.get(task.id);
    const last = memo?.fingerprint === key.fingerprint ? [() => memo.entry as Hash] : [];
    // most results hold everywhere; the name of the others is made only when it is needed
    const seen = new Set<Hash>();
    for (const nameOf of outputs === undefined ? [bound] : [...last, () => action, bound]) {
      const name = nameOf();
      if (seen.has(name)) continue;
      seen.add(name);
      const entry = store.read(name);
      if (entry === undefined) continue;
      if (entry.verify() && this.#fits(task, entry.result, action, state)) {
        if (Date.now() - (store.entryTime(name) ?? 0) > TOUCH_MS) store.touch(name);
        return {name, entry};
      }
      entry.close();
    }
    return undefined;
  }

  #fits(task: Task, result: ActionResult, action: Hash, state: TaskState): boolean {
    const {directory} = task.workspace;
    const {root} = this.#options.project;
    if (task.phase.caching.outputs === undefined)
      return state.seen?.action === action && seenFilesAreSame(root, state.seen.files);
    if (this.#hasSources(task, new Set(pathsOf(result, directory)))) return false;
    const unsafe = unsafePath(result, directory, this.#rules.globs(task));
    if (unsafe === undefined) return true;
    this.#options.notify({
      level: 'warning',
      code: 'W_UNSAFE_RESULT',
      message: `A stored result of ${task.id} names ${unsafe}, which is none of its outputs: it is not used.`,
      task: task.id,
    });
    return false;
  }

  /** Puts the outputs where they belong; undefined when that did not work out, and the task has to run. */
  async #restore(
    task: Task,
    key: PreparedKey,
    {name, entry}: UsableEntry,
    state: TaskState,
  ): Promise<Lookup | undefined> {
    const {result} = entry;
    const isDeclared = task.phase.caching.outputs !== undefined;
    const log = entry.bytes(result.stdoutDigest);
    if (log === undefined) return undefined;
    let how = isDeclared ? IN_PLACE : UNCHANGED;
    const start = performance.now();
    try {
      if (isDeclared) how = await this.#putOutputs(task, key, entry, state);
    } catch (error) {
      this.#options.notify({
        level: 'warning',
        code: 'W_RESTORE',
        message: `The outputs of ${task.id} could not be restored: ${(error as Error).message}.`,
        task: task.id,
      });
      return undefined;
    }
    if (isDeclared) {
      const {digest, chain} = this.#contributions.ofResult(task, result, key.chainInputs);
      this.#remember(task, key, {name, result, digest, chain, log, wasHit: true});
    }
    const restore = {start, end: performance.now()};
    const isRestored = how !== IN_PLACE && how !== UNCHANGED;
    return {
      kind: 'hit',
      how,
      log,
      savedMs: Math.round(result.executionMs),
      logDigest: result.stdoutDigest.hash,
      ...(isDeclared && {outputs: sizeOf(result)}),
      ...(isRestored && {restore}),
    };
  }

  async #putOutputs(task: Task, key: PreparedKey, entry: StoredEntry, state: TaskState): Promise<string> {
    const place = this.#placeOf(task);
    const {result} = entry;
    // another run may have had them in hand until now
    const since = performance.now();
    const paths = pathsOf(result, place.folder);
    const other = this.#claim(task, paths);
    if (other !== undefined) throw new Error(`${other.task} wrote ${other.path}, too`);
    const missing = missingOutputs(result, place, since);
    const kept = new Set(paths);
    const owned = this.#ownedBy(task, state);
    const stale = owned.filter((path) => !kept.has(path) && !this.#rules.isIncremental(task, path));
    const count = missing.files.length + missing.links.length + missing.folders.length;
    const action = this.#actionOf(task, key);
    const isExplained = state.explanations[0]?.action === action;
    const next: TaskState = {
      ...withoutRunning(state),
      owned: paths,
      explanations: isExplained ? state.explanations : newest(this.#actions.explain(key, action), state.explanations),
    };
    const isOwned = owned.length === paths.length && stale.length === 0;
    const isKnown = isExplained && isOwned && state.running === undefined;
    if (count + stale.length === 0) {
      if (!isKnown) this.#states.write(next);
      return paths.length === 0 ? UNCHANGED : IN_PLACE;
    }
    // until everything is in place, all of it is ours to remove
    if (!isOwned) this.#states.write({...next, owned: [...new Set([...owned, ...paths])]});
    this.#removeStale(task, stale);
    // what an incremental tool remembers is about other outputs
    this.#removeIncremental(task);
    // a file system may take two cases of a name for one file
    const toWrite = stale.length === 0 ? missing : missingOutputs(result, place, performance.now());
    await writeOutputs(toWrite, entry, place, this.#writer);
    this.#restored += toWrite.files.length + toWrite.links.length;
    if (!isKnown) this.#states.write(next);
    if (count === 0) return `${stale.length} stale ${stale.length === 1 ? 'file' : 'files'} removed`;
    return `${count} ${count === 1 ? 'file' : 'files'} restored`;
  }

  /** Removes outputs of the task that git does not track. */
  #removeStale(task: Task, paths: readonly string[]): void {
    const mine = paths.filter((path) => !this.#tracked.has(path));
    removeOutputs(mine, this.#placeOf(task), (folder) => this.#rules.globs(task).matches(`${folder}/x`));
  }

  #removeIncremental(task: Task): void {
    const {root} = this.#options.project;
    const paths = [...this.#rules.incrementalFiles(root, task), ...this.#rules.compilerState(root, task)];
    if (paths.length > 0) this.#removeStale(task, paths);
  }

  /** What a task may have removed on its behalf; after a kill, also what it had written until then. */
  #ownedBy(task: Task, state: TaskState): readonly string[] {
    if (state.running === undefined) return state.owned;
    const present = new Set(state.running.present);
    const now = this.#rules.find(this.#options.project.root, task);
    const left = allPaths(now).filter((path) => !present.has(path));
    return [...new Set([...state.owned, ...left])];
  }

  #remember(
    task: Task,
    key: PreparedKey,
    {
      name,
      result,
      digest,
      chain,
      log,
      wasHit,
    }: {name: string; result: ActionResult; digest: string; chain: string; log: Uint8Array; wasHit?: boolean},
  ): void {
    const {index, memos} = this.#remembered;
    const state = this.#states.identity(task.id);
    const slots = pathsOf(result, task.workspace.directory).map((path) => index.slot(path));
    for (const slot of slots) index.refresh(slot, this.#upstream.freshness(task.id));
    const memo: TaskMemo = {
      fingerprint: key.fingerprint,
      action: this.#actionOf(task, key),
      entry: name,
      outputs: Int32Array.from(slots),
      outputsDigest: digest,
      chain,
      clock: index.clock,
      git: this.#tracked.identity,
      executionMs: Math.round(result.executionMs),
      logDigest: result.stdoutDigest.hash,
      ...(wasHit !== undefined && {wasHit}),
      ...(log.length <= SHORT_LOG && isText(log) && {log: Buffer.from(log).toString('utf8')}),
      ...(state !== undefined && {state}),
    };
    memos.set(task.id, memo);
    this.#changed = true;
  }

  /** @param problem why the result is not to be stored */
  #miss(
    task: Task,
    key: PreparedKey,
    action: Hash,
    state: TaskState,
    lock: KernelLock | undefined,
    problem: string | undefined,
  ): Lookup {
    const {mode, store, notify} = this.#options;
    const explanation = this.#actions.explain(key, action);
    const near = problem === undefined ? nearest(state.explanations, explanation) : undefined;
    const reason = problem ?? this.#reason(task, near?.differences, state, mode);
    const wasHit = this.#remembered.memos.get(task.id)?.wasHit === true;
    const misses = [reason, ...(wasHit ? [] : state.misses)].slice(0, KEPT_MISSES);
    this.#warnOfHabit(task, misses, near?.differences ?? []);
    const ticket = new Ticket({
      task,
      key,
      action,
      boundName: () => this.#actions.boundAction(key),
      place: this.#placeOf(task),
      rules: this.#rules,
      tracked: this.#tracked,
      state: {
        ...withoutRunning(state),
        owned: this.#ownedBy(task, state),
        misses,
      },
      states: this.#states,
      explanation,
      explanations: problem === undefined ? newest(explanation, state.explanations) : state.explanations,
      store: this.#storeIsBroken || problem !== undefined ? undefined : store,
      lock,
      inputNames: problem === undefined ? this.#actions.namesOf(key) : undefined,
      isMember: (folder) => this.#members.has(folder),
      notify: (notice) => notify({...notice, task: task.id}),
      claim: (paths) => this.#claim(task, paths),
      removeStale: (paths) => this.#removeStale(task, paths),
      removeIncremental: () => this.#removeIncremental(task),
      changedInputs: (excluded, from) => this.#actions.changedInputs(key, excluded, from),
      slots: () => this.#contributions.slotsOf(this.#actions.neededBy(task)),
      publication: this.#publication,
      contribute: (outputs) => this.#contributions.ofResult(task, outputs, key.chainInputs),
      hasRun: (isRight) => this.hasRun(task, isRight),
      remember: (stored) => this.#remember(task, key, stored),
      forget: () => this.#forget(task),
      storeFailed: () => {
        const isFirst = !this.#storeIsBroken;
        this.#storeIsBroken = true;
        return isFirst;
      },
    });
    return {
      kind: 'miss',
      ticket,
      reason,
      differences: (near?.differences ?? []).slice(0, MOST_DIFFERENCES).map(differenceText),
    };
  }

  /** What changes at each run by itself keeps a task from ever being a hit. An edited source does not count. */
  #warnOfHabit(task: Task, misses: readonly string[], found: readonly Difference[]): void {
    const [reason] = misses;
    const other = misses.findIndex((one) => one !== reason);
    const times = other < 0 ? misses.length : other;
    if (times < HABIT) return;
    const isByItself = (difference: Difference): boolean =>
      difference.kind === 'variable' ||
      ((difference.kind === 'file' || difference.kind === 'root-file') && this.#tracked.isUntracked(difference.name));
    if (found.length === 0 || !found.every(isByItself)) return;
    const remedy = found.some(({kind}) => kind === 'variable')
      ? 'A variable that does not change the result belongs into pass_env.'
      : 'A file that a run writes belongs into `outputs`, or excluded from `inputs` with "!".';
    this.#options.notify({
      level: 'warning',
      code: 'W_ALWAYS_MISSES',
      message: `${task.id} ran ${times} times in a row for the same reason: ${reason}. ${remedy}`,
      task: task.id,
    });
  }

  #reason(
    task: Task,
    found: readonly Difference[] | undefined,
    state: TaskState,
    mode: TaskCacheOptions['mode'],
  ): string {
    if (mode === 'write') return 'asked for with --force';
    if (found === undefined) return 'it has not run here before';
    if (found.length > 0) return differencesText(found);
    if (task.phase.caching.outputs === undefined && state.seen !== undefined)
      return 'a file that it wrote is missing or was changed; with `outputs` it would be restored';
    return 'its last result was not stored, or is no longer in the cache';
  }

  /** Notes who writes which file in this run; says whose file it is when it is another's. */
  #claim(task: Task, paths: Iterable<string>): {readonly task: NodeId; readonly path: string} | undefined {
    let other: {task: NodeId; path: string} | undefined;
    for (const path of paths) {
      const writer = this.#writers.get(path);
      if (writer !== undefined && writer !== task.id) other ??= {task: writer, path};
      else this.#writers.set(path, task.id);
    }
    return other;
  }

  #forget(task: Task): void {
    if (this.#remembered.memos.delete(task.id)) this.#changed = true;
  }

  #placeOf(task: Task): OutputPlace {
    return {root: this.#options.project.root, folder: task.workspace.directory, index: this.#remembered.index};
  }

  async #lock(
    task: Task,
    isStopped: () => boolean,
    waited: {yes: boolean},
  ): Promise<KernelLock | 'stopped' | undefined> {
    try {
      const wait = (): void => {
        waited.yes = true;
        // two runs must not wait for each other
        this.#publication.flush();
        this.#options.notify({
          level: 'info',
          code: 'W_OTHER_RUN',
          message: `${task.id} waits for another run that works on it.`,
          task: task.id,
        });
      };
      return (await KernelLock.take(this.#states.lockPath(task.id), wait, isStopped)) ?? 'stopped';
    } catch {
      // a disk that is full or read-only: then nobody else can work on it either
      return undefined;
    }
  }
}

/** Of what cannot be known: never that of a stored result. */
const NO_ACTION = '' as Hash;

interface UsableEntry {
  readonly name: Hash;
  readonly entry: StoredEntry;
}

function excludedBy(state: TaskState): readonly string[] {
  return state.seen?.excluded ?? [];
}

/** What a killed execution left is nothing to go on from. */
function withoutRunning({running, executed, ...state}: TaskState): TaskState {
  return running === undefined && executed !== undefined ? {...state, executed} : state;
}

function newest(explanation: Explanation, earlier: readonly Explanation[]): readonly Explanation[] {
  return [explanation, ...earlier.filter(({action}) => action !== explanation.action)].slice(0, KEPT_EXPLANATIONS);
}

/** Paths of all outputs, relative to the root of the checkout. */
function pathsOf(
  {
    outputFiles,
    outputDirectories,
    outputSymlinks,
  }: Pick<ActionResult, 'outputFiles' | 'outputDirectories' | 'outputSymlinks'>,
  folder: string,
): readonly string[] {
  const all = [...outputFiles, ...outputSymlinks, ...outputDirectories];
  return all.map(({path}) => (folder === '' ? path : `${folder}/${path}`));
}

function isText(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes).toString('utf8');
  return Buffer.from(text).equals(bytes);
}
