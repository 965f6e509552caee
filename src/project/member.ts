import type {Origin} from '../base/source.ts';
import type {PackageManager, PackageManifest, WorkspaceName} from './project.ts';

/** A workspace before its phases are known. */
export interface Member {
  readonly name: WorkspaceName;
  /** Relative to the root with `/`; '' for the root. */
  readonly directory: string;
  readonly manifest?: PackageManifest;
  /** Where each script of its package.json is written. */
  readonly scriptOrigins?: ReadonlyMap<string, Origin>;
  /** Names and ranges of all kinds of dependencies in its package.json. */
  readonly packageRanges?: ReadonlyMap<string, string>;
  /** Other members that its manifest names as dependencies of any kind. */
  readonly dependencies: readonly WorkspaceName[];
  readonly origin: Origin;
}

/** All members of a project, the root first, then by folder. */
export interface Members {
  readonly members: readonly Member[];
  readonly packageManager?: PackageManager;
  /** Files that were read, relative to the root. */
  readonly files: readonly string[];
  /** Folders whose entries were read, relative to the root: a new member changes one of them. */
  readonly folders?: readonly string[];
}

/** What a make.toml itself says about its members: `[workspace.web] path = "apps/web"` or `[workspace] members = ["packages/*"]`. */
export interface MemberDeclaration {
  readonly kind: 'path' | 'glob';
  /** The workspace's name, for `path`. */
  readonly name?: string;
  readonly path: string;
  readonly origin: Origin;
}
