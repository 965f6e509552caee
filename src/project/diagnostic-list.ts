import {PacelineError} from '../base/error.ts';
import type {Diagnostic} from '../base/source.ts';

/** What is wrong with the files of a project, each thing once. */
export class DiagnosticList {
  readonly #found = new Map<string, Diagnostic>();

  add(diagnostic: Diagnostic): void {
    const {code, message, origin} = diagnostic;
    this.#found.set(`${code} ${origin.file}:${origin.line}:${origin.column} ${message}`, diagnostic);
  }

  /** In the order in which they were found. */
  get all(): readonly Diagnostic[] {
    return [...this.#found.values()];
  }

  /** @throws PacelineError that speaks for the first error and carries all of them, if there is any. */
  throwErrors(): void {
    const errors = this.all.filter(({severity}) => severity === 'error');
    const [first] = errors;
    if (first === undefined) return;
    const {code, message, hint, origin} = first;
    throw new PacelineError(code, message, {diagnostics: errors, origin, ...(hint !== undefined && {hint})});
  }
}
