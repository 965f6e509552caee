import {createHash} from 'node:crypto';
import {chmodSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../../test/support/temporary-folder.ts';
import {digestOf, EMPTY_DIGEST} from './digest.ts';
import {FileIndex} from './file-index.ts';
import {InputTree} from './input-tree.ts';
import type {ActionResult} from './remote-api/messages.ts';

/** What lies at a path. */
type Entry =
  | {readonly kind: 'file'; readonly text: string; readonly isExecutable: boolean}
  | {readonly kind: 'link'; readonly target: string}
  | {readonly kind: 'folder'};

const name = fc.oneof(
  fc.constantFrom('a', 'b', 'B', 'a.b', 'ü', 'z'),
  // letters that UTF-8 and UTF-16 order differently
  fc.constantFrom('\u{1f600}', '\uffee'),
);
const path = fc.array(name, {minLength: 1, maxLength: 3}).map((names) => names.join('/'));
const entry: fc.Arbitrary<Entry> = fc.oneof(
  fc.record({kind: fc.constant('file' as const), text: fc.string({maxLength: 3}), isExecutable: fc.boolean()}),
  fc.record({kind: fc.constant('link' as const), target: fc.constantFrom('nowhere', '../x')}),
  fc.constant({kind: 'folder' as const}),
);
/** Entries of which none lies in another that is no folder. */
const entries = fc.dictionary(path, entry, {maxKeys: 8}).map((all) => {
  const paths = Object.keys(all);
  return Object.entries(all).filter(
    ([one, {kind}]) => kind === 'folder' || !paths.some((other) => other.startsWith(`${one}/`)),
  );
});

/** Writes entries, and looks at them. */
function written(base: string, all: readonly (readonly [string, Entry])[]): {index: FileIndex; slots: number[]} {
  const root = mkdtempSync(join(base, 'tree-'));
  for (const [at, one] of all) {
    const place = join(root, at);
    mkdirSync(one.kind === 'folder' ? place : dirname(place), {recursive: true});
    if (one.kind === 'file') {
      writeFileSync(place, one.text);
      chmodSync(place, one.isExecutable ? 0o755 : 0o644);
    } else if (one.kind === 'link') symlinkSync(one.target, place);
  }
  const index = new FileIndex(root);
  const slots = all.map(([at]) => index.slot(at));
  for (const slot of slots) index.refresh(slot, 0);
  return {index, slots};
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
}

function field(number: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

function number(at: number, value: number): Buffer {
  return value === 0 ? Buffer.alloc(0) : Buffer.concat([varint(at * 8), varint(value)]);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function digestMessage(bytes: Uint8Array): Buffer {
  return Buffer.concat([field(1, Buffer.from(sha256(bytes))), number(2, bytes.length)]);
}

/** A Directory message, written down from the .proto: files = 1, directories = 2, symlinks = 3, each in the order of the names' bytes. */
function directory(all: readonly (readonly [string, Entry])[]): Buffer {
  const names = [...new Set(all.map(([at]) => at.split('/')[0] ?? ''))].sort((a, b) =>
    Buffer.compare(Buffer.from(a), Buffer.from(b)),
  );
  const parts: [Buffer[], Buffer[], Buffer[]] = [[], [], []];
  for (const one of names) {
    const below = all
      .filter(([at]) => at.startsWith(`${one}/`))
      .map(([at, what]) => [at.slice(one.length + 1), what] as const);
    const own = all.find(([at]) => at === one)?.[1];
    const label = field(1, Buffer.from(one));
    if (below.length > 0 || own?.kind === 'folder')
      parts[1].push(field(2, Buffer.concat([label, field(2, digestMessage(directory(below)))])));
    else if (own?.kind === 'link') parts[2].push(field(3, Buffer.concat([label, field(2, Buffer.from(own.target))])));
    else if (own?.kind === 'file')
      parts[0].push(
        field(
          1,
          Buffer.concat([label, field(2, digestMessage(Buffer.from(own.text))), number(4, own.isExecutable ? 1 : 0)]),
        ),
      );
  }
  return Buffer.concat(parts.flat());
}

test('the digest is that of the API: made here from the .proto alone', () => {
  const base = temporaryFolder();
  fc.assert(
    fc.property(entries, (all) => {
      const {index, slots} = written(base, all);
      const bytes = directory(all);
      expect(InputTree.of(index, slots).digest).toEqual({hash: sha256(bytes), size: bytes.length});
    }),
    {numRuns: 200},
  );
});

test('merged trees are the tree of everything', () => {
  const base = temporaryFolder();
  fc.assert(
    fc.property(entries, fc.array(fc.nat(3), {minLength: 8, maxLength: 8}), (all, parts) => {
      const {index, slots} = written(base, all);
      // each entry is in one part, or in two
      const trees = [0, 1, 2].map((part) =>
        InputTree.of(
          index,
          slots.filter((_, at) => parts[at] === part || parts[at] === 3),
        ),
      );
      expect(InputTree.merged(trees).digest).toEqual(InputTree.of(index, slots).digest);
      expect(InputTree.merged(trees.toReversed()).digest).toEqual(InputTree.of(index, slots).digest);
    }),
    {numRuns: 200},
  );
});

test('a result has the tree of its outputs, in place or not', () => {
  const base = temporaryFolder();
  fc.assert(
    fc.property(entries, (all) => {
      const inFolder = all.map(([at, one]) => [`lib/${at}`, one] as const);
      const {index, slots} = written(base, inFolder);
      const result: Pick<ActionResult, 'outputFiles' | 'outputDirectories' | 'outputSymlinks'> = {
        outputFiles: all.flatMap(([at, one], number) =>
          one.kind === 'file'
            ? [
                {
                  path: at,
                  digest: {hash: index.hash(slots[number]!), size: index.size(slots[number]!)},
                  isExecutable: one.isExecutable,
                },
              ]
            : [],
        ),
        outputSymlinks: all.flatMap(([at, one]) => (one.kind === 'link' ? [{path: at, target: one.target}] : [])),
        outputDirectories: all.flatMap(([at, one]) =>
          one.kind === 'folder' ? [{path: at, treeDigest: EMPTY_DIGEST}] : [],
        ),
      };
      expect(InputTree.ofResult(result, 'lib').digest).toEqual(InputTree.of(index, slots).digest);
    }),
    {numRuns: 100},
  );
});

test('nothing is the empty message', () => {
  expect(InputTree.empty.digest).toEqual(EMPTY_DIGEST);
  expect(InputTree.merged([]).digest).toEqual(EMPTY_DIGEST);
});

test('what is missing is no part; a link that was followed is the folder behind it', () => {
  const root = temporaryFolder();
  mkdirSync(join(root, 'real'));
  writeFileSync(join(root, 'real/a'), '1');
  symlinkSync('real', join(root, 'link'));
  const index = new FileIndex(root);
  const slots = ['link', 'link/a', 'gone'].map((one) => index.slot(one));
  for (const slot of slots) index.refresh(slot, 0);
  const {files, directories, symlinks} = InputTree.of(index, slots).message;
  expect([files, symlinks]).toEqual([[], []]);
  expect(directories.map((one) => one.name)).toEqual(['link']);
});

test('a folder whose digest is known is made only when something else lies in it', () => {
  const files = (names: readonly string[]): InputTree =>
    InputTree.ofResult(
      {
        outputFiles: names.map((path) => ({path, digest: digestOf(Buffer.from(path)), isExecutable: false})),
        outputSymlinks: [],
        outputDirectories: [],
      },
      '',
    );
  const lib = files(['lib/dist/a', 'lib/dist/deep/b']);
  const app = files(['app/dist/a']);
  const below = files(['lib/dist/deep/c']);
  let made = 0;
  const placed = (): InputTree =>
    InputTree.placed('lib/dist', lib.at('lib/dist').digest, () => {
      made++;
      return lib.at('lib/dist');
    });
  expect(placed().digest).toEqual(lib.digest);
  expect(InputTree.merged([app, placed()]).digest).toEqual(InputTree.merged([app, lib]).digest);
  expect(made).toBe(0);
  expect(InputTree.merged([below, placed()]).digest).toEqual(InputTree.merged([below, lib]).digest);
  expect(made).toBe(1);
  expect(lib.at('lib/other').digest).toEqual(InputTree.empty.digest);
});
