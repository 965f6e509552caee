import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../../test/support/temporary-folder.ts';
import {EMPTY_DIGEST, hashOf} from './digest.ts';
import {FileIndex, type Slot} from './file-index.ts';

/** A folder, files in it and an index over it. The files say that they were written long ago. */
function indexed(files: Readonly<Record<string, string>>): {
  root: string;
  index: FileIndex;
  look: (path: string) => Slot;
  at: (path: string) => string;
} {
  const root = temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    writeFileSync(join(root, path), text);
    // whole seconds, which can be put back exactly
    utimesSync(join(root, path), 1_000_000_000, 1_000_000_000);
  }
  const index = new FileIndex(root);
  const look = (path: string): Slot => {
    const slot = index.slot(path);
    index.refresh(slot, performance.now());
    return slot;
  };
  return {root, index, look, at: (path) => join(root, path)};
}

/** Resolves when the kernel's clock has left the tick in which the file was last changed. */
async function settled(path: string): Promise<void> {
  while (Date.now() - statSync(path).ctimeMs < 20) await new Promise((resolve) => setTimeout(resolve, 1));
}

test('a file is its bytes, its size and its mode', () => {
  const {index, look, at} = indexed({a: 'text', empty: ''});
  chmodSync(at('a'), 0o750);
  const slot = look('a');
  expect(index.kind(slot)).toBe('file');
  expect(index.hash(slot)).toBe(hashOf('text'));
  expect(index.size(slot)).toBe(4);
  expect(index.mode(slot)).toBe(0o750);
  expect(index.isExecutable(slot)).toBe(true);
  expect(index.hash(look('empty'))).toBe(EMPTY_DIGEST.hash);
});

test.for([1, 2 ** 20 - 1, 2 ** 20, 2 ** 20 + 1, 3 * 2 ** 20])('a file of %d bytes', (size) => {
  const bytes = Buffer.alloc(size, 'abcdefg');
  const {index, look, at} = indexed({});
  writeFileSync(at('a'), bytes);
  expect(index.hash(look('a'))).toBe(hashOf(bytes));
  expect(index.hashedBytes).toBe(size);
});

test('kinds of things', () => {
  const {index, look, at} = indexed({file: ''});
  mkdirSync(at('folder'));
  symlinkSync('file', at('link'));
  symlinkSync('nowhere', at('dangling'));
  symlinkSync('folder', at('to-folder'));
  expect(['file', 'folder', 'link', 'dangling', 'nothing', 'file/below'].map((path) => index.kind(look(path)))).toEqual(
    ['file', 'directory', 'link', 'link', 'missing', 'missing'],
  );
  expect(index.target(look('dangling'))).toBe('nowhere');
  expect(index.isFolderLink(look('to-folder'))).toBe(true);
  expect(index.isFolderLink(look('link'))).toBe(false);
});

test('a file whose stat is the same is not read again', async () => {
  const {index, look, at} = indexed({a: '1'});
  await settled(at('a'));
  const slot = look('a');
  expect(index.hashed).toBe(1);
  const version = index.version(slot);
  for (const _ of [1, 2, 3]) look('a');
  expect(index.hashed).toBe(1);
  expect(index.looked).toBe(4);
  expect(index.version(slot)).toBe(version);
});

test('nobody looks twice at what was looked at since', () => {
  const {index} = indexed({a: '1', b: '2'});
  const since = performance.now();
  const slots = [index.slot('a'), index.slot('b'), index.slot('missing')];
  for (const _ of [1, 2, 3]) for (const slot of slots) index.refresh(slot, since);
  expect(index.looked).toBe(3);
  expect(index.hashed).toBe(2);
});

const CHANGES: readonly (readonly [string, (at: (path: string) => string) => void])[] = [
  [
    'other bytes of the same size, with the time put back',
    (at) => {
      writeFileSync(at('a'), '2');
      utimesSync(at('a'), 1_000_000_000, 1_000_000_000);
    },
  ],
  ['another size', (at) => writeFileSync(at('a'), '22')],
  [
    'another file under its name, with the time of the first',
    (at) => {
      writeFileSync(at('fresh'), '2');
      utimesSync(at('fresh'), 1_000_000_000, 1_000_000_000);
      renameSync(at('fresh'), at('a'));
    },
  ],
  ['another mode', (at) => chmodSync(at('a'), 0o600)],
  [
    'a link in its place',
    (at) => {
      renameSync(at('a'), at('b'));
      symlinkSync('b', at('a'));
    },
  ],
  ['nothing in its place', (at) => rmSync(at('a'))],
  [
    'a folder in its place',
    (at) => {
      rmSync(at('a'));
      mkdirSync(at('a'));
    },
  ],
];

test.for(CHANGES)('a change is noticed: %s', async ([, change]) => {
  const {index, look, at} = indexed({a: '1'});
  await settled(at('a'));
  const slot = look('a');
  const version = index.version(slot);
  change(at);
  look('a');
  expect(index.version(slot)).toBeGreaterThan(version);
  expect(index.version(slot)).toBe(index.clock);
});

test('a file that was only touched is read again, and is the same', async () => {
  const {index, look, at} = indexed({a: '1'});
  await settled(at('a'));
  const version = index.version(look('a'));
  utimesSync(at('a'), 1, 1);
  await settled(at('a'));
  expect(index.version(look('a'))).toBe(version);
  expect(index.hashed).toBe(2);
  look('a');
  expect(index.hashed).toBe(2);
});

test('a file that got another name elsewhere is the same', async () => {
  const {index, look, at} = indexed({a: '1'});
  const version = index.version(look('a'));
  linkSync(at('a'), at('b'));
  expect(index.version(look('a'))).toBe(version);
});

test('a file that was read in the tick of its last change is read again, until that is over', async () => {
  const {index, look, at} = indexed({});
  let slot: Slot;
  let read: number;
  // a slow machine may be too late to look within the tick
  do {
    writeFileSync(at('a'), '1');
    slot = look('a');
    read = index.hashed;
  } while (Date.now() - lstatSync(at('a')).ctimeMs >= 10);
  const version = index.version(slot);
  look('a');
  expect(index.hashed).toBe(read + 1);
  expect(index.version(slot)).toBe(version);
  await settled(at('a'));
  look('a');
  read = index.hashed;
  look('a');
  expect(index.hashed).toBe(read);
});

test('a link is where it leads, and what is there', () => {
  const {index, look, at} = indexed({a: '1', b: '1'});
  symlinkSync('a', at('link'));
  const slot = look('link');
  const hashes = [index.hash(slot)];
  const step = (change: () => void): void => {
    const version = index.version(slot);
    change();
    look('link');
    expect(index.version(slot)).toBeGreaterThan(version);
    hashes.push(index.hash(slot));
  };
  step(() => writeFileSync(at('a'), '2'));
  step(() => {
    rmSync(at('link'));
    symlinkSync('b', at('link'));
  });
  step(() => chmodSync(at('b'), 0o755));
  step(() => rmSync(at('b')));
  step(() => mkdirSync(at('b')));
  expect(new Set(hashes).size).toBe(hashes.length);
  const version = index.version(slot);
  look('link');
  expect(index.version(slot)).toBe(version);
});

test('what vanished and came back is read again', async () => {
  const {index, look, at} = indexed({a: '1'});
  await settled(at('a'));
  look('a');
  renameSync(at('a'), at('aside'));
  expect(index.kind(look('a'))).toBe('missing');
  renameSync(at('aside'), at('a'));
  const slot = look('a');
  expect(index.hash(slot)).toBe(hashOf('1'));
  expect(index.hashed).toBe(2);
});

test('a folder changes with its entries', async () => {
  const {index, look, at} = indexed({});
  mkdirSync(at('folder'));
  await settled(at('folder'));
  const slot = look('folder');
  const version = index.version(slot);
  look('folder');
  expect(index.version(slot)).toBe(version);
  writeFileSync(at('folder/a'), '');
  look('folder');
  expect(index.version(slot)).toBeGreaterThan(version);
});

test('what somebody else wrote and knows need not be read', async () => {
  const {index, at} = indexed({a: '1'});
  await settled(at('a'));
  const slot = index.slot('a');
  index.record(slot, lstatSync(at('a')), hashOf('1'));
  index.refresh(slot, performance.now());
  expect(index.hashed).toBe(0);
  expect(index.hash(slot)).toBe(hashOf('1'));
});

test('many files', () => {
  const names = Array.from({length: 500}, (_, at) => `file${at}`);
  const {index, look} = indexed(Object.fromEntries(names.map((name) => [name, name])));
  for (const name of names) look(name);
  expect(names.map((name) => index.hash(index.slot(name)))).toEqual(names.map((name) => hashOf(name)));
  expect(index.hashed).toBe(500);
});
