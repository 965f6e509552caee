import type {Declared} from '../declared/declared.ts';
import type {Members} from '../member.ts';
import type {WorkspaceName} from '../project.ts';

/** The files of a project and its members. */
export interface Parts {
  readonly top: Declared;
  /** The members' own files. */
  readonly own: ReadonlyMap<WorkspaceName, Declared>;
  readonly found: Members;
  /** The file is read by itself: nothing is known about members. */
  readonly alone: boolean;
}
