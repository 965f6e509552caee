import {execFileSync} from 'node:child_process';
import {accessSync, closeSync, constants, openSync, readSync, realpathSync, statSync} from 'node:fs';
import {basename, delimiter} from 'node:path';

/** `linux-x64-glibc`, `darwin-arm64`. */
export function platformName(): string {
  const libc = process.platform === 'linux' ? `-${libcOf(process.execPath)}` : '';
  return `${process.platform}-${process.arch}${libc}`;
}

/** Which C library a program was linked with: its loader's name stands near the beginning of the file; elf(5), PT_INTERP. */
function libcOf(program: string): 'glibc' | 'musl' {
  const head = Buffer.alloc(4096);
  const file = openSync(program, 'r');
  readSync(file, head, 0, head.length, 0);
  closeSync(file);
  return head.includes('ld-musl') ? 'musl' : 'glibc';
}

/** What `--version` of a program says, remembered while the program's file is the same. */
export interface KnownVersion {
  /** Path, size, times and inode of the program. */
  readonly identity: string;
  readonly version: string;
}

/** The version of the `node` that is found on a PATH; ours when it is the same program, else what it says itself. */
export function nodeVersion(path: string, known: KnownVersion | undefined): KnownVersion | undefined {
  const program = findProgram('node', path);
  if (program === undefined) return undefined;
  const identity = programIdentity(program);
  if (known?.identity === identity && steadyIdentity('node', path) !== undefined) return known;
  if (realpathSync(program) === realpathSync(process.execPath)) return {identity, version: process.version};
  try {
    return {identity, version: execFileSync(program, ['--version'], {encoding: 'utf8', timeout: 20_000}).trim()};
  } catch {
    return {identity, version: identity};
  }
}

/** Where a shell would find a program. */
export function findProgram(name: string, path: string): string | undefined {
  for (const folder of path.split(delimiter)) {
    const candidate = `${folder === '' ? '.' : folder}/${name}`;
    try {
      accessSync(candidate, constants.X_OK);
      if (statSync(candidate).isFile()) return candidate;
    } catch {
      // not here
    }
  }
  return undefined;
}

function programIdentity(program: string): string {
  const {size, mtimeMs, ctimeMs, ino} = statSync(program);
  return `${realpathSync(program)} ${size} ${mtimeMs} ${ctimeMs} ${ino}`;
}

/** Folders of programs that start another version of themselves from one folder or day to the next. */
const SWITCHES = ['/.cargo/bin/', '/shims/', '/.volta/bin/', '/corepack/'];

/** Stands for a program that is the same as long as this is; undefined for one that may start another. */
export function steadyIdentity(program: string, path: string): string | undefined {
  const found = program.includes('/') ? program : findProgram(program, path);
  if (found === undefined) return undefined;
  try {
    const real = realpathSync(found);
    if (SWITCHES.some((folder) => real.includes(folder) || found.includes(folder))) return undefined;
    const isNpm = real.endsWith('/npm/bin/npm-cli.js') || real.endsWith('/npm/bin/npx-cli.js');
    const isOwn = basename(real).startsWith(basename(program)) && isBinary(real);
    return isNpm || isOwn ? programIdentity(found) : undefined;
  } catch {
    return undefined;
  }
}

/** A program that is no script: ELF, or Mach-O. */
function isBinary(path: string): boolean {
  const head = Buffer.alloc(4);
  const file = openSync(path, 'r');
  readSync(file, head, 0, head.length, 0);
  closeSync(file);
  return ['7f454c46', 'cffaedfe', 'cafebabe'].includes(head.toString('hex'));
}
