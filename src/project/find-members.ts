import type {Diagnostic} from '../base/source.ts';
import {type CrateFile, readCrateFile} from './crate-file.ts';
import {isMagic} from './folder-glob.ts';
import type {Member, MemberDeclaration, Members} from './member.ts';
import {dependenciesBetween} from './member-dependencies.ts';
import {type MemberFolder, originOf} from './member-folder.ts';
import {type FolderGlob, matchFolders} from './member-folders.ts';
import {namedFolders} from './member-names.ts';
import {type PackageFile, readPackageFile} from './package-file.ts';
import {findPackageManager} from './package-manager.ts';
import {folderInside} from './path-inside.ts';
import {pnpmWorkspaceFile, readPnpmGlobs} from './pnpm-workspace.ts';

/**
 * The workspaces of a project: those that its make.toml declares, else `workspaces` of package.json, else pnpm-workspace.yaml; with
 * `cargo`, the members of the Cargo workspace before these two. Problems are reported, and what can be used is returned.
 */
export function findMembers(
  root: string,
  declarations: readonly MemberDeclaration[],
  report: (diagnostic: Diagnostic) => void,
  options: {readonly cargo?: boolean} = {},
): Members {
  const files = new ManifestFiles(root, report, options.cargo === true);
  const top = rootFolder(files);
  const search = new MemberSearch(root, files, report);
  if (declarations.length > 0) search.declared(declarations);
  else if (top.crate?.workspace !== undefined) search.crates(top.crate.workspace);
  else search.packages(top.package?.workspaces ?? files.pnpmGlobs() ?? []);

  const named = namedFolders(top, search.found(), report);
  const dependencies = dependenciesBetween(named);
  const members = named.map(
    ({name, folder}): Member => ({
      name,
      directory: folder.directory,
      ...(folder.package !== undefined && {
        manifest: folder.package.manifest,
        scriptOrigins: folder.package.scriptOrigins,
        packageRanges: folder.package.ranges,
      }),
      dependencies: dependencies.get(name) ?? [],
      origin: originOf(folder),
    }),
  );
  const packageManager = findPackageManager(root, top.package?.packageManager);
  return {members, ...(packageManager !== undefined && {packageManager}), files: files.read, folders: search.listed};
}

function rootFolder(files: ManifestFiles): MemberFolder {
  const origin = {file: 'package.json', line: 1, column: 1};
  return {directory: '', declared: {glob: '', origin}, ...files.of('')};
}

/** The manifests of the folders, each read once. */
class ManifestFiles {
  readonly read: string[] = [];
  readonly #root: string;
  readonly #report: (diagnostic: Diagnostic) => void;
  readonly #cargo: boolean;
  readonly #packages = new Map<string, PackageFile | undefined>();
  readonly #crates = new Map<string, CrateFile | undefined>();

  constructor(root: string, report: (diagnostic: Diagnostic) => void, cargo: boolean) {
    this.#root = root;
    this.#report = report;
    this.#cargo = cargo;
  }

  of(directory: string): {package?: PackageFile; crate?: CrateFile} {
    const packageFile = this.package(directory);
    const crate = this.crate(directory);
    return {...(packageFile !== undefined && {package: packageFile}), ...(crate !== undefined && {crate})};
  }

  package(directory: string): PackageFile | undefined {
    if (this.#packages.has(directory)) return this.#packages.get(directory);
    const found = readPackageFile(this.#root, directory, this.#report);
    if (found !== undefined) this.read.push(found.file);
    this.#packages.set(directory, found);
    return found;
  }

  crate(directory: string): CrateFile | undefined {
    if (!this.#cargo) return undefined;
    if (this.#crates.has(directory)) return this.#crates.get(directory);
    const shared = directory === '' ? new Map() : (this.crate('')?.shared ?? new Map());
    const found = readCrateFile(this.#root, directory, shared, this.#report);
    if (found !== undefined) this.read.push(found.file);
    this.#crates.set(directory, found);
    return found;
  }

  pnpmGlobs(): readonly FolderGlob[] | undefined {
    const globs = readPnpmGlobs(this.#root, this.#report);
    if (globs !== undefined) this.read.push(pnpmWorkspaceFile);
    return globs;
  }
}

/** Collects member folders from one source. */
class MemberSearch {
  listed: readonly string[] = [];
  readonly #root: string;
  readonly #files: ManifestFiles;
  readonly #report: (diagnostic: Diagnostic) => void;
  readonly #folders = new Map<string, MemberFolder>();
  readonly #named: MemberFolder[] = [];

  constructor(root: string, files: ManifestFiles, report: (diagnostic: Diagnostic) => void) {
    this.#root = root;
    this.#files = files;
    this.#report = report;
  }

  /** In order of their folders. */
  found(): readonly MemberFolder[] {
    const named = new Set(this.#named.map((folder) => folder.directory));
    const rest = [...this.#folders.values()].filter((folder) => !named.has(folder.directory));
    return [...this.#named, ...rest].sort((a, b) =>
      a.directory === b.directory ? 0 : a.directory < b.directory ? -1 : 1,
    );
  }

  /** What a make.toml says: named paths, which need not exist yet, and globs over any folders. */
  declared(declarations: readonly MemberDeclaration[]): void {
    for (const declaration of declarations) {
      const plain =
        declaration.kind === 'glob' &&
        !declaration.path.startsWith('!') &&
        !isMagic(declaration.path.replaceAll(/[{}]/g, '*'));
      if (declaration.kind === 'glob' && !plain) continue;
      const directory = folderInside(this.#root, declaration.path);
      if (directory === undefined) this.#outside(declaration.path, declaration);
      else if (declaration.kind === 'path') {
        const declaredName = declaration.name ?? declaration.path;
        this.#named.push({directory, declaredName, declared: declaration, ...this.#files.of(directory)});
      } else if (directory !== '') this.#add(directory, declaration);
    }
    const globs = declarations.filter(({kind}) => kind === 'glob').map(({path, origin}) => ({glob: path, origin}));
    const magic = globs.filter(({glob}) => glob.startsWith('!') || isMagic(glob.replaceAll(/[{}]/g, '*')));
    this.#match(magic, 'folder', (folder, glob) => !glob.includes('**') || this.#hasManifest(folder));
  }

  packages(globs: readonly FolderGlob[]): void {
    this.#match(globs, 'folder with a package.json', (folder) => this.#files.package(folder) !== undefined);
  }

  crates(workspace: {readonly members: readonly string[]; readonly exclude: readonly string[]}): void {
    const origin = {file: 'Cargo.toml', line: 1, column: 1};
    const globs = [...workspace.members, ...workspace.exclude.map((path) => `!${path}`)].map((glob) => ({
      glob,
      origin,
    }));
    this.#match(globs, 'folder with a Cargo.toml', (folder) => this.#files.crate(folder) !== undefined);
    // Cargo makes every path dependency inside the root a member too.
    for (const {directory, crate} of this.#folders.values()) {
      for (const path of crate?.dependencies ?? []) {
        const inside = folderInside(this.#root, path);
        const excluded = workspace.exclude.some((prefix) => `${path}/`.startsWith(`${prefix.replace(/\/$/, '')}/`));
        if (inside && inside !== directory && !excluded && this.#files.crate(inside) !== undefined)
          this.#add(inside, {glob: path, origin});
      }
    }
  }

  #match(globs: readonly FolderGlob[], wanted: string, accepts: (folder: string, glob: string) => boolean): void {
    if (globs.length === 0) return;
    const matches = matchFolders(this.#root, globs, accepts);
    for (const [directory, glob] of matches.folders) this.#add(directory, glob);
    for (const [folder, glob] of matches.outside) this.#outside(folder, glob);
    for (const {glob, origin} of matches.unmatched) {
      this.#report({severity: 'warning', code: 'W_NO_MATCH', message: `"${glob}" matches no ${wanted}`, origin});
    }
    this.listed = matches.listed;
  }

  #add(directory: string, declared: FolderGlob | MemberDeclaration): void {
    if (!this.#folders.has(directory))
      this.#folders.set(directory, {directory, declared, ...this.#files.of(directory)});
  }

  #hasManifest(folder: string): boolean {
    return this.#files.package(folder) !== undefined || this.#files.crate(folder) !== undefined;
  }

  #outside(path: string, {origin}: {readonly origin: Member['origin']}): void {
    const message = `the workspace folder "${path}" lies outside the project root`;
    const hint = 'Move the project root up, or the folder into the root.';
    this.#report({severity: 'error', code: 'E_OUTSIDE_ROOT', message, hint, origin});
  }
}
