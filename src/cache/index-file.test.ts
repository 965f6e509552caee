import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../../test/support/temporary-folder.ts';
import type {Hash} from './digest.ts';
import {FileIndex} from './file-index.ts';
import {loadIndex, type Remembered, saveIndex, type TaskMemo} from './index-file.ts';
import {InputSets} from './input-set.ts';

/** A checkout with a few files, and everything that is remembered of it, saved. */
async function saved(): Promise<{root: string; path: string; remembered: Remembered}> {
  const root = temporaryFolder();
  mkdirSync(join(root, 'src/deep'), {recursive: true});
  for (const name of ['src/a', 'src/b', 'src/deep/ü', 'src/.gitignore', 'out']) writeFileSync(join(root, name), name);
  symlinkSync('a', join(root, 'src/link'));
  // what changed within the last tick of the clock is looked at again
  while (Date.now() - statSync(join(root, 'src')).ctimeMs < 20) await new Promise((resolve) => setTimeout(resolve, 1));
  const index = new FileIndex(root);
  // one that nothing refers to
  index.refresh(index.slot('forgotten'), 1);
  const sets = new InputSets(root, index);
  const set = sets.current(() => ({roots: ['src'], ignoring: true}), undefined, 1);
  const out = index.slot('out');
  index.refresh(out, 1);
  const memo: TaskMemo = {
    fingerprint: 'everything\n"ü"',
    action: 'a'.repeat(64),
    entry: 'b'.repeat(64),
    outputs: Int32Array.of(out),
    outputsDigest: 'c'.repeat(64),
    chain: 'd'.repeat(64),
    clock: index.clock,
    executionMs: 12,
    log: 'printed\n',
    tree: {path: 'out', digest: {hash: 'e'.repeat(64) as Hash, size: 80}},
    clean: {folders: Int32Array.of(index.slot('src/deep'), out), clock: 7},
  };
  const remembered = {
    index,
    sets: new Map([['src', set]]),
    memos: new Map([['build', memo]]),
    versions: new Map([['node', {identity: '/usr/bin/node 1 2 3', version: 'v24.0.0'}]]),
  };
  const path = join(root, 'index');
  saveIndex(path, root, remembered);
  return {root, path, remembered};
}

function isNothing({index, sets, memos, versions}: Remembered): boolean {
  return index.paths.length === 0 && sets.size === 0 && memos.size === 0 && versions.size === 0;
}

test('what was saved comes back', async () => {
  const {root, path, remembered} = await saved();
  const {remembered: loaded, problem} = loadIndex(path, root);
  expect(problem).toBeUndefined();
  expect(loaded.index.changed).toBe(false);
  expect(loaded.index.clock).toBe(remembered.index.clock);
  expect(loaded.versions).toEqual(remembered.versions);
  const memo = loaded.memos.get('build')!;
  const names = (slots: Iterable<number>): readonly (string | undefined)[] =>
    [...slots].map((slot) => loaded.index.paths[slot]);
  const {outputs, clean, ...rest} = memo;
  const {outputs: _outputs, clean: _clean, ...expected} = remembered.memos.get('build')!;
  expect(rest).toEqual(expected);
  expect(names(outputs)).toEqual(['out']);
  expect([names(clean!.folders), clean!.clock]).toEqual([['src/deep', 'out'], 7]);
  const [before, after] = [remembered, loaded].map(({index, sets}) =>
    new InputSets(root, index)
      .files(sets.get('src')!)
      .map((slot) => [
        index.paths[slot],
        index.kind(slot),
        index.hash(slot),
        index.mode(slot),
        index.size(slot),
        index.version(slot),
      ]),
  );
  expect(after).toEqual(before);
  expect(after?.map(([name]) => name)).toEqual(['src/.gitignore', 'src/a', 'src/b', 'src/link', 'src/deep/ü']);
  // and holds: nothing is walked again
  const set = loaded.sets.get('src')!;
  const now = new InputSets(root, loaded.index).current(
    () => {
      throw new Error('it need not be known what belongs to it');
    },
    set,
    performance.now(),
  );
  expect(now).toBe(set);
});

test('what nothing refers to is not saved', async () => {
  const {root, path} = await saved();
  expect(loadIndex(path, root).remembered.index.paths).not.toContain('forgotten');
});

test('saving again what was loaded leaves the same bytes', async () => {
  const {root, path} = await saved();
  const bytes = readFileSync(path);
  saveIndex(path, root, loadIndex(path, root).remembered);
  expect(readFileSync(path).equals(bytes)).toBe(true);
  expect(readdirSync(root).filter((name) => name.startsWith('index'))).toEqual(['index']);
});

test('nothing is there at first, and that is no problem', () => {
  const root = temporaryFolder();
  const {remembered, problem} = loadIndex(join(root, 'index'), root);
  expect(problem).toBeUndefined();
  expect(isNothing(remembered)).toBe(true);
});

test('no truncation is accepted', async () => {
  const {root, path} = await saved();
  const bytes = readFileSync(path);
  for (let length = bytes.length - 1; length >= 0; length--) {
    truncateSync(path, length);
    const {remembered, problem} = loadIndex(path, root);
    if (problem === undefined || !isNothing(remembered))
      throw new Error(`${length} of ${bytes.length} bytes are accepted`);
  }
});

test('no changed bit is accepted', async () => {
  const {root, path} = await saved();
  const bytes = readFileSync(path);
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({min: 1, max: 255}), (at, change) => {
      const broken = Buffer.from(bytes);
      broken[at]! ^= change;
      writeFileSync(path, broken);
      const {remembered, problem} = loadIndex(path, root);
      expect(problem).toBeDefined();
      expect(isNothing(remembered)).toBe(true);
    }),
    {numRuns: 1000},
  );
});

test('random bytes are never accepted, and never throw', () => {
  const root = temporaryFolder();
  const path = join(root, 'index');
  fc.assert(
    fc.property(fc.uint8Array({minLength: 1, maxLength: 300}), fc.boolean(), (bytes, twice) => {
      writeFileSync(path, twice ? Buffer.concat([bytes, bytes]) : bytes);
      const {remembered, problem} = loadIndex(path, root);
      expect(problem).toBeDefined();
      expect(isNothing(remembered)).toBe(true);
    }),
  );
});

test('an index of another place is not accepted', async () => {
  const {root, path} = await saved();
  const {remembered, problem} = loadIndex(path, `${root}-moved`);
  expect(problem).toBe(`it was made in ${root}`);
  expect(isNothing(remembered)).toBe(true);
});

test('an index of another format is not accepted', async () => {
  const {root, path} = await saved();
  const bytes = readFileSync(path);
  const half = bytes.subarray(0, bytes.length / 2);
  const text = half.toString('latin1').replace(/"format":\d/, '"format":9');
  const changed = Buffer.from(text, 'latin1');
  writeFileSync(path, Buffer.concat([changed, changed]));
  const {remembered, problem} = loadIndex(path, root);
  expect(problem).toBe('another version of paceline wrote it');
  expect(isNothing(remembered)).toBe(true);
});

test('a folder in its place is a problem that is told', async () => {
  const {root, path} = await saved();
  rmSync(path);
  mkdirSync(path);
  expect(loadIndex(path, root).problem).toBeDefined();
});
