import type {Diagnostic, Origin} from './source.ts';

export interface PacelineErrorDetails {
  /** What to do about it, in one sentence. */
  readonly hint?: string;
  readonly origin?: Origin;
  /** Every problem found, where there is more than one (config files). */
  readonly diagnostics?: readonly Diagnostic[];
  readonly cause?: unknown;
}

/**
 * A failure that was expected and that a person can mend. Its `code` is stable and has an entry in docs/errors.md.
 * Anything else that is thrown is a bug.
 */
export class PacelineError extends Error {
  override readonly name = 'PacelineError';
  readonly code: string;
  readonly hint: string | undefined;
  readonly origin: Origin | undefined;
  readonly diagnostics: readonly Diagnostic[];

  constructor(code: string, message: string, details: PacelineErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : {cause: details.cause});
    this.code = code;
    this.hint = details.hint;
    this.origin = details.origin;
    this.diagnostics = details.diagnostics ?? [];
  }
}
