import {
  appendFileSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
} from 'node:fs';
import {join} from 'node:path';
import type {Edit, OutputCheck, Workload} from './workload.ts';

/**
 * Moves what matches out of the way, into a fresh folder under `aside`. Moved and not deleted: ext4 is slow to create files for
 * minutes after a large deletion, which would be charged to whoever runs next. `aside` must be on the same file system.
 */
export function setAside(folder: string, paths: readonly string[], aside: string): void {
  mkdirSync(aside, {recursive: true});
  let place = readdirSync(aside).length;
  for (const path of paths) {
    for (const found of path.includes('*') ? globSync(path, {cwd: folder}) : [path]) {
      if (existsSync(join(folder, found))) renameSync(join(folder, found), join(aside, String(place++)));
    }
  }
}

/** The outputs of every package's build. */
export const outputFoldersOf = ({members}: Workload): readonly string[] =>
  members.map((member) => `${member.folder}/dist`);

export function applyEdit(folder: string, {member, path, addition}: Edit): void {
  const file = join(folder, member.folder, path);
  appendFileSync(file, addition(readFileSync(file, 'utf8')));
}

/** Packages whose main output was written at or after a moment (ms since 1970), unless with an older time put on it. */
export function writtenSince(folder: string, {kind, members}: Workload, sinceMs: number): readonly string[] {
  const timeOf = (file: string): number => (existsSync(file) ? statSync(file).mtimeMs : 0);
  return members.filter((one) => timeOf(join(folder, one.folder, kind.mainOutput)) >= sinceMs).map(({id}) => id);
}

/** Contents by path, relative to a folder. */
export type Contents = ReadonlyMap<string, Buffer>;

/** Files below a folder, in the order in which a shell expands a glob; none when there is no folder. */
export function contentsOf(folder: string): Contents {
  if (!existsSync(folder)) return new Map();
  const files = readdirSync(folder, {recursive: true, encoding: 'utf8'}).filter((file) =>
    statSync(join(folder, file)).isFile(),
  );
  return new Map(files.sort().map((file) => [file, readFileSync(join(folder, file))]));
}

/** A check of each package's dist, given what it should hold when the package lies in a folder. */
export function outputCheck({members}: Workload, expectedOf: (id: string, folder: string) => Contents): OutputCheck {
  return (copy) => {
    const wrong = members.flatMap(({id, folder}) => {
      const found = contentsOf(join(copy, folder, 'dist'));
      const difference = differenceBetween(found, expectedOf(id, join(copy, folder)));
      return difference === undefined ? [] : [`${folder}/dist/${difference}`];
    });
    return wrong.length === 0 ? '' : `${wrong.length} of ${members.length} packages: ${wrong[0]}`;
  };
}

function differenceBetween(found: Contents, expected: Contents): string | undefined {
  const extra = [...found.keys()].find((file) => !expected.has(file));
  if (extra !== undefined) return `${extra} is left over`;
  for (const [file, bytes] of expected) {
    const own = found.get(file);
    if (own === undefined) return `${file} is missing`;
    if (!bytes.equals(own)) return `${file} differs`;
  }
  return undefined;
}
