import {existsSync, globSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync} from 'node:fs';
import {join} from 'node:path';
import type {Workload} from './workload.ts';

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

/** What is wrong with the outputs of `build`: '' when every package holds what its sources say, byte for byte, and nothing else. */
export function wrongOutputs(folder: string, {members}: Workload): string {
  const wrong = members.flatMap((member) => {
    const difference = differenceIn(join(folder, member.folder));
    return difference === undefined ? [] : [`${member.folder}/dist/${difference}`];
  });
  return wrong.length === 0 ? '' : `${wrong.length} of ${members.length} packages: ${wrong[0]}`;
}

function differenceIn(member: string): string | undefined {
  const sources = filesIn(join(member, 'src'));
  const expected = new Map(sources.map((file) => [file, readFileSync(join(member, 'src', file))]));
  expected.set(
    'bundle.js',
    Buffer.concat(
      sources.filter((file) => file.endsWith('.ts')).map((file) => readFileSync(join(member, 'src', file))),
    ),
  );
  const found = filesIn(join(member, 'dist'));
  const extra = found.find((file) => !expected.has(file));
  if (extra !== undefined) return `${extra} is left over`;
  for (const [file, bytes] of expected) {
    if (!found.includes(file)) return `${file} is missing`;
    if (!bytes.equals(readFileSync(join(member, 'dist', file)))) return `${file} differs`;
  }
  return undefined;
}

/** Files below a folder, in the order in which a shell expands a glob; none when there is no folder. */
function filesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, {recursive: true, encoding: 'utf8'})
    .filter((file) => statSync(join(folder, file)).isFile())
    .sort();
}
