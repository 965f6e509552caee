import {nearestName} from '../../base/nearest-name.ts';
import type {Diagnostic} from '../../base/source.ts';
import type {ServiceDraft} from '../declared/service-draft.ts';
import type {DialectContext} from '../dialects/dialect.ts';
import type {Service} from '../service.ts';
import type {Located} from '../toml/section.ts';
import type {Parts} from './parts.ts';
import {finishedService, mostOfAPool} from './service.ts';

type Report = (diagnostic: Diagnostic) => void;

/** A service, and the place where it names one that it needs. */
interface Step {
  readonly from: string;
  readonly to: Located;
}

/** The services of a project, to turn written names into them. */
export class Services {
  readonly all: ReadonlyMap<string, Service>;
  readonly #drafts: ReadonlyMap<string, ServiceDraft>;
  readonly #context: DialectContext;
  /** A file is read by itself, and says nothing about services: they may be in another one. */
  readonly #elsewhere: boolean;
  readonly #most: number | undefined;
  readonly #made = new Map<string, Service | undefined>();

  constructor(context: DialectContext, {top, alone}: Parts) {
    this.#context = context;
    this.#drafts = top.services;
    this.#elsewhere = alone && top.services.size === 0;
    this.#most = top.services.size === 0 ? undefined : mostOfAPool(context, top.file);
    const made = [...top.services.values()].flatMap((draft) => this.#finished(draft, []) ?? []);
    this.all = new Map(made.map((service) => [service.name, service]));
  }

  /** Each once, in the order of the list. Unknown names are reported. */
  named(list: readonly Located[]): readonly Service[] {
    return once(list).flatMap((name) => (this.#isKnown(name) ? (this.#made.get(name.text) ?? []) : []));
  }

  #finished(draft: ServiceDraft, path: readonly Step[]): Service | undefined {
    const {name} = draft;
    if (this.#made.has(name)) return this.#made.get(name);
    const needs = once(draft.needs).flatMap((to) => this.#needed([...path, {from: name, to}], to) ?? []);
    const service = finishedService(draft, {needs, most: this.#most, context: this.#context});
    this.#made.set(name, service);
    return service;
  }

  #needed(path: readonly Step[], to: Located): Service | undefined {
    const start = path.findIndex(({from}) => from === to.text);
    if (start >= 0) {
      reportCircle(path.slice(start), this.#context.report);
      return undefined;
    }
    const draft = this.#isKnown(to) ? this.#drafts.get(to.text) : undefined;
    return draft === undefined ? undefined : this.#finished(draft, path);
  }

  #isKnown({text, origin}: Located): boolean {
    if (this.#drafts.has(text) || this.#elsewhere) return true;
    const near = nearestName(text, this.#drafts.keys());
    const names = [...this.#drafts.keys()].slice(0, 12).join(', ');
    const hint =
      near === undefined
        ? `Add [service.${text}].${names === '' ? '' : ` Known: ${names}.`}`
        : `Did you mean "${near}"?`;
    const message = `there is no service called "${text}"`;
    this.#context.report({severity: 'error', code: 'E_UNKNOWN_SERVICE', message, hint, origin});
    return false;
  }
}

function once(list: readonly Located[]): readonly Located[] {
  return [...new Map(list.map((name) => [name.text, name])).values()];
}

/** An error at each place where the circle could be opened. */
function reportCircle(circle: readonly Step[], report: Report): void {
  const names = [...circle.map(({from}) => from), circle[0]?.from].join(' -> ');
  for (const {from, to} of circle) {
    report({
      severity: 'error',
      code: 'E_SERVICE_CYCLE',
      message: `service "${from}" depends on "${to.text}", which depends on it: ${names}`,
      hint: 'Remove one of these dependencies.',
      origin: to.origin,
    });
  }
}
