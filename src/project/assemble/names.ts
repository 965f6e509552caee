import {nearestName} from '../../base/nearest-name.ts';
import type {Diagnostic} from '../../base/source.ts';
import type {NameList} from '../declared/phase-draft.ts';
import {type PhaseName, type PhaseReference, ROOT_WORKSPACE, type Sequence, type WorkspaceName} from '../project.ts';
import type {Located} from '../toml/section.ts';

/** All names of a project, to turn written names into references. */
export class Names {
  readonly #phases: ReadonlySet<string>;
  readonly #scripts: ReadonlySet<string>;
  readonly #aliases: ReadonlyMap<string, string>;
  readonly #workspaces: ReadonlyMap<string, WorkspaceName>;
  /** The members are not known: a file is read by itself. */
  readonly #alone: boolean;
  readonly #builtIn: ReadonlySet<string>;
  readonly #report: (diagnostic: Diagnostic) => void;

  constructor(options: {
    readonly phases: ReadonlySet<string>;
    /** Phases that run package.json scripts: a workspace without the script has no such phase. */
    readonly scripts: ReadonlySet<string>;
    readonly aliases: ReadonlyMap<string, string>;
    readonly workspaces: ReadonlyMap<string, WorkspaceName>;
    readonly alone: boolean;
    readonly builtIn: ReadonlySet<string>;
    readonly report: (diagnostic: Diagnostic) => void;
  }) {
    this.#phases = options.phases;
    this.#scripts = options.scripts;
    this.#aliases = options.aliases;
    this.#workspaces = options.workspaces;
    this.#alone = options.alone;
    this.#builtIn = options.builtIn;
    this.#report = options.report;
  }

  isPhase(name: string): boolean {
    return this.#phases.has(name);
  }

  /** The phase that a misspelt name may mean. */
  nearest(name: string): string | undefined {
    return nearestName(name, this.#phases);
  }

  /** A workspace by its name or folder; `.` and `//` are the root. */
  workspace(name: string): WorkspaceName | undefined {
    if (name === '.' || name === './' || name === ROOT_WORKSPACE) return ROOT_WORKSPACE;
    return this.#workspaces.get(name) ?? this.#workspaces.get(name.replace(/^\.\//, '').replace(/\/$/, ''));
  }

  /** A workspace where the file names one by itself; unknown ones are reported as warnings. */
  workspaceAt({text, origin}: Located): WorkspaceName | undefined {
    const found = this.workspace(text);
    if (found !== undefined || this.#alone) return found;
    const near = nearestName(text, this.#workspaces.keys());
    this.#report({
      severity: 'warning',
      code: 'W_UNKNOWN_WORKSPACE',
      message: `there is no workspace called "${text}"`,
      ...(near !== undefined && {hint: `Did you mean "${near}"?`}),
      origin,
    });
    return undefined;
  }

  sequences(lists: readonly NameList[] | undefined): readonly Sequence[] {
    return (lists ?? []).filter(({names}) => names.length > 0).map((list) => this.sequence(list));
  }

  sequence({names, ordered, lenient}: NameList): Sequence {
    return {ordered, references: names.flatMap((name) => this.reference(name, lenient === true) ?? [])};
  }

  /** `build`, `^build`, `web#build`, `//#build`; undefined, and an error, when there is no such thing. */
  reference(name: Located, lenient = false): PhaseReference | undefined {
    const {text, origin} = name;
    if (this.#phases.has(text)) return this.#own(this.#target(text), origin);
    if (text.startsWith('^')) {
      const phase = this.#phaseAt({text: text.slice(1), origin}, text, lenient);
      return phase && {phase, where: {kind: 'dependencies'}, optional: true, origin};
    }
    const hash = text.lastIndexOf('#');
    if (hash >= 0) return this.#inWorkspace(name, hash, lenient);
    const phase = this.#phaseAt(name, text, lenient);
    return phase && this.#own(phase, origin);
  }

  #own(phase: PhaseName, origin: Located['origin']): PhaseReference {
    return {phase, where: {kind: 'own'}, optional: this.#scripts.has(phase), origin};
  }

  #inWorkspace({text, origin}: Located, hash: number, lenient: boolean): PhaseReference | undefined {
    const written = text.slice(0, hash);
    const workspace = this.workspace(written) ?? (this.#alone ? (written as WorkspaceName) : undefined);
    if (workspace === undefined) {
      const near = nearestName(written, this.#workspaces.keys());
      const message = `there is no workspace called "${written}"`;
      const hint =
        near === undefined
          ? 'A name of the form workspace#phase is a phase of that workspace.'
          : `Did you mean "${near}${text.slice(hash)}"?`;
      this.#report({severity: 'error', code: 'E_UNKNOWN_WORKSPACE', message, hint, origin});
      return undefined;
    }
    const phase = this.#phaseAt({text: text.slice(hash + 1), origin}, text.slice(hash + 1), lenient);
    return phase && {phase, where: {kind: 'workspace', name: workspace}, optional: false, origin};
  }

  #phaseAt({text, origin}: Located, written: string, lenient: boolean): PhaseName | undefined {
    if (this.#phases.has(text)) return this.#target(text);
    const near = nearestName(text, this.#phases);
    const suggestion =
      near === undefined ? undefined : `Did you mean "${written.slice(0, written.length - text.length)}${near}"?`;
    if (lenient) {
      const builtIn = this.#builtIn.has(text);
      this.#report({
        severity: 'warning',
        code: 'W_UNKNOWN_PHASE',
        message: builtIn
          ? `"${text}" is built into cargo-make, not into paceline: no plan can have it`
          : `there is no phase called "${text}": no plan can have it`,
        hint: builtIn ? `Define [tasks.${text}].` : (suggestion ?? 'Define it, or remove the name.'),
        origin,
      });
      return text as PhaseName;
    }
    const hint =
      suggestion ??
      (this.#phases.size === 0
        ? 'The file defines no phases.'
        : `Known: ${[...this.#phases].slice(0, 12).join(', ')}.`);
    this.#report({
      severity: 'error',
      code: 'E_UNKNOWN_PHASE',
      message: `there is no phase called "${text}"`,
      hint,
      origin,
    });
    return undefined;
  }

  /** The phase that a name stands for, past aliases. */
  #target(name: string): PhaseName {
    const seen = new Set<string>();
    let target = name;
    for (
      let next = this.#aliases.get(target);
      next !== undefined && !seen.has(next);
      next = this.#aliases.get(target)
    ) {
      seen.add(target);
      target = next;
    }
    return target as PhaseName;
  }
}
