import type {Resource} from '../plugin.ts';
import type {Held, Owner} from './held.ts';

/** Who has what of a pool: in use, or kept for a person to look at, which is not in the way of others. */
export class Holders {
  readonly #name: string;
  readonly #held = new Map<string, Held>();
  readonly #kept = new Map<string, Held>();
  #serial = 0;

  /** @param name of the pool */
  constructor(name: string) {
    this.#name = name;
  }

  /** Somebody is going to have it: it counts from now on. */
  reserve(resource: Resource, owner: Owner, since: number): Held {
    const held: Held = {id: `${this.#name}-${++this.#serial}`, access: {url: '', env: {}}, owner, since, resource};
    this.#held.set(held.id, held);
    return held;
  }

  /** What was reserved is handed out. @returns false when it was taken away meanwhile */
  confirm(held: Held): boolean {
    if (!this.#held.has(held.id)) return false;
    this.#held.set(held.id, held);
    return true;
  }

  /** @returns undefined when nobody has it any more */
  remove(id: string): Held | undefined {
    const held = this.#held.get(id) ?? this.#kept.get(id);
    this.#held.delete(id);
    this.#kept.delete(id);
    return held;
  }

  /** @returns false when nobody has it any more */
  keep(id: string): boolean {
    const held = this.#held.get(id);
    if (held === undefined) return false;
    this.#held.delete(id);
    this.#kept.set(id, held);
    return true;
  }

  has(id: string): boolean {
    return this.#held.has(id) || this.#kept.has(id);
  }

  /** @returns all that anybody had */
  removeAll(): readonly Held[] {
    const all = [...this.#held.values(), ...this.#kept.values()];
    this.#held.clear();
    this.#kept.clear();
    return all;
  }

  get held(): readonly Held[] {
    return [...this.#held.values()];
  }

  get kept(): readonly Held[] {
    return [...this.#kept.values()];
  }
}
