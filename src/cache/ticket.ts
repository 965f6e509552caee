import type {Stats} from 'node:fs';
import {PacelineError} from '../base/error.ts';
import type {KernelLock} from '../base/kernel-lock.ts';
import type {NodeId} from '../plan/plan.ts';
import type {Task} from '../plan/task.ts';
import type {OutputSize} from '../record/events.ts';
import type {PreparedKey} from './action.ts';
import type {CacheNotice} from './cache-notice.ts';
import {type Capture, capture, outputsDigest, sizeOf} from './capture.ts';
import type {Contribution} from './contributions.ts';
import type {Hash} from './digest.ts';
import type {Explanation} from './explanation.ts';
import type {Slot} from './file-index.ts';
import {allPaths} from './output-files.ts';
import {isPlaceholder, type OutputRules} from './output-rules.ts';
import type {Publication} from './publication.ts';
import type {ActionResult} from './remote-api/messages.ts';
import type {OutputPlace} from './restore.ts';
import {allFiles, noted, type SeenTimes, writtenBetween} from './seen-files.ts';
import type {DiskStore} from './store/disk-store.ts';
import type {EntryWriter} from './store/entry-writer.ts';
import type {TaskState, TaskStates} from './task-state.ts';
import type {TrackedFiles} from './tracked-files.ts';

/** A result that was stored. */
export interface StoredResult {
  readonly name: string;
  readonly result: ActionResult;
  readonly digest: string;
  readonly chain: string;
  readonly log: Uint8Array;
}

export interface TicketOptions {
  readonly task: Task;
  readonly key: PreparedKey;
  readonly action: Hash;
  /** The name of results that hold in this checkout only. */
  readonly boundName: () => Hash;
  readonly place: OutputPlace;
  readonly rules: OutputRules;
  readonly tracked: TrackedFiles;
  readonly state: TaskState;
  readonly states: TaskStates;
  readonly explanation: Explanation;
  readonly explanations: readonly Explanation[];
  /** Undefined: nothing can be stored. */
  readonly store: DiskStore | undefined;
  readonly lock: KernelLock | undefined;
  /** Stands for everything but the contents of inputs; undefined: not all of it is known. */
  readonly inputNames: string | undefined;
  readonly isMember: (folder: string) => boolean;
  readonly notify: (notice: Omit<CacheNotice, 'task'>) => void;
  /** Says who else wrote one of these in this run. */
  readonly claim: (paths: readonly string[]) => {readonly task: NodeId; readonly path: string} | undefined;
  readonly removeStale: (paths: readonly string[]) => void;
  readonly removeIncremental: () => void;
  /** Inputs that changed; `excluded` do not count. */
  readonly changedInputs: (excluded: readonly string[], since: number) => readonly string[] | undefined;
  /** Outputs of others that were inputs. */
  readonly slots: () => readonly (readonly Slot[])[];
  readonly publication: Publication;
  readonly contribute: (outputs: Capture['outputs']) => Contribution;
  readonly hasRun: (isRight: boolean) => void;
  readonly remember: (stored: StoredResult) => void;
  readonly forget: () => void;
  /** True at the first call. */
  readonly storeFailed: () => boolean;
}

/** What an attempt that succeeded left behind. */
export interface Success {
  /** ms */
  readonly durationMs: number;
  /** Everything that it printed; undefined when that is too much to be kept. */
  readonly log: () => Uint8Array | undefined;
  /** Passed, but not at the first attempt. */
  readonly flaky: boolean;
}

/** What is known of a result that was taken. */
export interface Taken {
  /** Of declared outputs. */
  readonly outputs?: OutputSize;
  /** SHA-256 of what was printed; when it is stored. */
  readonly logDigest?: string;
}

/** The right and the duty to run one task: its outputs are cleared before, and read after. Ends with `succeeded` or `failed`. */
export class Ticket {
  readonly #options: TicketOptions;
  readonly #clock: number;
  #present: ReadonlyMap<string, Stats> = new Map();
  #before: SeenTimes = new Map();
  #keepsOutputs = false;
  #isPrepared = false;
  /** Whoever waits for the lock would run the task again before its result is published. */
  #isWaiting = false;

  constructor(options: TicketOptions) {
    this.#options = options;
    this.#clock = options.place.index.clock;
  }

  /** Clears what the last execution left, so that nothing of it is taken for a result of this one. Never throws. */
  prepare(): void {
    try {
      this.#prepare();
      this.#isPrepared = true;
    } catch (error) {
      // the task runs all the same
      this.#notStored(error as Error);
    }
  }

  #prepare(): void {
    const {task, state, states, rules, place} = this.#options;
    if (task.phase.caching.outputs === undefined) {
      this.#before = allFiles(place.root, place.folder, this.#options.isMember);
      return;
    }
    // an incremental tool goes on from its own outputs, if they are just what it left, and only their contents changed
    this.#keepsOutputs =
      task.phase.caching.incremental.length > 0 &&
      this.#options.inputNames !== undefined &&
      state.executed?.names === this.#options.inputNames &&
      this.#isAsExecuted();
    if (!this.#keepsOutputs) {
      this.#options.removeIncremental();
      this.#options.removeStale(state.owned);
    }
    const found = rules.find(place.root, task);
    this.#present = new Map([...found.files, ...found.links, ...found.emptyFolders, ...found.special]);
    try {
      states.begin(task.id, this.#keepsOutputs ? [] : [...this.#present.keys()]);
    } catch {
      // as in #write
    }
  }

  /**
   * Takes what the task left, and stores it unless there is a reason not to; resolves to what is known of the result then.
   * @throws PacelineError E_OUTPUT_OVERLAP
   */
  async succeeded(success: Success): Promise<Taken> {
    const {task, lock, hasRun, forget} = this.#options;
    hasRun(this.#isPrepared);
    forget();
    try {
      if (!this.#isPrepared) return {};
      return task.phase.caching.outputs === undefined ? this.#takeSeen(success) : await this.#takeDeclared(success);
    } catch (error) {
      if (error instanceof PacelineError && error.code === 'E_OUTPUT_OVERLAP') throw error;
      if (!isFullStore(error)) hasRun(false);
      this.#notStored(error as Error);
    } finally {
      if (!this.#isWaiting) lock?.release();
    }
    return {};
  }

  /** An attempt failed, and there is another: what the first one wrote must not count as a result of the second. */
  again(): void {
    const {task, rules, place, removeStale} = this.#options;
    if (task.phase.caching.retried !== true || task.phase.caching.outputs === undefined || this.#keepsOutputs) return;
    const {files, links, emptyFolders} = rules.find(place.root, task);
    removeStale([...files.keys(), ...links.keys(), ...emptyFolders.keys()].filter((path) => !this.#present.has(path)));
  }

  /** Failures are never stored. What was written until then stays the task's own. Never throws. */
  failed(): void {
    const {lock, hasRun, forget, task} = this.#options;
    hasRun(false);
    forget();
    try {
      // of a task that was stopped before it ran, nothing is known to be its own
      if (this.#isPrepared && task.phase.caching.outputs !== undefined) this.#keepWhatIsLeft();
    } catch {
      // a folder that cannot be read: it still counts as running, and the next run looks again
    } finally {
      lock?.release();
    }
  }

  #keepWhatIsLeft(): void {
    const {state, task, rules, place} = this.#options;
    const left = allPaths(rules.find(place.root, task)).filter((path) => !this.#present.has(path));
    this.#write({...this.#cleared(), owned: [...new Set([...(this.#keepsOutputs ? state.owned : []), ...left])]});
  }

  async #takeDeclared(success: Success): Promise<Taken> {
    const {task, rules, place, tracked, store, contribute, claim, state} = this.#options;
    const found = rules.find(place.root, task);
    const owned = new Set(state.owned);
    const untouched = (path: string, stat: Stats): boolean =>
      isSameFile(this.#present.get(path), stat) && !(this.#keepsOutputs && owned.has(path));
    const foreign = [...found.files, ...found.links, ...found.special]
      .filter(([path, stat]) => untouched(path, stat) && !(tracked.has(path) && isPlaceholder(path)))
      .map(([path]) => path);
    const own = {
      ...found,
      files: new Map([...found.files].filter(([path, stat]) => !untouched(path, stat))),
      links: new Map([...found.links].filter(([path, stat]) => !untouched(path, stat))),
      emptyFolders: new Map([...found.emptyFolders].filter(([path]) => !this.#present.has(path))),
      special: new Map([...found.special].filter(([path, stat]) => !untouched(path, stat))),
    };
    const paths = allPaths(own);
    const other = claim(paths);
    this.#write({...this.#cleared(), owned: paths});
    if (other !== undefined) throw overlapError(task, other.task, other.path);
    let writer: EntryWriter | undefined;
    try {
      const mayStore = store !== undefined && foreign.length === 0 && !this.#isOnlyFlaky(success);
      writer = mayStore ? store.write() : undefined;
      const taken = await capture(own, {...place, writer});
      const {digest, chain} = contribute(taken.outputs);
      const {inputNames} = this.#options;
      const executed = inputNames === undefined ? {} : {executed: {action: digest, names: inputNames}};
      this.#write({...this.#cleared(), owned: paths, ...executed});
      // what needs it may read what is not known here
      if (foreign[0] !== undefined || taken.problem !== undefined) this.#options.hasRun(false);
      if (foreign[0] !== undefined) this.#foreignOutputs(foreign);
      if (taken.problem !== undefined && store !== undefined)
        this.#notice('W_NOT_STORED', `The result of ${task.id} is not stored: ${taken.problem}.`);
      const outputs = sizeOf(taken.outputs);
      if (writer === undefined) return {outputs};
      if (taken.problem !== undefined) {
        writer.discard();
        return {outputs};
      }
      const name = taken.isBound ? this.#options.boundName() : this.#options.action;
      return {outputs, ...this.#store(writer, taken.outputs, success, [], {name, digest, chain})};
    } catch (error) {
      writer?.discard();
      throw error;
    }
  }

  /** Without declared outputs: whatever the task wrote belongs to the result, which then holds here only. */
  #takeSeen(success: Success): Taken {
    const {place, store, isMember, action, state} = this.#options;
    const written = writtenBetween(this.#before, allFiles(place.root, place.folder, isMember));
    // what it wrote earlier and found up to date now still belongs to it
    const all = [...new Set([...written, ...(state.seen?.files ?? []).map(([path]) => path)])];
    const excluded = all.filter((path) => !Object.hasOwn(this.#options.explanation.files, path));
    const {seen: _seen, ...rest} = this.#cleared();
    this.#write({...rest, seen: {action, files: noted(place.root, all), excluded}});
    if (store === undefined || this.#isOnlyFlaky(success)) return {};
    const writer = store.write();
    const nothing = {outputFiles: [], outputDirectories: [], outputSymlinks: []};
    return this.#store(writer, nothing, success, excluded, {name: this.#options.boundName(), digest: '', chain: ''});
  }

  #store(
    writer: EntryWriter,
    outputs: Capture['outputs'],
    {log, durationMs}: Success,
    excluded: readonly string[],
    {name, digest, chain}: Pick<StoredResult, 'name' | 'digest' | 'chain'>,
  ): Taken {
    const {task, lock, publication, changedInputs, slots, remember, forget} = this.#options;
    const text = log();
    if (text === undefined) {
      writer.discard();
      this.#notice('W_NOT_STORED', `The result of ${task.id} is not stored: it printed too much.`);
      return {};
    }
    const stdoutDigest = writer.addBytes(text);
    const result: ActionResult = {
      ...outputs,
      exitCode: 0,
      stdoutDigest,
      executionMs: durationMs,
      completedAt: Date.now(),
    };
    writer.seal(result);
    const lists = slots();
    this.#isWaiting = true;
    publication.add({
      task,
      changedInputs: (since) => changedInputs(excluded, since),
      slots: lists,
      clock: this.#clock,
      cost: lists.reduce(
        (sum, list) => sum + list.length,
        this.#options.key.sets.reduce((sum, {set}) => sum + set.shape.length, 0),
      ),
      publish: () => {
        try {
          writer.publish(name as Hash);
          if (task.phase.caching.outputs !== undefined) remember({name, result, digest, chain, log: text});
        } catch (error) {
          this.#notStored(error as Error);
        }
        lock?.release();
      },
      refuse: (changed) => {
        writer.discard();
        forget();
        lock?.release();
        this.#inputsChanged(changed);
      },
    });
    return {logDigest: stdoutDigest.hash};
  }

  /** Whether the outputs are those that the last execution here left. */
  #isAsExecuted(): boolean {
    const {state, place} = this.#options;
    const {index} = place;
    const since = performance.now();
    const slots = state.owned.map((path) => index.slot(path));
    for (const slot of slots) index.refresh(slot, since);
    return state.executed !== undefined && outputsDigest(index, slots) === state.executed.action;
  }

  #isOnlyFlaky({flaky}: Success): boolean {
    return flaky && this.#options.task.phase.caching.retried !== true;
  }

  #cleared(): TaskState {
    const {running: _running, executed: _executed, ...state} = this.#options.state;
    return {...state, explanations: this.#options.explanations};
  }

  #write(state: TaskState): void {
    try {
      this.#options.states.write(state);
    } catch {
      // a full disk: then a later run finds files that nobody is known to have written, and leaves them alone
    }
  }

  #foreignOutputs(paths: readonly string[]): void {
    const {task, tracked} = this.#options;
    const [first = ''] = paths;
    const more = paths.length > 1 ? ` and ${paths.length - 1} more` : '';
    const what = tracked.has(first)
      ? 'lies among its outputs, and it does not write that. Exclude it from `outputs` with "!": then it counts as an input.'
      : 'lay among its outputs before, and it did not write that. Remove it, or exclude it from `outputs` with "!".';
    this.#notice('W_FOREIGN_OUTPUT', `The result of ${task.id} is not stored: ${first}${more} ${what}`);
  }

  #inputsChanged(paths: readonly string[]): void {
    const {id} = this.#options.task;
    const shown = paths.slice(0, 3).join(', ') + (paths.length > 3 ? ` and ${paths.length - 3} more` : '');
    this.#notice(
      'W_INPUT_CHANGED',
      `The result of ${id} is not stored: ${shown === '' ? 'an input' : shown} changed while it ran.`,
    );
  }

  #notStored(error: Error): void {
    if (isFullStore(error) && !this.#options.storeFailed()) return;
    const hint = error instanceof PacelineError && error.hint !== undefined ? ` ${error.hint}` : '';
    this.#notice(
      'W_NOT_STORED',
      `The result of ${this.#options.task.id} is not stored: ${error.message.replace(/\.$/, '')}.${hint}`,
    );
  }

  #notice(code: string, message: string): void {
    this.#options.notify({level: 'warning', code, message});
  }
}

/** Full, or one that may only be read. */
function isFullStore(error: unknown): boolean {
  return error instanceof PacelineError && error.code === 'E_CACHE_WRITE';
}

function isSameFile(before: Stats | undefined, now: Stats): boolean {
  return (
    before !== undefined &&
    before.ino === now.ino &&
    before.ctimeMs === now.ctimeMs &&
    before.mtimeMs === now.mtimeMs &&
    before.size === now.size
  );
}

function overlapError(task: Task, other: NodeId, path: string): PacelineError {
  return new PacelineError('E_OUTPUT_OVERLAP', `${task.id} and ${other} both write ${path}.`, {
    hint: 'Give each task outputs of its own, or let only one of them declare them.',
    origin: task.phase.origin,
  });
}
