import type {Member} from '../../member.ts';
import {ROOT_WORKSPACE} from '../../project.ts';
import type {Located, Section} from '../../toml/section.ts';
import type {TurboFile} from './turbo-file.ts';

/** What is written about one task in one package: the layers that hold there, each overriding the ones before it, field by field. */
export class TaskSettings {
  readonly #layers: readonly Section[];

  constructor(layers: readonly Section[]) {
    this.#layers = layers;
  }

  get layers(): readonly Section[] {
    return this.#layers;
  }

  boolean(key: string): boolean | undefined {
    return this.#layers.findLast((layer) => layer.boolean(key) !== undefined)?.boolean(key);
  }

  string(key: string): string | undefined {
    return this.#layers.findLast((layer) => layer.string(key) !== undefined)?.string(key);
  }

  /** A list; undefined when no layer has it. `$TURBO_EXTENDS$` in a list stands for the layers before. */
  list(key: string): readonly Located[] | undefined {
    return this.#fold(key, (layer) => layer.located(key) ?? []);
  }

  /** The tables in a list of texts and tables. */
  tables(key: string): readonly Section[] {
    return this.#fold(key, (layer) => layer.sections(key)) ?? [];
  }

  #fold<Item>(key: string, items: (layer: Section) => readonly Item[]): readonly Item[] | undefined {
    let list: readonly Item[] | undefined;
    for (const layer of this.#layers) {
      const texts = layer.has(key) ? layer.located(key) : undefined;
      if (texts === undefined) continue;
      const own = items(layer).filter((item) => !isExtends(item));
      list = texts.some(isExtends) ? [...(list ?? []), ...own] : own;
    }
    return list;
  }
}

function isExtends(item: unknown): boolean {
  return typeof item === 'object' && item !== null && 'text' in item && item.text === '$TURBO_EXTENDS$';
}

/** The settings of every task in each package. Packages for which nothing particular is written share one map. */
export class ProjectTasks {
  readonly #general = new Map<string, TaskSettings>();
  readonly #particular = new Map<string, Map<string, TaskSettings>>();
  readonly #alone: boolean;

  /** `undeclared`: tasks of which only references speak. `alone`: the root is the only package, and has its tasks as any other. */
  constructor(root: TurboFile | undefined, undeclared: Iterable<string>, alone: boolean) {
    this.#alone = alone;
    for (const [name, section] of root?.tasks ?? []) {
      const {owner, task} = splitTaskName(name);
      if (owner === undefined) this.#general.set(task, new TaskSettings([section]));
      else mapIn(this.#particular, owner).set(task, new TaskSettings([section]));
    }
    for (const task of undeclared) this.#general.set(task, new TaskSettings([]));
  }

  /** `chain`: the turbo.json files of packages that hold there, its own last. What the root says about `web#build` replaces the rest. */
  in(member: Member, chain: readonly TurboFile[]): ReadonlyMap<string, TaskSettings> {
    const general = member.name !== ROOT_WORKSPACE || this.#alone ? this.#general : new Map<string, TaskSettings>();
    const particular = this.#particular.get(member.name);
    if (particular === undefined && chain.length === 0) return general;
    const tasks = new Map([...general, ...(particular ?? [])]);
    for (const file of chain) {
      for (const [task, section] of file.tasks) {
        if (section.boolean('extends') !== false) {
          tasks.set(task, new TaskSettings([...(tasks.get(task)?.layers ?? []), section]));
        } else if (section.keys.length > 1) tasks.set(task, new TaskSettings([section]));
        else tasks.delete(task);
      }
    }
    return tasks;
  }
}

function mapIn(maps: Map<string, Map<string, TaskSettings>>, name: string): Map<string, TaskSettings> {
  const map = maps.get(name) ?? new Map<string, TaskSettings>();
  maps.set(name, map);
  return map;
}

/** `web#build` -> web, build; `build` -> build. A package name may hold no `#`, a task name may. */
export function splitTaskName(name: string): {readonly owner?: string; readonly task: string} {
  const hash = name.indexOf('#');
  return hash === -1 ? {task: name} : {owner: name.slice(0, hash), task: name.slice(hash + 1)};
}
