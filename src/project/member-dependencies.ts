import {posix} from 'node:path';
import type {MemberFolder} from './member-folder.ts';
import type {NamedFolder} from './member-names.ts';
import {rangeMayLink} from './package-range.ts';
import {ROOT_WORKSPACE, type WorkspaceName} from './project.ts';

/** Which members each member depends on, as its package manager (npm, pnpm, yarn, Cargo) would link them. */
export function dependenciesBetween(
  named: readonly NamedFolder[],
): ReadonlyMap<WorkspaceName, readonly WorkspaceName[]> {
  const members = new LinkableMembers(named);
  return new Map(named.map(({name, folder}) => [name, members.dependenciesOf(name, folder)]));
}

class LinkableMembers {
  readonly #byPackage = new Map<string, NamedFolder>();
  readonly #byDirectory = new Map<string, NamedFolder>();

  constructor(named: readonly NamedFolder[]) {
    for (const member of named) {
      const packageName = member.folder.package?.manifest.name;
      if (packageName !== undefined && !this.#byPackage.has(packageName)) this.#byPackage.set(packageName, member);
      // A declared path of `.` is a second name for the root folder, and the later one in the list.
      if (!this.#byDirectory.has(member.folder.directory)) this.#byDirectory.set(member.folder.directory, member);
    }
  }

  dependenciesOf(name: WorkspaceName, folder: MemberFolder): readonly WorkspaceName[] {
    const found = new Set<WorkspaceName>();
    for (const [key, range] of folder.package?.ranges ?? []) {
      const target = this.#target(folder.directory, key, range);
      if (target !== undefined) found.add(target);
    }
    for (const path of folder.crate?.dependencies ?? []) {
      const target = this.#byDirectory.get(path)?.name;
      if (target !== undefined) found.add(target);
    }
    found.delete(name);
    return [...found];
  }

  #target(directory: string, key: string, range: string): WorkspaceName | undefined {
    const protocol = /^([a-z][a-z+]*):(.*)$/.exec(range);
    if (protocol === null) {
      const member = this.#byPackage.get(key);
      if (member === undefined || member.name === ROOT_WORKSPACE || range.includes('/')) return undefined; // `owner/repository`
      return rangeMayLink(range, member.folder.package?.manifest.version) ? member.name : undefined;
    }
    const [, kind, rest = ''] = protocol;
    switch (kind) {
      case 'workspace': {
        if (/^\.{0,2}\//.test(rest)) return this.#byDirectory.get(posix.join(directory, rest))?.name;
        const alias = /^(.+)@[^@/]*$/.exec(rest);
        return this.#byPackage.get(alias?.[1] ?? key)?.name;
      }
      case 'file':
      case 'link':
      case 'portal':
        return this.#byDirectory.get(posix.join(directory, rest).replace(/\/$/, ''))?.name;
      case 'catalog':
        return this.#byPackage.get(key)?.name;
      default:
        return undefined;
    }
  }
}
