import type {Held} from '../pool/held.ts';
import type {Pool} from '../pool/pool.ts';
import type {LeaseStatus} from './protocol.ts';

/** How long a lease that its user wants to look at is kept, ms. */
const KEEP_MS = 3_600_000;
/** So many of one service are kept; when one more comes, the oldest is given back. */
const MOST_KEPT = 5;

interface Entry {
  readonly pool: Pool;
  /** Of the pool. */
  readonly held: string;
  /** Ends it when it has been kept for long enough. */
  readonly expiry?: NodeJS.Timeout;
}

/** Who has what, by the names that clients know. */
export class Leases {
  readonly #entries = new Map<string, Entry>();
  /** The oldest first. */
  readonly #kept = new Map<string, Entry>();
  #serial = 0;

  get count(): number {
    return this.#entries.size + this.#kept.size;
  }

  /** @param service its name, for people @returns the name of the lease */
  grant(service: string, pool: Pool, {id}: Held): string {
    const lease = `${service}-${++this.#serial}`;
    this.#entries.set(lease, {pool, held: id});
    return lease;
  }

  /** Resolves when its connections are refused. */
  async end(lease: string): Promise<void> {
    const entry = this.#entries.get(lease) ?? this.#kept.get(lease);
    if (entry === undefined) return;
    this.#forget(lease, entry);
    await entry.pool.release(entry.held);
  }

  /** Its user is done, but a person wants to look at it: for an hour, or until others are kept in its place. */
  async keep(lease: string): Promise<void> {
    const entry = this.#entries.get(lease);
    if (entry === undefined) return;
    this.#entries.delete(lease);
    const expiry = setTimeout(() => void this.end(lease), KEEP_MS).unref();
    this.#kept.set(lease, {...entry, expiry});
    entry.pool.keep(entry.held);
    const others = [...this.#kept].filter(([, {pool}]) => pool === entry.pool);
    await Promise.all(others.slice(0, -MOST_KEPT).map(([oldest]) => this.end(oldest)));
  }

  /** Gives back what is kept. @returns how much that was */
  async endKept(): Promise<number> {
    const kept = [...this.#kept.keys()];
    await Promise.all(kept.map((lease) => this.end(lease)));
    return kept.length;
  }

  /** A pool takes away all that it has by itself. */
  forgetAll(of: Pool): void {
    for (const [lease, entry] of [...this.#entries, ...this.#kept]) if (entry.pool === of) this.#forget(lease, entry);
  }

  /** @param offset of the clock of the pool to Unix time, ms */
  statusOf(of: Pool, offset: number): readonly LeaseStatus[] {
    const status = (lease: string, {held}: Entry, all: readonly Held[], kept: boolean): readonly LeaseStatus[] =>
      all
        .filter(({id}) => id === held)
        .map(({owner, since, resource, access}) => ({
          lease,
          resource: resource.id,
          owner,
          since: since + offset,
          kept,
          ...(kept && {url: access.url}),
        }));
    return [
      ...[...this.#entries].flatMap(([lease, entry]) => status(lease, entry, of.held, false)),
      ...[...this.#kept].flatMap(([lease, entry]) => status(lease, entry, of.kept, true)),
    ];
  }

  #forget(lease: string, {expiry}: Entry): void {
    clearTimeout(expiry);
    this.#entries.delete(lease);
    this.#kept.delete(lease);
  }
}
