/** A place in a file that somebody wrote. `line` and `column` count from 1; `file` is relative to the project root, with `/`. */
export interface Origin {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Characters to underline from `column`; 1 when absent. */
  readonly length?: number;
}

/** Something that is wrong with, or not honoured in, what somebody wrote. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  /** A stable code with an entry in docs/errors.md: `E_...` for errors, `W_...` for warnings. */
  readonly code: string;
  /** One sentence for a person, without the place. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
  readonly origin: Origin;
}
