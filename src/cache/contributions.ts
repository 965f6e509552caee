import type {NodeId} from '../plan/plan.ts';
import type {Task} from '../plan/task.ts';
import {outputsDigest, resultDigest} from './capture.ts';
import {hashOf} from './digest.ts';
import type {FileIndex, Slot} from './file-index.ts';
import type {CleanFolders, TaskMemo} from './index-file.ts';
import {InputTree} from './input-tree.ts';
import type {OutputRules} from './output-rules.ts';
import type {ActionResult} from './remote-api/messages.ts';
import {strayOutput} from './stray-output.ts';

type Outputs = Pick<ActionResult, 'outputFiles' | 'outputDirectories' | 'outputSymlinks'>;

/** What the result of a task means for tasks that need it. */
export interface Contribution {
  /** Of its outputs; where these are not declared, of everything that it was made of. */
  readonly digest: string;
  /** Of that and of everything that it needs in turn. */
  readonly chain: string;
  readonly isFiles: boolean;
  readonly slots: readonly Slot[];
  readonly tree: () => InputTree;
}

/** Makes keys of tasks. */
export interface KeySource {
  /** Of a task without declared outputs: what stands for its result where it is needed. */
  ownKey(task: Task): string;
  /** What stands for everything that a task needs. */
  chainInputsOf(task: Task): string;
}

/** Keeps what the tasks of a run contribute to the inputs of others. */
export class Contributions {
  readonly #root: string;
  readonly #index: FileIndex;
  readonly #rules: OutputRules;
  readonly #known = new Map<NodeId, Contribution>();
  readonly #strays = new Map<NodeId, string | undefined>();

  constructor(root: string, index: FileIndex, rules: OutputRules) {
    this.#root = root;
    this.#index = index;
    this.#rules = rules;
  }

  /** Of a task that has ended; for one that the cache did not see, what lies there now. */
  of(task: Task, keys: KeySource): Contribution {
    const known = this.#known.get(task.id);
    if (known !== undefined) return known;
    const chainInputs = keys.chainInputsOf(task);
    if (task.phase.caching.outputs === undefined) return this.ofKey(task, keys.ownKey(task), chainInputs);
    return this.#ofSlots(task, this.#look(task), chainInputs);
  }

  /** Of a task whose outputs are not declared: everything that it is made of stands for them. */
  ofKey(task: Task, digest: string, chainInputs: string): Contribution {
    const chain = chainOf(digest, chainInputs);
    return this.#keep(task, {digest, chain, isFiles: false, slots: [], tree: () => InputTree.empty});
  }

  /**
   * Of a task whose outputs are as they were.
   * @param remember gets the memo with what was found out for the next run
   */
  ofMemo(
    task: Task,
    memo: TaskMemo,
    chainInputs: string,
    remember: (tree: NonNullable<TaskMemo['tree']>) => void,
  ): Contribution {
    // where only direct needs count, others may have changed; elsewhere nothing is hashed
    const isDirect = task.phase.caching.closure === 'direct';
    return this.#keep(task, {
      digest: memo.outputsDigest,
      chain: isDirect ? chainOf(memo.outputsDigest, chainInputs) : memo.chain,
      isFiles: true,
      slots: [...memo.outputs],
      tree: once(() => this.#treeOf(memo, remember)),
    });
  }

  #treeOf({tree, outputs}: TaskMemo, remember: (tree: NonNullable<TaskMemo['tree']>) => void): InputTree {
    const whole = once(() => InputTree.of(this.#index, outputs));
    if (tree !== undefined) return InputTree.placed(tree.path, tree.digest, () => whole().at(tree.path));
    const path = commonFolder([...outputs].map((slot) => this.#index.paths[slot] ?? ''));
    if (path !== undefined) remember({path, digest: whole().at(path).digest});
    return whole();
  }

  /** Of a result whose outputs are in place. */
  ofResult(task: Task, result: Outputs, chainInputs: string): Contribution {
    const {directory} = task.workspace;
    const all = [...result.outputFiles, ...result.outputSymlinks, ...result.outputDirectories];
    const slots = all.map(({path}) => this.#index.slot(directory === '' ? path : `${directory}/${path}`));
    return this.#ofSlots(task, slots, chainInputs);
  }

  /** Of a result whose outputs are not in place: for explanations. */
  ofStored(task: Task, result: Outputs, chainInputs: string): Contribution {
    const {directory} = task.workspace;
    const digest = resultDigest(result, directory);
    const tree = once(() => InputTree.ofResult(result, directory));
    return this.#keep(task, {digest, chain: chainOf(digest, chainInputs), isFiles: true, slots: [], tree});
  }

  /**
   * A file among the outputs of a task that has ended, and that no task of this run is known to have written.
   * @param memo what is remembered of the task; `remember` gets it with what was found out for the next run
   */
  strayOf(
    task: Task,
    isTracked: (path: string) => boolean,
    memo: TaskMemo | undefined,
    remember: (clean: CleanFolders) => void,
  ): string | undefined {
    const known = this.#known.get(task.id);
    if (known?.isFiles !== true) return undefined;
    if (this.#strays.has(task.id)) return this.#strays.get(task.id);
    const own = new Set(known.slots);
    // what was found out holds for just these outputs
    const isMemo =
      memo !== undefined && memo.outputs.length === own.size && memo.outputs.every((slot) => own.has(slot));
    if (isMemo && memo.clean !== undefined && this.#areClean(memo.clean)) {
      this.#strays.set(task.id, undefined);
      return undefined;
    }
    let isClean = true;
    const folders: Slot[] = [];
    const isKnown = (path: string): boolean => {
      const slot = this.#index.slot(path);
      if (own.has(slot)) return true;
      isClean = false;
      return (
        this.#rules.isIncremental(task, path) ||
        [...this.#known.values()].some(({slots}) => slots.includes(slot)) ||
        isTracked(path)
      );
    };
    const stray = strayOutput(this.#root, this.#rules.globs(task), isKnown, (path) => {
      const slot = this.#index.slot(path);
      // before it is read: what is put there afterwards changes it
      this.#index.refresh(slot, performance.now());
      folders.push(slot);
    });
    this.#strays.set(task.id, stray);
    if (isMemo && isClean && stray === undefined)
      remember({folders: Int32Array.from(folders), clock: this.#index.clock});
    return stray;
  }

  /** A folder changes when something is put into it. */
  #areClean({folders, clock}: CleanFolders): boolean {
    return folders.every((slot) => this.#index.refresh(slot, performance.now()) <= clock);
  }

  slotsOf(tasks: readonly Task[]): readonly (readonly Slot[])[] {
    return tasks.flatMap(({id}) => {
      const known = this.#known.get(id);
      return known === undefined ? [] : [known.slots];
    });
  }

  #ofSlots(task: Task, slots: readonly Slot[], chainInputs: string): Contribution {
    const digest = outputsDigest(this.#index, slots);
    return this.#keep(task, {
      digest,
      chain: chainOf(digest, chainInputs),
      isFiles: true,
      slots,
      tree: once(() => InputTree.of(this.#index, slots)),
    });
  }

  #look(task: Task): readonly Slot[] {
    const {files, links, emptyFolders} = this.#rules.find(this.#root, task);
    const now = performance.now();
    return [...files.keys(), ...links.keys(), ...emptyFolders.keys()].map((path) => {
      const slot = this.#index.slot(path);
      this.#index.refresh(slot, now);
      return slot;
    });
  }

  #keep(task: Task, contribution: Contribution): Contribution {
    this.#known.set(task.id, contribution);
    return contribution;
  }
}

function chainOf(digest: string, chainInputs: string): string {
  return hashOf(`${digest}\n${chainInputs}`);
}

/** The innermost folder that holds all of these paths; undefined of none, and where that is the root. */
function commonFolder(paths: readonly string[]): string | undefined {
  const [first] = paths;
  if (first === undefined) return undefined;
  let folder = parentOf(first);
  for (const path of paths) while (folder !== '' && !path.startsWith(`${folder}/`)) folder = parentOf(folder);
  return folder === '' ? undefined : folder;
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

function once(make: () => InputTree): () => InputTree {
  let tree: InputTree | undefined;
  return () => {
    tree ??= make();
    return tree;
  };
}
