import type {Origin} from '../base/source.ts';
import type {CrateFile} from './crate-file.ts';
import type {MemberDeclaration} from './member.ts';
import type {FolderGlob} from './member-folders.ts';
import type {PackageFile} from './package-file.ts';

/** A folder that is a member, before it has its name. */
export interface MemberFolder {
  /** Relative to the root; '' for the root. */
  readonly directory: string;
  /** The name that a make.toml gives it. */
  readonly declaredName?: string;
  readonly declared: FolderGlob | MemberDeclaration;
  readonly package?: PackageFile;
  readonly crate?: CrateFile;
}

/** The line that declared it, else the first line of its manifest. */
export function originOf(folder: MemberFolder): Origin {
  const file = folder.package?.file ?? folder.crate?.file;
  return folder.declaredName !== undefined || file === undefined ? folder.declared.origin : {file, line: 1, column: 1};
}
