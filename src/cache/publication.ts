import type {Task} from '../plan/task.ts';
import type {FileIndex, Slot} from './file-index.ts';

/** A result that waits to be seen by others until it is certain what it was made of. */
export interface Candidate {
  readonly task: Task;
  /** The inputs that the task was given, as they are now; undefined: just as they were. */
  readonly changedInputs: (since: number) => readonly string[] | undefined;
  /** Outputs of others that were inputs too. */
  readonly slots: readonly (readonly Slot[])[];
  /** Clock of the index when the key was made. */
  readonly clock: number;
  /** A guess of how many files there are to look at. */
  readonly cost: number;
  readonly publish: () => void;
  readonly refuse: (changed: readonly string[]) => void;
}

/** A look at a file, ms. */
const LOOK_MS = 0.004;
/** The part of the time that may be spent on looking again. */
const SHARE = 0.1;

/**
 * Publishes results after a second look at all inputs: one that changed while a task ran would make a result that belongs to no key.
 * Looking is put off, and then done for several tasks at once, while it would take more than a tenth of the time.
 */
export class Publication {
  readonly #index: FileIndex;
  #waiting: Candidate[] = [];
  #cost = 0;
  #last = performance.now();
  #timer: NodeJS.Timeout | undefined;

  constructor(index: FileIndex) {
    this.#index = index;
  }

  add(candidate: Candidate): void {
    this.#waiting.push(candidate);
    this.#cost = Math.min(this.#cost + candidate.cost, this.#index.paths.length);
    this.#flushWhenDue();
  }

  /** Other runs may be waiting for what waits here. */
  #flushWhenDue(): void {
    clearTimeout(this.#timer);
    const dueMs = (this.#cost * LOOK_MS) / SHARE - (performance.now() - this.#last);
    if (dueMs <= 0) this.flush();
    else this.#timer = setTimeout(() => this.#flushWhenDue(), dueMs).unref();
  }

  /** Publishes what can be; after the last task, and before another run is waited for, at the latest. */
  flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#cost = 0;
    clearTimeout(this.#timer);
    const since = performance.now();
    for (const candidate of waiting) {
      const changed = candidate.changedInputs(since) ?? this.#changed(candidate, since);
      if (changed === undefined) candidate.publish();
      else candidate.refuse(changed);
    }
    this.#last = performance.now();
  }

  #changed({slots, clock}: Candidate, since: number): readonly string[] | undefined {
    const changed: string[] = [];
    for (const list of slots)
      for (const slot of list)
        if (this.#index.refresh(slot, since) > clock && this.#index.kind(slot) !== 'directory')
          changed.push(this.#index.paths[slot] ?? '');
    return changed.length === 0 ? undefined : changed;
  }
}
