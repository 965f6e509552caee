import type {Task} from '../plan/task.ts';
import type {Contributions, KeySource} from './contributions.ts';
import {digestOf, type Hash, hashOf} from './digest.ts';
import type {Explanation} from './explanation.ts';
import type {FileIndex} from './file-index.ts';
import type {InputDefinitions, NamedSet} from './input-definitions.ts';
import type {InputSet, InputSets} from './input-set.ts';
import {InputTree} from './input-tree.ts';
import {
  actionMessage,
  commandMessage,
  type KeySurroundings,
  type KeyText,
  KeyTexts,
  type KeyVariables,
  variableHash,
} from './key.ts';
import {encodeAction, encodeCommand} from './remote-api/encode.ts';
import type {Action} from './remote-api/messages.ts';
import type {Upstream} from './upstream.ts';

/** Everything that a task's result depends on, as it is now. */
export interface PreparedKey {
  readonly task: Task;
  readonly text: KeyText;
  readonly sets: readonly {readonly named: NamedSet; readonly set: InputSet}[];
  /** Everything that it needs, as text. */
  readonly chainInputs: string;
  /** All of it in one text: equal texts, equal actions. */
  readonly fingerprint: string;
  /** `touches` of the index when the inputs were looked at. */
  readonly touches: number;
  /** Why it has no key. */
  readonly problem?: string;
}

interface ActionMakerOptions {
  readonly around: KeySurroundings;
  readonly definitions: InputDefinitions;
  readonly sets: InputSets;
  /** Sets as they were last time; new ones are put in. */
  readonly known: Map<string, InputSet>;
  readonly index: FileIndex;
  readonly upstream: Upstream;
  readonly contributions: Contributions;
  readonly variablesOf: (task: Task) => KeyVariables;
}

/** Makes the keys of tasks: first as text, which needs no hashing, then as Actions of the Remote Execution API. */
export class ActionMaker implements KeySource {
  readonly #options: ActionMakerOptions;
  readonly #keyTexts: KeyTexts;
  readonly #texts = new Map<Task, KeyText>();
  readonly #trees = new Map<string, InputTree>();
  readonly #messages = new WeakMap<PreparedKey, Action>();

  constructor(options: ActionMakerOptions) {
    this.#options = options;
    this.#keyTexts = new KeyTexts(options.around);
  }

  /** @param excluded files that the task was seen to write, relative to the root */
  prepare(task: Task, excluded: readonly string[], since: number): PreparedKey {
    const {definitions} = this.#options;
    const text = this.#textOf(task);
    const sets = definitions.of(task, excluded).map((named) => ({named, set: this.#set(named, since)}));
    const isDirect = task.phase.caching.closure === 'direct';
    const chainInputs = this.chainInputsOf(task);
    const problem = sets.find(({set}) => set.problem !== undefined)?.set.problem ?? this.#unknownNeed(task);
    const needed = isDirect ? this.#needed(task, 'digest') : chainInputs;
    const fingerprint = [text.text, ...sets.map(({set}) => set.digest), needed].join('\n');
    return {
      task,
      text,
      sets,
      chainInputs,
      fingerprint,
      touches: this.#options.index.touches,
      ...(problem !== undefined && {problem}),
    };
  }

  /** Seen only while keys are made: that something has inputs which cannot be known, and no declared outputs to look at instead. */
  #unknownNeed(task: Task): string | undefined {
    return this.#options.upstream.dependsOnUnknown(task)
      ? 'the inputs of a task that it needs are not known'
      : undefined;
  }

  /** The tasks whose results are inputs. */
  neededBy(task: Task): readonly Task[] {
    const {upstream} = this.#options;
    return task.phase.caching.closure === 'direct' ? upstream.direct(task.id) : [...upstream.closure(task.id)];
  }

  /** The digest of the Action. */
  actionOf(key: PreparedKey): Hash {
    return digestOf(encodeAction(this.#message(key))).hash;
  }

  /** The same for results that hold in this place only. */
  boundAction(key: PreparedKey): Hash {
    return digestOf(encodeAction({...this.#message(key), salt: this.#options.around.root})).hash;
  }

  explain(key: PreparedKey, action: string): Explanation {
    const files = this.#files(key, false);
    const needed = this.neededBy(key.task).map((task) => [
      task.id,
      this.#options.contributions.of(task, this).digest.slice(0, 16),
    ]);
    return {
      action,
      at: Date.now(),
      commands: key.text.commands,
      settings: key.text.settings,
      variables: Object.fromEntries(
        key.text.variables.map(([name, value]) => [name, variableHash(name, value).slice(0, 16)]),
      ),
      files,
      rootFiles: this.#files(key, true),
      needs: Object.fromEntries(needed),
    };
  }

  /** Paths of inputs that are not what they were when the key was made; undefined: all are. */
  changedInputs(key: PreparedKey, excluded: readonly string[], since: number): readonly string[] | undefined {
    const now = this.prepare(key.task, excluded, since);
    const digests = ({sets}: PreparedKey): string => sets.map(({set}) => set.digest).join();
    if (digests(now) === digests(key)) return this.#touchedInputs(now, key.touches);
    return [...new Set(now.sets.flatMap(({set}, at) => this.#difference(key.sets[at]?.set, set)))];
  }

  /** An input that was changed and changed back may have been read in between. */
  #touchedInputs({sets}: PreparedKey, touches: number): readonly string[] | undefined {
    const {index} = this.#options;
    if (index.touches === touches) return undefined;
    const slots = sets
      .flatMap(({set}) => this.#options.sets.files(set))
      .filter((slot) => index.wasTouched(slot, touches));
    return slots.length === 0 ? undefined : slots.map((slot) => index.paths[slot] ?? '');
  }

  /** Stands for everything but the contents of inputs: what is done, the names of all files that it is done with, and what chooses among them. */
  namesOf(key: PreparedKey): string {
    const {contributions, index} = this.#options;
    const needed = this.neededBy(key.task).flatMap((task) => {
      const {isFiles, slots, digest} = contributions.of(task, this);
      return isFiles ? slots.map((slot) => index.paths[slot] ?? '') : [`${task.id} ${digest}`];
    });
    const files = Object.entries({...this.#files(key, false), ...this.#files(key, true)});
    const names = files.map(([path, content]) => (CHOOSES_FILES.test(path) ? `${path} ${content}` : path));
    return hashOf([key.text.text, ...names, ...needed].sort().join('\0'));
  }

  /** Of a task without declared outputs: what stands for its result where it is needed. */
  ownKey(task: Task): string {
    return this.ownKeyOf(this.prepare(task, [], this.#options.upstream.freshness(task.id)));
  }

  ownKeyOf({task, text, sets, problem}: PreparedKey): string {
    if (problem !== undefined) this.#options.upstream.isUnknown(task);
    return hashOf([text.text, ...sets.map(({set}) => set.digest)].join('\n'));
  }

  /** Whatever counts for the task itself: for others all of it does. */
  chainInputsOf(task: Task): string {
    return this.#needed(task, 'chain');
  }

  #textOf(task: Task): KeyText {
    const known = this.#texts.get(task);
    if (known !== undefined) return known;
    const text = this.#keyTexts.of(task, this.#options.variablesOf(task));
    this.#texts.set(task, text);
    return text;
  }

  #set(named: NamedSet, since: number): InputSet {
    const {known, sets} = this.#options;
    const before = known.get(named.name);
    const now = sets.current(named.definition, before, since);
    if (now !== before) known.set(named.name, now);
    return now;
  }

  #needed(task: Task, by: 'digest' | 'chain'): string {
    const {upstream, contributions} = this.#options;
    return upstream
      .direct(task.id)
      .map((needed) => `${needed.id} ${contributions.of(needed, this)[by]}`)
      .join('\n');
  }

  #message(key: PreparedKey): Action {
    const known = this.#messages.get(key);
    if (known !== undefined) return known;
    const {contributions} = this.#options;
    const trees = key.sets.map(({set}) => this.#tree(set));
    const needed: Record<string, string> = {};
    for (const task of this.neededBy(key.task)) {
      const contribution = contributions.of(task, this);
      if (contribution.isFiles) trees.push(contribution.tree());
      else needed[task.id] = contribution.digest;
    }
    const links = this.#links(key);
    const text = links === '' ? key.text : {...key.text, settings: {...key.text.settings, links}};
    const commandDigest = digestOf(encodeCommand(commandMessage(key.task, key.text)));
    const message = actionMessage(text, {commandDigest, inputRootDigest: InputTree.merged(trees).digest}, needed);
    this.#messages.set(key, message);
    return message;
  }

  #tree(set: InputSet): InputTree {
    const {index, sets} = this.#options;
    let tree = this.#trees.get(set.digest);
    if (tree === undefined) {
      tree = InputTree.of(index, sets.files(set));
      this.#trees.set(set.digest, tree);
    }
    return tree;
  }

  /** A link is in the tree as a link; what is behind it is not, and counts here. */
  #links({sets}: PreparedKey): string {
    const {index} = this.#options;
    const found = sets.flatMap(({set}) =>
      this.#options.sets
        .files(set)
        .filter((slot) => index.kind(slot) === 'link')
        .map((slot) => `${index.paths[slot]}\0${index.hash(slot)}`),
    );
    return found.length === 0 ? '' : hashOf(found.sort().join('\n'));
  }

  #files({sets}: PreparedKey, shared: boolean): Record<string, string> {
    const {index} = this.#options;
    const files: Record<string, string> = {};
    for (const {named, set} of sets) {
      if (named.isShared !== shared) continue;
      for (const slot of this.#options.sets.files(set)) {
        const kind = index.kind(slot);
        if (kind !== 'missing')
          files[index.paths[slot] ?? ''] =
            `${index.hash(slot).slice(0, 16)}${kind === 'file' && index.isExecutable(slot) ? 'x' : ''}`;
      }
    }
    return files;
  }

  /** Files that are in one of two versions of a set only, or that changed after the first was made. */
  #difference(before: InputSet | undefined, now: InputSet): readonly string[] {
    if (before === undefined || before.digest === now.digest) return [];
    const {index, sets} = this.#options;
    const old = new Set(sets.files(before));
    const fresh = new Set(sets.files(now));
    const changed = [
      ...old.symmetricDifference(fresh),
      ...[...old.intersection(fresh)].filter((slot) => index.version(slot) > before.clock),
    ];
    return changed.map((slot) => index.paths[slot] ?? '');
  }
}

/** Files that say which others a tool takes: with another one, outputs of files that it no longer takes would stay. */
const CHOOSES_FILES = /(?:^|\/)(?:\.gitignore|tsconfig[^/]*\.json)$/;
