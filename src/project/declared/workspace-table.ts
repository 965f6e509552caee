import {posix} from 'node:path';
import type {MemberDeclaration} from '../member.ts';
import type {Section} from '../toml/section.ts';
import type {DeclaredWorkspaces} from './declared.ts';

/** `[workspace]` and `[workspace.<name>]`. */
export function readWorkspaces(section: Section | undefined): DeclaredWorkspaces {
  const declarations: MemberDeclaration[] = [];
  const rootNames = new Set<string>();
  const descriptions = new Map<string, string>();
  for (const {text, origin} of section?.located('members') ?? []) declarations.push({kind: 'glob', path: text, origin});
  for (const [name, inner] of section?.namedSections() ?? []) {
    const written = inner.string('path');
    if (written === undefined) continue;
    const path = posix.normalize(written).replace(/\/$/, '');
    if (path === '.') rootNames.add(name);
    else declarations.push({kind: 'path', name, path, origin: inner.valueOrigin('path')});
    const description = inner.string('description');
    if (description !== undefined) descriptions.set(name, description);
  }
  return {declarations, rootNames, descriptions};
}
