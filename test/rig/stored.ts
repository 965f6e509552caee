import {lstatSync, readdirSync, readFileSync, readlinkSync} from 'node:fs';
import {join} from 'node:path';
import type {Hash} from '../../src/cache/digest.ts';
import type {ActionResult} from '../../src/cache/remote-api/messages.ts';
import {DiskStore} from '../../src/cache/store/disk-store.ts';
import type {EntryWriter} from '../../src/cache/store/entry-writer.ts';
import {type StoreFile, storedFiles} from '../../src/cache/store/store-files.ts';
import type {Rig} from './rig.ts';

/** The store that programs of a rig use. */
export function storeOf(rig: Rig): DiskStore {
  return new DiskStore(join(rig.env.HOME ?? '', '.cache/paceline'));
}

/** Every entry and large blob. */
export function filesOf(store: DiskStore): readonly StoreFile[] {
  return [...storedFiles(store.folder)];
}

export function actionsOf(store: DiskStore): readonly Hash[] {
  return filesOf(store).flatMap(({kind, hash}) => (kind === 'entry' ? [hash] : []));
}

/** The only entry; throws when there are others. */
export function onlyAction(store: DiskStore): Hash {
  const [action, other] = actionsOf(store);
  if (action === undefined || other !== undefined) throw new Error('there is not just one entry');
  return action;
}

/** Puts another result in the place of a stored one, as somebody could who may write to the store. */
export function forge(
  store: DiskStore,
  action: Hash,
  change: (result: ActionResult, writer: EntryWriter) => ActionResult,
): void {
  const entry = store.read(action);
  if (entry === undefined) throw new Error('there is no such entry');
  const writer = store.write();
  writer.addBytes(entry.bytes(entry.result.stdoutDigest) ?? new Uint8Array());
  for (const {digest} of entry.result.outputFiles) writer.addBytes(entry.bytes(digest) ?? new Uint8Array());
  writer.seal(change(entry.result, writer));
  writer.publish(action);
  entry.close();
}

/** Everything in a folder: contents of files, `-> target` of links, `/` of empty folders; the mode where it is not 644. */
export function treeOf(folder: string): Readonly<Record<string, string>> {
  const tree: Record<string, string> = {};
  const visit = (path: string): void => {
    const place = join(folder, path);
    const stat = lstatSync(place, {throwIfNoEntry: false});
    if (stat === undefined) return;
    const mode = stat.mode & 0o7777;
    if (stat.isSymbolicLink()) tree[path] = `-> ${readlinkSync(place)}`;
    else if (stat.isFile())
      tree[path] = `${readFileSync(place, 'latin1')}${mode === 0o644 ? '' : ` (${mode.toString(8)})`}`;
    else if (stat.isDirectory()) {
      const names = readdirSync(place);
      if (names.length === 0) tree[`${path}/`] = '/';
      for (const name of names) visit(path === '' ? name : `${path}/${name}`);
    } else tree[path] = 'special';
  };
  visit('');
  return tree;
}
