import {readFileSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {getgid, getuid} from 'node:process';
import {type Host, OwnedFolder} from '../host.ts';
import {OwnedProcess} from '../owned-process.ts';

/** What to start in place of a program. */
export interface Launch {
  readonly program: string;
  readonly args: readonly string[];
  /** It becomes the server's user by itself. */
  readonly asRoot: boolean;
}

/** A way to give a server a data folder of its own that begins as the copy of another one. */
export interface Rung {
  readonly name: 'overlay' | 'user-overlay' | 'reflink' | 'copy';
  /** Makes `<to>/data`; `from` lies beside it, and its `data` is not written to from now on. */
  lay(from: OwnedFolder, to: OwnedFolder): Promise<void>;
  /** Starts a program that sees it, from within `to`. */
  launch(from: OwnedFolder, program: string, args: readonly string[]): Launch;
}

const ENVIRONMENT = {LC_ALL: 'C', PATH: '/usr/sbin:/usr/bin:/sbin:/bin'};

/**
 * The fastest way that works here: each is tried with what a server does to its folder.
 * Nothing stays mounted: the mount belongs to the mount namespace of the server, and ends with it.
 */
export async function bestRung(host: Host): Promise<Rung> {
  const all = rungs(host);
  for (const rung of all.slice(0, -1)) if (await works(rung, host)) return rung;
  return all.at(-1) ?? copying(host, 'copy');
}

/** All ways, the fastest first; the last one works everywhere. */
export function rungs(host: Host): readonly Rung[] {
  const overlays = getuid?.() === 0 ? [rootOverlay(host), userOverlay(host)] : [userOverlay(host)];
  return [...overlays, copying(host, 'reflink'), copying(host, 'copy')];
}

/**
 * For a server that makes and removes many files, which an overlay makes slower.
 * @param proven the best rung: what it may do, this may do
 */
export function plainCopy(host: Host, proven: Rung): Rung {
  const {lay, ...copy} = copying(host, 'copy');
  const {uid, gid} = idsOf(host);
  // shared memory of its own goes with the server, however it ends
  const words = {
    overlay: ['--ipc', '--', 'setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--'],
    'user-overlay': ['--user', `--map-user=${uid}`, `--map-group=${gid}`, '--ipc', '--'],
    reflink: undefined,
    copy: undefined,
  }[proven.name];
  if (words === undefined) return {lay, ...copy};
  const asRoot = proven.name === 'overlay';
  return {
    name: 'copy',
    lay,
    launch: (_from, program, args) => ({program: 'unshare', args: [...words, program, ...args], asRoot}),
  };
}

/**
 * Words of a shell for both overlays: mounts, and gives way to the words behind the name of the folder below. Names are ours and relative,
 * so that no path has to be quoted for mount(8). The kernel makes `work/work` without rights; it could not be removed without being root.
 */
const overlayScript = (options: string, then: string): string =>
  `mount -t overlay paceline -o "lowerdir=../$1/data,upperdir=upper,workdir=work${options}" data && chmod 700 work/work && shift && exec ${then} "$@"`;

function rootOverlay(host: Host): Rung {
  const {uid, gid} = idsOf(host);
  const script = overlayScript('', `setpriv --reuid=${uid} --regid=${gid} --clear-groups --`);
  return {
    name: 'overlay',
    lay: layOverlay,
    launch: (from, program, args) => ({
      program: 'unshare',
      args: ['--mount', '--ipc', '--', 'sh', '-c', script, 'sh', basename(from.path), program, ...args],
      asRoot: true,
    }),
  };
}

/** Who is not root may mount in a user namespace of his own, as its root; a second one makes him himself again, for servers that refuse to be root. */
function userOverlay(host: Host): Rung {
  const {uid, gid} = idsOf(host);
  const script = overlayScript(',userxattr', `unshare --user --map-user=${uid} --map-group=${gid} --`);
  return {
    name: 'user-overlay',
    lay: layOverlay,
    launch: (from, program, args) => ({
      program: 'unshare',
      args: [
        ...['--user', '--map-root-user', '--mount', '--ipc', '--'],
        ...['sh', '-c', script, 'sh', basename(from.path), program, ...args],
      ],
      asRoot: false,
    }),
  };
}

async function layOverlay(_from: OwnedFolder, to: OwnedFolder): Promise<void> {
  for (const name of ['data', 'upper', 'work']) to.make(name);
}

function copying(host: Host, name: 'reflink' | 'copy'): Rung {
  return {
    name,
    lay: async (from, to) => {
      const args = [
        '-a',
        `--reflink=${name === 'reflink' ? 'always' : 'auto'}`,
        '--',
        join(from.path, 'data'),
        join(to.path, 'data'),
      ];
      const end = await ran({program: 'cp', args, asRoot: true}, to, host);
      if (end !== undefined) throw new Error(`the data folder could not be copied: ${end}`);
    },
    launch: (_from, program, args) => ({program, args, asRoot: false}),
  };
}

/** Changes files of a small folder as a server does: in place, by renaming, by removing whole folders. */
const TRIAL = `cd data && test "$(id -u)" != 0 && test "$(cat a/one)" = one && echo two > a/one && echo new > b && mv b a/two && rm -r c && mkdir -m 700 c && test "$(ls c)" = ""`;

async function works(rung: Rung, host: Host): Promise<boolean> {
  const [from, to] = ['trial-origin', 'trial-copy'].map((name) => new OwnedFolder(host, `${rung.name}-${name}`)) as [
    OwnedFolder,
    OwnedFolder,
  ];
  try {
    for (const path of ['data', 'data/a', 'data/c']) from.make(path);
    for (const path of ['data/a/one', 'data/c/old']) {
      writeFileSync(join(from.path, path), 'one', {mode: 0o600});
      from.own(join(from.path, path));
    }
    await rung.lay(from, to);
    const end = await ran(rung.launch(from, 'sh', ['-c', TRIAL]), to, host);
    return end === undefined && readFileSync(join(from.path, 'data/a/one'), 'utf8') === 'one';
  } catch {
    return false;
  } finally {
    for (const folder of [from, to]) folder.remove();
  }
}

/** @returns how it failed */
async function ran({program, args, asRoot}: Launch, folder: OwnedFolder, host: Host): Promise<string | undefined> {
  const {ledger, user, home} = host;
  const log = join(home.logs, 'copies.log');
  const directory = folder.path;
  const order = {program, args, env: ENVIRONMENT, directory, user: asRoot ? undefined : user, log};
  const process = new OwnedProcess(order, ledger);
  const end = await process.ended;
  await process.stop();
  return end === 'exit code 0' ? undefined : `${end}: ${process.tail(1)}`;
}

function idsOf({user}: Host): {readonly uid: number; readonly gid: number} {
  return user ?? {uid: getuid?.() ?? 0, gid: getgid?.() ?? 0};
}
