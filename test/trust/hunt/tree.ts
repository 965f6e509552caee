import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {dirname} from 'node:path';

/** A file, a link or an empty folder. Folders that hold something are there because of what they hold. */
export type Entry =
  | {readonly kind: 'file'; readonly mode: number; readonly bytes: Buffer}
  | {readonly kind: 'link'; readonly target: string}
  | {readonly kind: 'folder'};

/** Everything in a folder, by path. */
export type Tree = ReadonlyMap<string, Entry>;

export function readTree(root: string, isLeftOut: (path: string) => boolean): Tree {
  const tree = new Map<string, Entry>();
  const enter = (folder: string): void => {
    const entries = readdirSync(`${root}/${folder}`, {withFileTypes: true});
    if (entries.length === 0 && folder !== '') tree.set(folder, {kind: 'folder'});
    for (const entry of entries) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (isLeftOut(path)) continue;
      if (entry.isDirectory()) enter(path);
      else if (entry.isSymbolicLink()) tree.set(path, {kind: 'link', target: readlinkSync(`${root}/${path}`)});
      else {
        const bytes = readFileSync(`${root}/${path}`);
        tree.set(path, {kind: 'file', mode: lstatSync(`${root}/${path}`).mode & 0o7777, bytes});
      }
    }
  };
  enter('');
  return tree;
}

export function writeTree(root: string, tree: Tree): void {
  mkdirSync(root, {recursive: true});
  for (const [path, entry] of tree) writeEntry(`${root}/${path}`, entry);
}

/** Replaces what is there. */
export function writeEntry(path: string, entry: Entry): void {
  rmSync(path, {recursive: true, force: true});
  mkdirSync(entry.kind === 'folder' ? path : dirname(path), {recursive: true});
  if (entry.kind === 'file') {
    writeFileSync(path, entry.bytes);
    chmodSync(path, entry.mode);
  } else if (entry.kind === 'link') symlinkSync(entry.target, path);
}

export function isSameEntry(a: Entry | undefined, b: Entry | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (a.kind === 'file') return b.kind === 'file' && a.mode === b.mode && a.bytes.equals(b.bytes);
  if (a.kind === 'link') return b.kind === 'link' && a.target === b.target;
  return b.kind === 'folder';
}

/** One line for every path at which two trees are not the same. */
export function differences(actual: Tree, expected: Tree): readonly string[] {
  const paths = [...new Set([...actual.keys(), ...expected.keys()])].sort();
  return paths.flatMap((path) => {
    const [is, shouldBe] = [actual.get(path), expected.get(path)];
    return isSameEntry(is, shouldBe) ? [] : [`${path}: is ${text(is)}, should be ${text(shouldBe)}`];
  });
}

function text(entry: Entry | undefined): string {
  if (entry === undefined) return 'not there';
  if (entry.kind === 'link') return `a link to ${entry.target}`;
  if (entry.kind === 'folder') return 'an empty folder';
  return `${entry.mode.toString(8)} ${JSON.stringify(entry.bytes.toString('utf8').slice(0, 2000))}`;
}
