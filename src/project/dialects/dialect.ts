import type {Diagnostic} from '../../base/source.ts';
import type {Member, Members} from '../member.ts';
import type {Dialect, Phase, PhaseName, Project, WorkspaceName} from '../project.ts';

/** What every reader gets. */
export interface DialectContext {
  /** Absolute path. */
  readonly root: string;
  /** The env profile that was asked for. */
  readonly profile?: string;
  /** The environment: it may name a profile, the most of a pool, and the socket of the container engine. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly report: (diagnostic: Diagnostic) => void;
}

/** What every reader returns; `load.ts` makes the Project of it. */
export interface DialectResult
  extends Omit<Project, 'root' | 'workspaces' | 'files' | 'diagnostics' | 'dialect' | 'packageManager'> {
  readonly dialect: Dialect;
  readonly found: Members;
  /** For each member (the root too) the phases that a request for them runs there. */
  readonly phasesOf: (member: Member) => ReadonlyMap<PhaseName, Phase>;
  /** Dependencies between workspaces that the dialect adds to those of the manifests. */
  readonly extraDependencies?: ReadonlyMap<WorkspaceName, readonly WorkspaceName[]>;
  /** What the files say about members, for lists. */
  readonly descriptions?: ReadonlyMap<WorkspaceName, string>;
  /** Files that were read besides those of `found`, relative to the root. */
  readonly files: readonly string[];
}
