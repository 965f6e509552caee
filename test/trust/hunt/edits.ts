import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import {dirname, join} from 'node:path';
import {PACKAGES, type Settings} from './settings.ts';
import {isSameEntry, readTree} from './tree.ts';
import {
  becomes,
  type Checkout,
  configure,
  FIRST_IGNORED,
  installTool,
  isLeftOut,
  sourcesOf,
  type World,
  write,
} from './world.ts';

/** Something that happens to a checkout or to what is around it between two runs. Does nothing where it makes no sense. */
export type Edit = {readonly at: number} & Change;

type Change =
  | {readonly kind: 'write'; readonly path: string; readonly text: string}
  /** Other content of the same size, and the old mtime. */
  | {readonly kind: 'write-unseen'; readonly path: string; readonly text: string}
  /** Through another name of the same file. */
  | {readonly kind: 'write-through'; readonly path: string; readonly text: string}
  /** A new file takes the place of the old one, with its mtime. */
  | {readonly kind: 'replace'; readonly path: string; readonly text: string}
  | {readonly kind: 'touch'; readonly path: string; readonly seconds: number}
  | {readonly kind: 'remove'; readonly path: string}
  | {readonly kind: 'rename'; readonly path: string; readonly to: string}
  | {readonly kind: 'swap'; readonly path: string; readonly with: string}
  | {readonly kind: 'mode'; readonly path: string; readonly mode: number}
  | {readonly kind: 'link'; readonly path: string; readonly target: string}
  | {readonly kind: 'empty-folder'; readonly path: string}
  /** A file where a folder was, or the other way round. */
  | {readonly kind: 'turn'; readonly path: string}
  | {readonly kind: 'ignore'; readonly path: string; readonly lines: readonly string[]}
  | {readonly kind: 'variable'; readonly name: string; readonly value: string | null}
  | {readonly kind: 'tool'; readonly version: string}
  | {readonly kind: 'settings'; readonly change: Partial<Settings>}
  | {readonly kind: 'label'; readonly task: string; readonly value: number}
  | {readonly kind: 'packages'; readonly name: string}
  | {readonly kind: 'tamper'; readonly number: number; readonly how: 'write' | 'unseen' | 'remove' | 'mode' | 'link'}
  | {readonly kind: 'stray'; readonly folder: string; readonly text: string}
  | {readonly kind: 'wipe'; readonly folder: string}
  /** As after a fresh clone. */
  | {readonly kind: 'forget'}
  | {readonly kind: 'index'; readonly how: 'remove' | 'break'}
  | {readonly kind: 'back'; readonly number: number}
  /** Gets the sources of the other checkout. */
  | {readonly kind: 'pull'}
  | {readonly kind: 'pause'; readonly ms: number};

export type EditKind = Change['kind'];

export function applyEdit(world: World, edit: Edit): void {
  const checkout = world.checkouts[edit.at % world.checkouts.length]!;
  try {
    change(world, checkout, edit);
  } catch (error) {
    // something is in the way: then this edit does nothing
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  }
}

function change(world: World, checkout: Checkout, edit: Edit): void {
  const full = (path: string): string => join(checkout.root, path);
  switch (edit.kind) {
    case 'write':
      if (!isLink(full(edit.path)) && hasParent(full(edit.path))) write(checkout, edit.path, edit.text);
      break;
    case 'write-unseen':
      if (isFile(full(edit.path))) writeUnseen(full(edit.path), edit.text);
      break;
    case 'write-through':
      if (isFile(full(edit.path))) {
        linkSync(full(edit.path), join(world.folder, 'other-name'));
        writeFileSync(join(world.folder, 'other-name'), edit.text);
        unlinkSync(join(world.folder, 'other-name'));
      }
      break;
    case 'replace':
      if (isFile(full(edit.path))) {
        const {mtime, mode} = lstatSync(full(edit.path));
        writeFileSync(join(world.folder, 'new'), edit.text, {mode});
        utimesSync(join(world.folder, 'new'), mtime, mtime);
        renameSync(join(world.folder, 'new'), full(edit.path));
      }
      break;
    case 'touch':
      if (isFile(full(edit.path))) utimesSync(full(edit.path), edit.seconds, edit.seconds);
      break;
    case 'remove':
      rmSync(full(edit.path), {recursive: true, force: true});
      break;
    case 'rename':
      if (hasParent(full(edit.to)) && !existsSync(full(edit.to))) renameSync(full(edit.path), full(edit.to));
      break;
    case 'swap':
      if (isFile(full(edit.path)) && isFile(full(edit.with))) {
        renameSync(full(edit.path), join(world.folder, 'swapped'));
        renameSync(full(edit.with), full(edit.path));
        renameSync(join(world.folder, 'swapped'), full(edit.with));
      }
      break;
    case 'mode':
      if (isFile(full(edit.path))) chmodSync(full(edit.path), edit.mode);
      break;
    case 'link':
      if (hasParent(full(edit.path)) && !isFolder(full(edit.path))) {
        rmSync(full(edit.path), {force: true});
        symlinkSync(edit.target, full(edit.path));
      }
      break;
    case 'empty-folder':
      if (hasParent(dirname(full(edit.path)))) mkdirSync(full(edit.path), {recursive: true});
      break;
    case 'turn':
      if (isFolder(full(edit.path))) {
        rmSync(full(edit.path), {recursive: true});
        writeFileSync(full(edit.path), 'text 50\n');
      } else if (isFile(full(edit.path))) {
        rmSync(full(edit.path));
        mkdirSync(full(edit.path));
        writeFileSync(join(full(edit.path), 'inner.txt'), 'text 51\n');
      }
      break;
    case 'ignore':
      if (hasParent(full(edit.path))) {
        const base = edit.path === '.gitignore' ? FIRST_IGNORED : [];
        if (base.length + edit.lines.length === 0) rmSync(full(edit.path), {force: true});
        else writeFileSync(full(edit.path), `${[...base, ...edit.lines].join('\n')}\n`);
      }
      break;
    case 'variable': {
      const {[edit.name]: _old, ...env} = world.env;
      world.env = edit.value === null ? env : {...env, [edit.name]: edit.value};
      break;
    }
    case 'tool':
      installTool(world, edit.version);
      break;
    case 'settings':
      configure(checkout, {...checkout.settings, ...edit.change});
      break;
    case 'label':
      configure(checkout, {
        ...checkout.settings,
        labels: {...checkout.settings.labels, [edit.task]: edit.value},
      });
      break;
    case 'packages': {
      const {packages} = checkout.settings;
      const rest = packages.filter((name) => name !== edit.name);
      configure(checkout, {
        ...checkout.settings,
        packages:
          rest.length < packages.length ? rest : PACKAGES.filter((name) => name === edit.name || rest.includes(name)),
      });
      break;
    }
    case 'tamper':
      tamper(checkout, edit.number, edit.how);
      break;
    case 'stray':
      if (isFolder(full(edit.folder))) writeFileSync(join(full(edit.folder), 'stray.txt'), edit.text);
      break;
    case 'wipe':
      for (const path of checkout.outputs)
        if (path.startsWith(edit.folder)) rmSync(full(path), {recursive: true, force: true});
      removeEmpty(checkout, edit.folder);
      break;
    case 'forget':
      for (const path of checkout.outputs) rmSync(full(path), {recursive: true, force: true});
      removeEmpty(checkout, '');
      rmSync(full('.paceline'), {recursive: true, force: true});
      for (const rest of ['packages/h/.memo', 'packages/h/lib', 'packages/h/libs', 'packages/g/out'])
        rmSync(full(rest), {recursive: true, force: true});
      break;
    case 'index':
      if (edit.how === 'remove') rmSync(full('.paceline/cache/index'), {force: true});
      else if (existsSync(full('.paceline/cache/index'))) {
        const bytes = readFileSync(full('.paceline/cache/index'));
        bytes[bytes.length >> 2] = (bytes[bytes.length >> 2] ?? 0) ^ 1;
        writeFileSync(full('.paceline/cache/index'), bytes);
      }
      break;
    case 'back': {
      const state = checkout.earlier[edit.number % Math.max(1, checkout.earlier.length)];
      if (state !== undefined) takeOver(checkout, state);
      break;
    }
    case 'pull': {
      const other = world.checkouts.find((one) => one !== checkout);
      if (other !== undefined) takeOver(checkout, {sources: sourcesOf(other), settings: other.settings});
      break;
    }
    case 'pause':
      // files whose times are older than a tick of the clock are trusted
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, edit.ms);
      break;
  }
}

function takeOver(checkout: Checkout, {sources, settings}: Checkout['earlier'][number]): void {
  const now = sourcesOf(checkout);
  const own = new Map([...sources].filter(([path]) => !path.endsWith('stray.txt')));
  becomes(checkout, own, settings, (path) => isSameEntry(now.get(path), own.get(path)));
}

function writeUnseen(path: string, text: string): void {
  const {atime, mtime, size} = lstatSync(path);
  writeFileSync(path, text.padEnd(size, '.').slice(0, size));
  utimesSync(path, atime, mtime);
}

function tamper({root, outputs}: Checkout, number: number, how: 'write' | 'unseen' | 'remove' | 'mode' | 'link'): void {
  const paths = [...outputs].sort();
  const path = paths[number % Math.max(1, paths.length)];
  if (path === undefined) return;
  const full = join(root, path);
  if (how === 'remove') rmSync(full, {recursive: true, force: true});
  else if (how === 'link' && !isFolder(full)) {
    rmSync(full, {force: true});
    symlinkSync('nowhere', full);
  } else if (!isFile(full)) return;
  else if (how === 'write') writeFileSync(full, 'not what it was\n');
  else if (how === 'mode') chmodSync(full, (statSync(full).mode & 0o777) ^ 0o100);
  else writeUnseen(full, 'X'.repeat(statSync(full).size));
}

/** Folders in the places of outputs that hold nothing any more. */
function removeEmpty({root}: Checkout, below: string): void {
  for (const [path, entry] of readTree(root, isLeftOut))
    if (entry.kind === 'folder' && path.startsWith(below) && OUTPUT_FOLDER.test(path)) {
      for (
        let folder = path;
        OUTPUT_FOLDER.test(folder) && readdirSync(join(root, folder)).length === 0;
        folder = dirname(folder)
      )
        rmSync(join(root, folder), {recursive: true});
    }
}

const OUTPUT_FOLDER = /^(?:gen|packages\/\w+\/(?:dist|made|out|libs?))(?:\/|$)/;

function isLink(path: string): boolean {
  return lstatSync(path, {throwIfNoEntry: false})?.isSymbolicLink() === true;
}

function isFile(path: string): boolean {
  return lstatSync(path, {throwIfNoEntry: false})?.isFile() === true;
}

function isFolder(path: string): boolean {
  return lstatSync(path, {throwIfNoEntry: false})?.isDirectory() === true;
}

/** Never writes into a package that is gone, or through a link. */
function hasParent(path: string): boolean {
  return isFolder(dirname(path));
}
