import {readdirSync, readFileSync, realpathSync, statSync} from 'node:fs';
import {hashOf} from './digest.ts';
import type {FileIndex, Slot} from './file-index.ts';
import type {FileGlobs} from './patterns/file-globs.ts';
import {IgnoreRules} from './patterns/ignore-rules.ts';

/** Which files make a set; all paths and patterns are relative to the root of the checkout. */
export interface SetDefinition {
  /** Where the walks begin: folders, or files. */
  readonly roots: readonly string[];
  /** Files that belong to it; undefined: all that are met. */
  readonly wanted?: FileGlobs;
  /** Leave out what .gitignore files leave out. */
  readonly ignoring: boolean;
  /** Belong to it where `ignoring` would leave them out. */
  readonly kept?: (path: string) => boolean;
  /** Files that do not belong to it, whatever else holds; and whether whole folders do not. */
  readonly without?: (path: string, isFolder: boolean) => boolean;
  /** Do not look into the folders below a root. */
  readonly shallow?: boolean;
}

/** A set as it was found. */
export interface InputSet {
  /** In the order of the walk: `~slot` of a folder, then its files, then its folders, then END. */
  readonly shape: Int32Array;
  /** Files whose content decides what belongs to the set. */
  readonly rules: Int32Array;
  /** Stands for all paths and contents. */
  readonly digest: string;
  /** Clock of the index when it was made. */
  readonly clock: number;
  /** Why it cannot be known: a link that leads out, a name that is no text. */
  readonly problem?: string;
}

const END = 0x7fffffff;
/** Never part of any set: what is installed has a record of its own. */
const NEVER = new Set(['.git', 'node_modules', '.paceline', '.hg', '.svn', '.jj']);

/** Finds the files of sets, and finds out cheaply that nothing about them changed. */
export class InputSets {
  readonly #root: string;
  readonly #index: FileIndex;
  #realRoot: string | undefined;

  constructor(root: string, index: FileIndex) {
    this.#root = root;
    this.#index = index;
  }

  /** The set as it is now; `known` itself when nothing changed. One stat a file and folder. */
  current(definition: () => SetDefinition, known: InputSet | undefined, since: number): InputSet {
    // what was wrong may be right by now, without a file of the set having changed
    if (known === undefined || known.problem !== undefined) return this.#walk(definition(), undefined, since);
    const changed = this.#changes(known, since);
    if (changed === 'nothing') return known;
    if (changed === 'contents') return this.#finished(known.shape, known.rules, known.problem);
    return this.#walk(definition(), changed === 'folders' ? known : undefined, since);
  }

  /** Slots of the files and links, in order of the walk. */
  files(set: InputSet): readonly Slot[] {
    return [...set.shape].filter((entry) => entry >= 0 && entry !== END);
  }

  #changes({shape, rules, clock}: InputSet, since: number): 'nothing' | 'contents' | 'folders' | 'rules' {
    const index = this.#index;
    let contents = false;
    let folders = false;
    for (let at = 0; at < rules.length; at++) if (index.refresh(rules[at] ?? 0, since) > clock) return 'rules';
    for (let at = 0; at < shape.length; at++) {
      const entry = shape[at] ?? END;
      if (entry === END) continue;
      if (entry < 0) {
        if (index.refresh(~entry, since) > clock) folders = true;
      } else if (index.refresh(entry, since) > clock) {
        // what is no file any more is for the walk to see
        const kind = index.kind(entry);
        if (kind === 'file' || (kind === 'link' && !index.isFolderLink(entry))) contents = true;
        else folders = true;
      }
    }
    return folders ? 'folders' : contents ? 'contents' : 'nothing';
  }

  #walk(definition: SetDefinition, known: InputSet | undefined, since: number): InputSet {
    const walk = new Walk(this.#root, this.#index, definition, since, () => this.#real());
    if (known !== undefined) walk.remember(known);
    for (const root of [...definition.roots].sort())
      walk.from(root, definition.ignoring ? IgnoreRules.none : undefined);
    return this.#finished(Int32Array.from(walk.shape), Int32Array.from(walk.rules), walk.problem);
  }

  #finished(shape: Int32Array, rules: Int32Array, problem: string | undefined): InputSet {
    const index = this.#index;
    const lines: string[] = [];
    for (const entry of shape) {
      if (entry < 0 || entry === END) continue;
      const kind = index.kind(entry);
      if (kind === 'missing') continue;
      lines.push(
        `${index.paths[entry]}\0${kind}${index.isExecutable(entry) && kind === 'file' ? 'x' : ''}\0${index.hash(entry)}`,
      );
      if (kind === 'unreadable') problem ??= `${index.paths[entry]} cannot be read`;
    }
    return {
      shape,
      rules,
      digest: hashOf(lines.sort().join('\0\n')),
      clock: index.clock,
      ...(problem !== undefined && {problem}),
    };
  }

  #real(): string {
    this.#realRoot ??= realpathSync(this.#root);
    return this.#realRoot;
  }
}

interface KnownFolder {
  readonly files: readonly Slot[];
  readonly folders: readonly string[];
  readonly clock: number;
}

/** One walk over the folders of a set. Folders that did not change since the set was last made are not read again. */
class Walk {
  readonly shape: number[] = [];
  readonly rules: number[] = [];
  problem: string | undefined;
  readonly #root: string;
  readonly #index: FileIndex;
  readonly #definition: SetDefinition;
  readonly #since: number;
  readonly #realRoot: () => string;
  readonly #known = new Map<string, KnownFolder>();
  /** Files with rules as they were then; they need not belong to the set. */
  #knownRules: ReadonlySet<Slot> = new Set();
  readonly #behindLinks: string[] = [];

  constructor(root: string, index: FileIndex, definition: SetDefinition, since: number, realRoot: () => string) {
    this.#root = root;
    this.#index = index;
    this.#definition = definition;
    this.#since = since;
    this.#realRoot = realRoot;
  }

  remember({shape, rules, clock}: InputSet): void {
    this.#knownRules = new Set(rules);
    const open: {path: string; files: Slot[]; folders: string[]}[] = [];
    for (const entry of shape) {
      const folder = open.at(-1);
      if (entry === END) {
        if (folder !== undefined) this.#known.set(folder.path, {...folder, clock});
        open.pop();
      } else if (entry < 0) {
        const path = (this.#index.paths[~entry] ?? '').replace(/\/\.$/, '');
        folder?.folders.push(path);
        open.push({path, files: [], folders: []});
      } else folder?.files.push(entry);
    }
  }

  from(root: string, rules: IgnoreRules | undefined): void {
    const slot = this.#index.slot(root);
    this.#index.refresh(slot, this.#since);
    if (this.#index.kind(slot) === 'directory') this.#folder(root, this.#rulesAbove(root, rules));
    // as if it was an empty folder, so that it is noticed when it becomes a real one
    else if (this.#definition.without?.(root, false) === true) this.shape.push(~slot, END);
    else if (this.#isWanted(root)) this.#file(slot);
    // so that it is noticed when it becomes one
    else this.shape.push(slot);
  }

  #folder(path: string, above: IgnoreRules | undefined): void {
    const index = this.#index;
    // through a link, what is listed is the folder behind it
    const slot = index.slot(index.kind(index.slot(path)) === 'link' ? `${path}/.` : path);
    this.shape.push(~slot);
    const version = index.refresh(slot, this.#since);
    const known = this.#known.get(path);
    if (known !== undefined && version <= known.clock) {
      // the rules are those of then, or nothing would be remembered
      for (const file of known.files) {
        index.refresh(file, this.#since);
        this.shape.push(file);
      }
      const rules = above === undefined ? above : this.#rulesIn(path, above);
      for (const folder of known.folders) this.#folder(folder, rules);
    } else this.#listed(path, above);
    this.shape.push(END);
  }

  #listed(path: string, above: IgnoreRules | undefined): void {
    let entries: ReturnType<typeof list>;
    try {
      entries = list(`${this.#root}/${path}`);
    } catch (error) {
      this.problem ??= `${path === '' ? '.' : path} cannot be read: ${(error as Error).message}`;
      return;
    }
    const prefix = path === '' ? '' : `${path}/`;
    const hasRules = above !== undefined && entries.some(({name, isFile}) => isFile && name === '.gitignore');
    const rules = hasRules ? this.#withRulesOf(path, above) : above?.within(path, undefined);
    // what is remembered of the folders below was found without these rules
    if (hasRules && !this.#hadRules(path)) this.#known.clear();
    const folders: string[] = [];
    for (const {name, isFolder, isLink} of entries) {
      const child = prefix + name;
      if (NEVER.has(name)) continue;
      if (name.includes('\ufffd')) {
        this.problem ??= `the name of ${child} is not UTF-8`;
        continue;
      }
      const asFolder = isFolder || (isLink && this.#isFolderToFollow(child, rules));
      if (this.#definition.without?.(child, asFolder) === true) continue;
      if (asFolder) {
        if (this.#entersFolder(child, rules)) folders.push(child);
      } else if (this.#isWanted(child) && !this.#isIgnored(child, rules)) this.#file(this.#index.slot(child));
    }
    for (const folder of folders) this.#folder(folder, rules);
  }

  #file(slot: Slot): void {
    this.#index.refresh(slot, this.#since);
    this.shape.push(slot);
  }

  #isWanted(path: string): boolean {
    return this.#definition.wanted === undefined || this.#definition.wanted.matches(path);
  }

  #isIgnored(path: string, rules: IgnoreRules | undefined): boolean {
    return rules?.ignores(path, false) === true && this.#definition.kept?.(path) !== true;
  }

  #entersFolder(path: string, rules: IgnoreRules | undefined): boolean {
    const {shallow, wanted} = this.#definition;
    if (shallow === true || wanted?.mayMatchBelow(path) === false) return false;
    return rules?.ignores(path, true) !== true;
  }

  /** A link to a folder of this checkout counts as that folder; one that leads out makes the set unknowable. */
  #isFolderToFollow(path: string, rules: IgnoreRules | undefined): boolean {
    let isFolder = false;
    try {
      isFolder = statSync(`${this.#root}/${path}`, {throwIfNoEntry: false})?.isDirectory() === true;
    } catch {
      // a circle of links
    }
    if (!isFolder || !this.#entersFolder(path, rules) || this.#definition.without?.(path, true) === true) return false;
    const real = realpathSync(`${this.#root}/${path}`);
    const home = this.#realRoot();
    const parent = realpathSync(`${this.#root}/${path.slice(0, Math.max(0, path.lastIndexOf('/')))}`);
    // a folder that holds the link itself would never end; what is installed has a record of its own
    if (`${parent}/`.startsWith(`${real}/`) || real.split('/').includes('node_modules')) return false;
    if (!`${real}/`.startsWith(`${home}/`)) {
      this.problem ??= `the link ${path} leads out of the project, to ${real}`;
      return false;
    }
    if (this.#behindLinks.length > 100) return false;
    this.#behindLinks.push(path);
    // refreshed as a link, so that another target is noticed, and listed as a folder
    this.shape.push(this.#index.slot(path));
    this.#index.refresh(this.#index.slot(path), this.#since);
    return true;
  }

  #rulesAbove(root: string, none: IgnoreRules | undefined): IgnoreRules | undefined {
    if (none === undefined || root === '') return none;
    const names = root.split('/');
    let rules: IgnoreRules = none;
    for (let depth = 0; depth < names.length; depth++)
      rules = this.#withRulesOf(names.slice(0, depth).join('/'), rules);
    return rules;
  }

  #withRulesOf(folder: string, above: IgnoreRules): IgnoreRules {
    const path = folder === '' ? '.gitignore' : `${folder}/.gitignore`;
    const slot = this.#index.slot(path);
    this.#index.refresh(slot, this.#since);
    this.rules.push(slot);
    if (this.#index.kind(slot) !== 'file') return above.within(folder, undefined);
    try {
      return above.within(folder, readFileSync(`${this.#root}/${path}`, 'utf8'));
    } catch {
      return above.within(folder, undefined);
    }
  }

  #hadRules(path: string): boolean {
    return this.#knownRules.has(this.#index.slot(path === '' ? '.gitignore' : `${path}/.gitignore`));
  }

  #rulesIn(path: string, above: IgnoreRules): IgnoreRules {
    return this.#hadRules(path) ? this.#withRulesOf(path, above) : above.within(path, undefined);
  }
}

function list(path: string): {name: string; isFolder: boolean; isFile: boolean; isLink: boolean}[] {
  return readdirSync(path, {withFileTypes: true})
    .map((entry) => ({
      name: entry.name,
      isFolder: entry.isDirectory(),
      isFile: entry.isFile(),
      isLink: entry.isSymbolicLink(),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
