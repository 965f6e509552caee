import {type Digest, digestOf, EMPTY_DIGEST, type Hash} from './digest.ts';
import type {FileIndex, Slot} from './file-index.ts';
import {encodeDirectory} from './remote-api/encode.ts';
import type {ActionResult, Directory, FileNode, SymlinkNode} from './remote-api/messages.ts';

type Outputs = Pick<ActionResult, 'outputFiles' | 'outputDirectories' | 'outputSymlinks'>;

/** What lies in a folder, by name. */
interface Content {
  readonly files: ReadonlyMap<string, FileNode>;
  readonly links: ReadonlyMap<string, SymlinkNode>;
  readonly folders: ReadonlyMap<string, InputTree>;
}

/** A folder of the Merkle tree that an action is given as its input; never changed once made. */
export class InputTree {
  static readonly empty = new InputTree({files: new Map(), links: new Map(), folders: new Map()});
  #content: Content | (() => InputTree);
  #digest: Digest | undefined;

  private constructor(content: Content | (() => InputTree), digest?: Digest) {
    this.#content = content;
    this.#digest = digest;
  }

  /**
   * A tree in which a single folder lies, somewhere below the root, whose digest is known already.
   * @param path relative to the root; '' is the root itself
   * @param make makes the folder when its content is needed after all
   */
  static placed(path: string, digest: Digest, make: () => InputTree): InputTree {
    const names = path === '' ? [] : path.split('/');
    let tree = new InputTree(make, digest);
    for (const name of names.reverse())
      tree = new InputTree({files: new Map(), links: new Map(), folders: new Map([[name, tree]])});
    return tree;
  }

  /** The folder at a path; an empty one where there is none. */
  at(path: string): InputTree {
    let tree: InputTree = this;
    for (const name of path === '' ? [] : path.split('/')) tree = tree.#contents.folders.get(name) ?? InputTree.empty;
    return tree;
  }

  get #contents(): Content {
    if (typeof this.#content === 'function') this.#content = this.#content().#contents;
    return this.#content;
  }

  /** Of the encoded Directory message. */
  get digest(): Digest {
    this.#digest ??= digestOf(encodeDirectory(this.message));
    return this.#digest;
  }

  get message(): Directory {
    const {files, links, folders} = this.#contents;
    return {
      files: [...files.values()].sort(byName),
      directories: [...folders].map(([name, folder]) => ({name, digest: folder.digest})).sort(byName),
      symlinks: [...links.values()].sort(byName),
    };
  }

  /** The tree of these files of an index, at their paths. */
  static of(index: FileIndex, slots: Iterable<Slot>): InputTree {
    const root = new Draft();
    // files of a folder follow each other
    let folder = root;
    let entered = '';
    for (const slot of slots) {
      const path = index.paths[slot] ?? '';
      const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')));
      const kind = index.kind(slot);
      if (kind === 'missing') continue;
      if (kind === 'directory') {
        root.below(path);
        continue;
      }
      if (parent !== entered) {
        folder = root.below(parent);
        entered = parent;
      }
      folder.add(index, slot, parent === '' ? path : path.slice(parent.length + 1));
    }
    return root.finished();
  }

  /** Everything of all of them. Parts that only one of them has stay what they are, with their digests. */
  static merged(trees: readonly InputTree[]): InputTree {
    const [first = InputTree.empty, ...others] = trees;
    if (others.length === 0) return first;
    const files = new Map<string, FileNode>();
    const links = new Map<string, SymlinkNode>();
    const folders = new Map<string, InputTree[]>();
    for (const tree of trees) {
      const own = tree.#contents;
      for (const [name, file] of own.files) files.set(name, file);
      for (const [name, link] of own.links) links.set(name, link);
      for (const [name, folder] of own.folders) {
        const list = folders.get(name);
        if (list === undefined) folders.set(name, [folder]);
        else if (!list.includes(folder)) list.push(folder);
      }
    }
    for (const name of files.keys()) links.delete(name);
    for (const name of folders.keys()) {
      files.delete(name);
      links.delete(name);
    }
    return new InputTree({
      files,
      links,
      folders: new Map([...folders].map(([name, list]) => [name, InputTree.merged(list)])),
    });
  }

  /** The tree of the outputs of a result, whether they are in place or not. `folder`: the workspace. */
  static ofResult(result: Outputs, folder: string): InputTree {
    const root = new Draft();
    root.addResult(result, folder);
    return root.finished();
  }

  static make(
    files: ReadonlyMap<string, FileNode>,
    links: ReadonlyMap<string, SymlinkNode>,
    folders: ReadonlyMap<string, InputTree>,
  ): InputTree {
    return new InputTree({files, links, folders});
  }
}

/** A folder while it is filled. */
class Draft {
  readonly #files = new Map<string, FileNode>();
  readonly #links = new Map<string, SymlinkNode>();
  readonly #folders = new Map<string, Draft>();

  /** A file or a link. */
  add(index: FileIndex, slot: Slot, name: string): void {
    if (index.kind(slot) === 'link') this.#links.set(name, {name, target: index.target(slot)});
    else this.#files.set(name, fileNode(index, slot, name));
  }

  addResult({outputFiles, outputSymlinks, outputDirectories}: Outputs, base: string): void {
    const full = (path: string): string => (base === '' ? path : `${base}/${path}`);
    for (const {path, digest, isExecutable} of outputFiles) {
      const [folder, name] = this.#place(full(path));
      folder.#files.set(name, {name, digest, isExecutable});
    }
    for (const {path, target} of outputSymlinks) {
      const [folder, name] = this.#place(full(path));
      folder.#links.set(name, {name, target});
    }
    for (const {path} of outputDirectories) this.below(full(path));
  }

  #place(path: string): readonly [folder: Draft, name: string] {
    const end = path.lastIndexOf('/');
    return [this.below(end < 0 ? '' : path.slice(0, end)), path.slice(end + 1)];
  }

  finished(): InputTree {
    // a link that was followed is the folder behind it
    for (const name of this.#folders.keys()) this.#links.delete(name);
    return InputTree.make(
      this.#files,
      this.#links,
      new Map([...this.#folders].map(([name, draft]) => [name, draft.finished()])),
    );
  }

  below(path: string): Draft {
    if (path === '') return this;
    const end = path.indexOf('/');
    const name = end < 0 ? path : path.slice(0, end);
    let folder = this.#folders.get(name);
    if (folder === undefined) {
      folder = new Draft();
      this.#folders.set(name, folder);
    }
    return end < 0 ? folder : folder.below(path.slice(end + 1));
  }
}

function fileNode(index: FileIndex, slot: Slot, name: string): FileNode {
  const hash = index.hash(slot);
  const digest = hash === ('' as Hash) ? EMPTY_DIGEST : {hash, size: index.size(slot)};
  return {name, digest, isExecutable: index.isExecutable(slot)};
}

function byName({name: a}: {readonly name: string}, {name: b}: {readonly name: string}): number {
  // the order of UTF-16 differs from that of UTF-8 for rare letters only; the encoder puts those right
  return a < b ? -1 : a > b ? 1 : 0;
}
