import type {Members} from '../member.ts';
import type {DraftTable} from './toml-text.ts';

/** The part of a draft that depends on where the phases come from. */
export interface PhaseDrafts {
  readonly found: Members;
  readonly tables: readonly DraftTable[];
  /** A make.toml for each package in which phases differ from the rest. */
  readonly others: readonly MemberDraft[];
}

export interface MemberDraft {
  /** Relative to the root. */
  readonly file: string;
  readonly tables: readonly DraftTable[];
}
