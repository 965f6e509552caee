import {execFileSync} from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {actionOf, bytesLike, publish, resultOf} from '../../../test/support/stored-result.ts';
import {temporaryFolder} from '../../../test/support/temporary-folder.ts';
import {digestOf, EMPTY_DIGEST, hashOf} from '../digest.ts';
import {encodeTree} from '../remote-api/encode.ts';
import {DiskStore} from './disk-store.ts';
import {APART_BYTES} from './entry-writer.ts';
import {storedFiles} from './store-files.ts';
import {type StoreProblem, storeDirectory} from './store-folder.ts';

const ACTION = actionOf('one');
const EMPTY = resultOf(new Map(), EMPTY_DIGEST);

function makeStore(): {readonly store: DiskStore; readonly folder: string; readonly problems: StoreProblem[]} {
  const folder = temporaryFolder();
  const problems: StoreProblem[] = [];
  return {store: new DiskStore(join(folder, 'store'), (problem) => problems.push(problem)), folder, problems};
}

/** What the file holds after a blob was copied to it; undefined when it was not. */
function copyOf(folder: string, copy: (target: number) => boolean): Buffer | undefined {
  const path = join(folder, 'copy');
  const target = openSync(path, 'w');
  const copied = copy(target);
  closeSync(target);
  return copied ? readFileSync(path) : undefined;
}

function temporaries({folder}: DiskStore): readonly string[] {
  return existsSync(folder.temporaries) ? readdirSync(folder.temporaries) : [];
}

test.each([
  [{PACELINE_CACHE_DIR: '/a', XDG_CACHE_HOME: '/x', HOME: '/h'}, '/c', '/a'],
  [{XDG_CACHE_HOME: '/x', HOME: '/h'}, '/c', '/c'],
  [{PACELINE_CACHE_DIR: '', XDG_CACHE_HOME: '/x', HOME: '/h'}, undefined, '/x/paceline'],
  [{PACELINE_CACHE_DIR: 'a', XDG_CACHE_HOME: 'x', HOME: '/h'}, undefined, '/h/.cache/paceline'],
])('of %j and the config %s the store is %s', (env, configured, directory) => {
  expect(storeDirectory(env, configured)).toBe(directory);
});

test('what is put in comes back: any blobs, as bytes or files, in any number', () => {
  const {store, folder, problems} = makeStore();
  const size = fc.oneof(
    fc.integer({min: 0, max: 3000}),
    fc.integer({min: APART_BYTES - 2, max: APART_BYTES + 2}),
    fc.constantFrom(2 ** 20 - 1, 2 ** 20, 2 ** 20 + 1),
  );
  const blob = fc.record({seed: fc.integer({min: 0, max: 5}), size, asFile: fc.boolean()});
  fc.assert(
    fc.property(fc.array(blob, {maxLength: 30}), fc.boolean(), (blobs, verify) => {
      const contents = blobs.map(({seed, size}) => bytesLike(seed, size));
      const writer = store.write();
      const digests = blobs.map(({asFile}, index) => {
        const bytes = contents[index]!;
        if (!asFile) return writer.addBytes(bytes);
        const path = join(folder, 'output');
        writeFileSync(path, bytes);
        return writer.addFile(path, bytes.length);
      });
      expect(digests).toEqual(contents.map((bytes) => digestOf(bytes)));
      const result = resultOf(new Map(digests.map((digest, index) => [`${index}`, digest])), EMPTY_DIGEST);
      writer.seal(result);
      writer.publish(ACTION);
      const entry = store.read(ACTION)!;
      expect(entry.result).toEqual(result);
      if (verify) expect(entry.verify()).toBe(true);
      for (const [index, digest] of digests.entries()) {
        expect(contents[index]!.equals(entry.bytes(digest)!)).toBe(true);
        expect(contents[index]!.equals(copyOf(folder, (target) => entry.copyTo(digest, target))!)).toBe(true);
      }
      entry.close();
    }),
    {numRuns: 40},
  );
  expect(problems).toEqual([]);
  expect(temporaries(store)).toEqual([]);
});

test('an entry holds each blob once', () => {
  const {store, folder} = makeStore();
  writeFileSync(join(folder, 'file'), bytesLike(1, 100_000));
  const writer = store.write();
  const digests = new Map(
    Array.from({length: 200}, (_, index) => [
      `${index}`,
      index % 2 === 0 ? writer.addBytes(bytesLike(1, 100_000)) : writer.addFile(join(folder, 'file'), 100_000),
    ]),
  );
  writer.seal(resultOf(digests, EMPTY_DIGEST));
  writer.publish(ACTION);
  expect(statSync(store.folder.entry(ACTION)).size).toBeLessThan(200_000);
  expect(store.read(ACTION)?.verify()).toBe(true);
});

test.each([APART_BYTES, 3_000_000])('entries share a large blob of %d bytes, which nobody may write to', (size) => {
  const {store, folder} = makeStore();
  const path = join(folder, 'output');
  writeFileSync(path, bytesLike(1, size), {mode: 0o755});
  for (const name of ['one', 'two']) {
    const writer = store.write();
    writer.addFile(path, size);
    writer.seal(EMPTY);
    writer.publish(actionOf(name));
  }
  const blobs = [...storedFiles(store.folder)].filter(({kind}) => kind === 'blob');
  expect(blobs.map(({hash}) => hash)).toEqual([hashOf(bytesLike(1, size))]);
  expect(statSync(blobs[0]!.path).mode & 0o777).toBe(0o444);
});

test('files of a tree count as named', () => {
  const {store} = makeStore();
  const writer = store.write();
  const digest = writer.addBytes(bytesLike(1, APART_BYTES));
  const directory = {files: [{name: 'a', digest, isExecutable: false}], directories: [], symlinks: []};
  const treeDigest = writer.addBytes(encodeTree({root: {...directory, files: []}, children: [directory]}));
  writer.seal({...EMPTY, outputDirectories: [{path: 'dist', treeDigest}]});
  writer.publish(ACTION);
  expect(store.read(ACTION)?.verify()).toBe(true);
  rmSync(store.folder.blob(digest.hash));
  expect(store.read(ACTION)?.verify()).toBe(false);
});

test('a result that names what was never added is no hit', () => {
  const {store} = makeStore();
  for (const named of [
    digestOf(bytesLike(9, 10)),
    {...digestOf(bytesLike(1, 10)), size: 9},
    {...EMPTY_DIGEST, size: 1},
  ]) {
    for (const look of ['verify', 'bytes']) {
      const writer = store.write();
      writer.addBytes(bytesLike(1, 10));
      writer.seal({...EMPTY, outputFiles: [{path: 'a', digest: named, isExecutable: false}]});
      writer.publish(ACTION);
      const entry = store.read(ACTION)!;
      if (look === 'verify') expect(entry.verify()).toBe(false);
      else expect(entry.bytes(named)).toBeUndefined();
      expect(store.entryTime(ACTION)).toBeUndefined();
    }
  }
});

test('nothing is visible before it is published', () => {
  const {store} = makeStore();
  const writer = store.write();
  writer.addBytes(bytesLike(1, 10));
  writer.seal(EMPTY);
  expect(store.entryTime(ACTION)).toBeUndefined();
  expect(store.read(ACTION)).toBeUndefined();
  writer.publish(ACTION);
  expect(store.entryTime(ACTION)).toBeTypeOf('number');
  expect(() => writer.publish(ACTION)).toThrow();
  writer.discard();
  expect(store.read(ACTION)).toBeDefined();
  expect(() => writer.addBytes(bytesLike(2, 10))).toThrow();
});

test('what is discarded leaves nothing', () => {
  const {store} = makeStore();
  const writer = store.write();
  writer.addBytes(bytesLike(1, 2000));
  expect(temporaries(store)).toHaveLength(1);
  writer.discard();
  writer.discard();
  expect(temporaries(store)).toEqual([]);
  expect([...storedFiles(store.folder)]).toEqual([]);
});

test('several entries can be written at the same time', () => {
  const {store} = makeStore();
  publish(store, ACTION, []);
  const writers = [1, 2, 3].map((seed) => ({seed, writer: store.write()}));
  for (let round = 0; round < 300; round++)
    for (const {seed, writer} of writers) writer.addBytes(bytesLike(1000 * seed + round, 5000));
  for (const {seed, writer} of writers) {
    writer.seal(EMPTY);
    writer.publish(actionOf(`${seed}`));
  }
  for (const {seed} of writers) {
    const entry = store.read(actionOf(`${seed}`))!;
    expect(entry.verify()).toBe(true);
    expect(bytesLike(1000 * seed + 7, 5000).equals(entry.bytes(digestOf(bytesLike(1000 * seed + 7, 5000)))!)).toBe(
      true,
    );
  }
});

test('a newer entry takes the place of an older one, which its readers keep', () => {
  const {store} = makeStore();
  const outputs = Array.from({length: 100}, (_, index) => bytesLike(index, 100_000));
  publish(store, ACTION, outputs, 'older');
  const older = store.read(ACTION)!;
  publish(store, ACTION, [], 'newer');
  const newer = store.read(ACTION)!;
  expect(Buffer.from(newer.bytes(newer.result.stdoutDigest)!).toString()).toBe('newer');
  expect(older.verify()).toBe(true);
  expect(Buffer.from(older.bytes(older.result.stdoutDigest)!).toString()).toBe('older');
  older.close();
});

test.each([1000, APART_BYTES, 3_000_000])('whoever stores a file of %d bytes sees all of them', (size) => {
  const {store, folder} = makeStore();
  const path = join(folder, 'output');
  writeFileSync(path, bytesLike(1, size));
  const seen: Buffer[] = [];
  const writer = store.write();
  writer.addBytes(bytesLike(2, 1000));
  for (let time = 0; time < 2; time++) {
    writer.addFile(path, size, (chunk) => seen.push(Buffer.from(chunk)));
    expect(Buffer.concat(seen.splice(0)).equals(bytesLike(1, size))).toBe(true);
  }
});

test.each([1000, APART_BYTES, 3_000_000])('a file that has not %d bytes any more is refused', (size) => {
  const {store, folder} = makeStore();
  const path = join(folder, 'output');
  const writer = store.write();
  for (const actual of [size - 1, size + 1, 0]) {
    writeFileSync(path, bytesLike(1, actual));
    expect(() => writer.addFile(path, size)).toThrow(expect.objectContaining({code: 'E_CACHE_SOURCE'}));
  }
  // the writer goes on
  writeFileSync(path, bytesLike(1, size));
  expect(writer.addFile(path, size)).toEqual(digestOf(bytesLike(1, size)));
  writer.discard();
  expect(temporaries(store)).toEqual([]);
});

test.each([4, APART_BYTES])('of %d bytes: a link, a pipe and a folder are no files', (size) => {
  const {store, folder} = makeStore();
  writeFileSync(join(folder, 'file'), bytesLike(1, size));
  symlinkSync(join(folder, 'file'), join(folder, 'link'));
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  mkdirSync(join(folder, 'folder'));
  const writer = store.write();
  for (const name of ['link', 'pipe', 'folder', 'nothing'])
    expect(() => writer.addFile(join(folder, name), size)).toThrow(expect.objectContaining({code: 'E_CACHE_SOURCE'}));
});

test('an error of whoever looks at the bytes is not one of the store', () => {
  const {store, folder} = makeStore();
  for (const size of [10, APART_BYTES, 3_000_000]) {
    writeFileSync(join(folder, 'file'), bytesLike(1, size));
    const writer = store.write();
    const refuse = (): void => {
      throw new Error('a secret');
    };
    expect(() => writer.addFile(join(folder, 'file'), size, refuse)).toThrow('a secret');
    writer.discard();
  }
  expect(temporaries(store)).toEqual([]);
});

test('use moves an entry and its large blobs, blobs behind the entry', () => {
  const {store} = makeStore();
  publish(store, ACTION, [bytesLike(1, APART_BYTES), bytesLike(2, 100)]);
  const blob = store.folder.blob(hashOf(bytesLike(1, APART_BYTES)));
  const times = (): readonly number[] => [store.entryTime(ACTION)!, statSync(blob).mtimeMs];
  expect(times()[1]).toBeGreaterThanOrEqual(times()[0]!);
  for (const path of [store.folder.entry(ACTION), blob]) utimesSync(path, 1000, 1000);
  expect(times()).toEqual([1_000_000, 1_000_000]);
  store.touch(ACTION);
  expect(times()[0]).toBeGreaterThan(1_000_000_000);
  expect(times()[1]).toBeGreaterThanOrEqual(times()[0]!);
  store.touch(actionOf('unknown'));
});

test('a blob that is stored again counts as used', () => {
  const {store} = makeStore();
  const {hash} = store.putBlob(bytesLike(1, 1000));
  utimesSync(store.folder.blob(hash), 1000, 1000);
  store.putBlob(bytesLike(1, 1000));
  expect(statSync(store.folder.blob(hash)).mtimeMs).toBeGreaterThan(1_000_000_000);
});

test.each([0, 10, APART_BYTES, 3_000_000])('a blob of %d bytes can belong to no entry', (size) => {
  const {store, folder} = makeStore();
  const bytes = bytesLike(1, size);
  writeFileSync(join(folder, 'file'), bytes);
  expect(store.blobs.bytes(digestOf(bytes))?.length).toBe(size === 0 ? 0 : undefined);
  expect(store.putFile(join(folder, 'file'), size)).toEqual(digestOf(bytes));
  expect(store.putBlob(bytes)).toEqual(digestOf(bytes));
  expect(bytes.equals(store.blobs.bytes(digestOf(bytes))!)).toBe(true);
  expect(store.blobs.verify(digestOf(bytes))).toBe(true);
  expect(bytes.equals(copyOf(folder, (target) => store.blobs.copyTo(digestOf(bytes), target))!)).toBe(true);
});

test('a store that is deleted while it is used is a miss, and begins anew', () => {
  const {store} = makeStore();
  publish(store, ACTION, [bytesLike(1, 100)]);
  const entry = store.read(ACTION)!;
  const writer = store.write();
  writer.seal(EMPTY);
  rmSync(store.directory, {recursive: true});
  expect(entry.verify()).toBe(true);
  expect(store.read(ACTION)).toBeUndefined();
  expect(store.entryTime(ACTION)).toBeUndefined();
  store.touch(ACTION);
  expect(() => writer.publish(ACTION)).toThrow(expect.objectContaining({code: 'E_CACHE_WRITE'}));
  publish(store, ACTION, [bytesLike(1, APART_BYTES)]);
  expect(store.read(ACTION)?.verify()).toBe(true);
});

test('looking something up makes no folder', () => {
  const {store} = makeStore();
  expect(store.entryTime(ACTION)).toBeUndefined();
  expect(store.read(ACTION)).toBeUndefined();
  store.touch(ACTION);
  expect(existsSync(store.directory)).toBe(false);
});

test('a store inside a project is nothing for git or for backups', () => {
  const {store} = makeStore();
  publish(store, ACTION, []);
  expect(readFileSync(join(store.folder.path, '.gitignore'), 'utf8')).toBe('*\n');
  expect(readFileSync(join(store.folder.path, 'CACHEDIR.TAG'), 'utf8')).toMatch(
    /^Signature: 8a477f597d28d172789f06886806bc55\n/,
  );
});

test('a folder that cannot be made is one error that says what to do', () => {
  const {folder} = makeStore();
  writeFileSync(join(folder, 'file'), '');
  const store = new DiskStore(join(folder, 'file', 'store'));
  for (const write of [() => store.write(), () => store.putBlob(bytesLike(1, 10))])
    expect(write).toThrow(
      expect.objectContaining({code: 'E_CACHE_WRITE', hint: expect.stringContaining('PACELINE_CACHE_DIR')}),
    );
  expect(store.entryTime(ACTION)).toBeUndefined();
  expect(store.read(ACTION)).toBeUndefined();
});

test('an entry that is a folder cannot be replaced, and leaves no temporary file', () => {
  const {store} = makeStore();
  mkdirSync(store.folder.entry(ACTION), {recursive: true});
  expect(store.entryTime(ACTION)).toBeUndefined();
  expect(store.read(ACTION)).toBeUndefined();
  expect(() => publish(store, ACTION, [])).toThrow(expect.objectContaining({code: 'E_CACHE_WRITE'}));
  expect(temporaries(store)).toEqual([]);
});
