import {PacelineError} from '../../base/error.ts';
import type {StartLimit} from '../start-limits.ts';
import {type CommandResult, type ExecSession, quoted} from './exec-session.ts';
import type {RunningContainer} from './running-container.ts';

/** Files of a container that are not those of its image, and what lies in its volumes. */
export interface FileState {
  /** By path: what happened to it, mode, owner, content. */
  readonly entries: ReadonlyMap<string, string>;
  /** All folders of the image, by path: mode, owner. */
  readonly folders: ReadonlyMap<string, string>;
}

/** docs.docker.com/reference/api/engine, ContainerChanges */
const KINDS = ['changed', 'added', 'deleted'] as const;
const DELETED = 2;
/** File systems in memory that every container has; the engine does not look into them. */
const MEMORY = ['/dev/shm', '/dev/mqueue'];
/** So many paths fit on one command line. */
const MOST_PATHS = 500;
const ALWAYS_THERE = '/proc/version';
const STAT = "stat -c '%a:%u:%g %F\t%n\t%N'";

/**
 * Looks at everything that a user can have changed. The engine says which paths differ from the image; what they hold is read inside, by
 * programs that the engine's list covers too.
 * @param before an earlier look at the same container: its folders need not be listed again
 * @throws PacelineError E_SERVICE_START when the image lacks the programs that it takes
 */
export async function fileStateOf(
  container: RunningContainer,
  session: ExecSession,
  limit: StartLimit,
  before?: FileState,
): Promise<FileState> {
  const run = async (line: string): Promise<string> => outputOf(await session.run(line, limit), line);
  if (before === undefined) await requirePrograms(session, limit);
  const folders = before?.folders ?? describe(await run(`find / -xdev -type d -exec ${STAT} {} + 2>/dev/null || true`));
  const changes: unknown = await container.ask((one) => one.changes());
  // none are not an empty list
  const changed = Array.isArray(changes) ? (changes as readonly Change[]) : [];
  const entries = new Map<string, string>();
  for (const {Path, Kind} of changed) if (Kind === DELETED) entries.set(Path, KINDS[DELETED]);
  const there = changed.filter(({Kind}) => Kind !== DELETED);
  const kinds = new Map(there.map(({Path, Kind}) => [Path, KINDS[Kind] ?? '']));
  for (let at = 0; at < there.length; at += MOST_PATHS) {
    const paths = there.slice(at, at + MOST_PATHS).map(({Path}) => quoted(Path));
    const found = describe(await run(`${STAT} ${paths.join(' ')} 2>/dev/null || true`));
    for (const [path, words] of found) entries.set(path, `${kinds.get(path) ?? ''} ${words}`);
    const files = [...found].flatMap(([path, words]) => (words.includes(' regular ') ? [quoted(path)] : []));
    if (files.length > 0) addSums(entries, await run(`sha256sum ${files.join(' ')} 2>/dev/null || true`));
  }
  const places = [...container.volumes, ...MEMORY].map(quoted).join(' ');
  for (const [path, words] of describe(await run(`find ${places} -exec ${STAT} {} + 2>/dev/null || true`)))
    entries.set(path, `there ${words}`);
  addSums(entries, await run(`find ${places} -type f -exec sha256sum {} + 2>/dev/null || true`));
  return {entries, folders};
}

/** What is not as it was, a sentence each. */
export function fileDifferences(before: FileState, after: FileState): readonly string[] {
  const paths = new Set([...before.entries.keys(), ...after.entries.keys()]);
  return [...paths].sort().flatMap((path) => {
    const [was, is] = [before.entries.get(path), after.entries.get(path)];
    if (was === is) return [];
    // something in it came and went
    if (was === undefined && is === `changed ${before.folders.get(path)}`) return [];
    if (was === undefined)
      return [`file ${path}: ${is?.startsWith('there') === true ? 'added' : is?.split(' ', 1)[0]}`];
    return [`file ${path}: ${is === undefined || is === KINDS[DELETED] ? 'removed' : 'changed'}`];
  });
}

/** Their failures look like files that have gone; so it is tried once, on a file that is always there. */
async function requirePrograms(session: ExecSession, limit: StartLimit): Promise<void> {
  for (const words of [STAT, 'sha256sum']) {
    const {stdout} = await session.run(`find ${ALWAYS_THERE} -exec ${words} {} +`, limit);
    if (stdout.includes(ALWAYS_THERE)) continue;
    throw new PacelineError(
      'E_SERVICE_START',
      `A container cannot be verified: its image has no find or no ${words.split(' ', 1)[0]}`,
      {hint: 'Add what is missing to the image, or say `reuse = "reset"` or "never".'},
    );
  }
}

interface Change {
  readonly Path: string;
  readonly Kind: number;
}

/** Reads lines of STAT. */
function describe(output: string): ReadonlyMap<string, string> {
  return new Map(
    output.split('\n').flatMap((line) => {
      const [words = '', path, named = ''] = line.split('\t');
      if (path === undefined) return [];
      // a symbolic link also says where it leads
      return [[path, named.includes(' -> ') ? `${words} ${named}` : words] as const];
    }),
  );
}

/** Reads lines of sha256sum: digest, path. */
function addSums(entries: Map<string, string>, output: string): void {
  for (const line of output.split('\n')) {
    const [, sum, path] = /^\\?([0-9a-f]{64}) [ *](.*)$/.exec(line) ?? [];
    if (path !== undefined) entries.set(path, `${entries.get(path)} ${sum}`);
  }
}

function outputOf({exitCode, stdout, stderr}: CommandResult, line: string): string {
  if (exitCode === 0) return stdout;
  throw new Error(`\`${line.slice(0, 100)}\` failed in the container (exit code ${exitCode})\n${stderr}`.trimEnd());
}
