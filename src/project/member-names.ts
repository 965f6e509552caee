import {posix} from 'node:path';
import type {Diagnostic} from '../base/source.ts';
import {type MemberFolder, originOf} from './member-folder.ts';
import {ROOT_WORKSPACE, type WorkspaceName} from './project.ts';

export interface NamedFolder {
  readonly name: WorkspaceName;
  readonly folder: MemberFolder;
}

/**
 * Names the members: as their make.toml declares, else as their manifest says, else after the folder (its path, when two folders
 * share a base name). Two members that claim the same name are an error; the first keeps it.
 */
export function namedFolders(
  top: MemberFolder,
  folders: readonly MemberFolder[],
  report: (diagnostic: Diagnostic) => void,
): readonly NamedFolder[] {
  const owners = new Map<string, MemberFolder>();
  const baseNames = new Map<string, number>();
  for (const folder of folders) {
    const name = claimedName(folder);
    const base = name ?? posix.basename(folder.directory);
    baseNames.set(base, (baseNames.get(base) ?? 0) + 1);
  }
  const named: NamedFolder[] = [{name: ROOT_WORKSPACE, folder: top}];
  for (const folder of folders) {
    const base = posix.basename(folder.directory);
    const name = claimedName(folder) ?? (baseNames.get(base) === 1 ? base : folder.directory);
    const owner = owners.get(name);
    if (owner !== undefined) {
      report(duplicate(name, owner, folder));
      continue;
    }
    owners.set(name, folder);
    named.push({name: name as WorkspaceName, folder});
  }
  return named;
}

function claimedName(folder: MemberFolder): string | undefined {
  return folder.declaredName ?? folder.package?.manifest.name ?? folder.crate?.name;
}

function duplicate(name: string, owner: MemberFolder, folder: MemberFolder): Diagnostic {
  const [first, second] = [originOf(owner), originOf(folder)];
  return {
    severity: 'error',
    code: 'E_DUPLICATE_WORKSPACE',
    message: `two workspaces are called "${name}": ${first.file}:${first.line} and ${second.file}:${second.line}`,
    hint: 'Give one of them another name.',
    origin: second,
  };
}
