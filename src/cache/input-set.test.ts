import {chmodSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../../test/support/temporary-folder.ts';
import {FileIndex} from './file-index.ts';
import {type InputSet, InputSets, type SetDefinition} from './input-set.ts';
import {fileGlobs} from './patterns/file-globs.ts';

/** A folder with files, and the set of a definition in it, again and again. */
class Place {
  readonly root = temporaryFolder();
  readonly index = new FileIndex(this.root);
  readonly sets = new InputSets(this.root, this.index);
  readonly #definition: SetDefinition;
  known: InputSet | undefined;

  constructor(files: Readonly<Record<string, string>>, definition: SetDefinition) {
    this.#definition = definition;
    this.write(files);
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(this.at(path)), {recursive: true});
      writeFileSync(this.at(path), text);
    }
  }

  at(path: string): string {
    return join(this.root, path);
  }

  /** Paths of the set as it is now, found with what is remembered. */
  now(): readonly string[] {
    this.known = this.sets.current(() => this.#definition, this.known, performance.now());
    return namesOf(this.sets, this.index, this.known);
  }

  /** The same, found by somebody who remembers nothing. */
  afresh(): {readonly names: readonly string[]; readonly digest: string; readonly problem: string | undefined} {
    const index = new FileIndex(this.root);
    const sets = new InputSets(this.root, index);
    const set = sets.current(() => this.#definition, undefined, 0);
    return {names: namesOf(sets, index, set), digest: set.digest, problem: set.problem};
  }
}

function namesOf(sets: InputSets, index: FileIndex, set: InputSet): readonly string[] {
  return sets
    .files(set)
    .filter((slot) => index.kind(slot) !== 'missing')
    .map((slot) => index.paths[slot] ?? '')
    .sort();
}

const ALL: SetDefinition = {roots: [''], ignoring: true};

/** Resolves when nothing below the folder changed within the last tick of the clock. */
async function settled({root}: Place): Promise<void> {
  const newest = (path: string): number =>
    Math.max(
      statSync(path).ctimeMs,
      ...readdirSync(path, {withFileTypes: true})
        .filter((entry) => entry.isDirectory())
        .map(({name}) => newest(join(path, name))),
    );
  while (Date.now() - newest(root) < 20) await new Promise((resolve) => setTimeout(resolve, 1));
}

test('the same set comes back when nothing changed, with one look a file and folder', async () => {
  const place = new Place({a: '1', 'src/b': '1', 'src/deep/c': '1', '.gitignore': 'x'}, ALL);
  await settled(place);
  place.now();
  const {known} = place;
  const {looked, hashed} = place.index;
  place.now();
  expect(place.known).toBe(known);
  // four files, the root and two folders
  expect(place.index.looked - looked).toBe(7);
  expect(place.index.hashed - hashed).toBe(0);
});

test('the digest says what is there, not what was', () => {
  const place = new Place({a: '1', b: '1'}, ALL);
  place.now();
  const first = place.known?.digest;
  place.write({a: '2'});
  place.now();
  expect(place.known?.digest).not.toBe(first);
  place.write({a: '1'});
  place.now();
  expect(place.known?.digest).toBe(first);
  renameSync(place.at('a'), place.at('c'));
  place.now();
  expect(place.known?.digest).not.toBe(first);
  renameSync(place.at('c'), place.at('a'));
  chmodSync(place.at('a'), 0o755);
  place.now();
  expect(place.known?.digest).not.toBe(first);
});

interface Step {
  readonly what: string;
  readonly files: Readonly<Record<string, string>>;
  readonly change: (place: Place) => void;
  readonly after: readonly string[];
}

const STEPS: readonly Step[] = [
  {
    what: 'a new .gitignore in a folder',
    files: {'src/a.txt': '', 'src/a.log': '', 'src/deep/b.log': '', 'other/c.log': ''},
    change: (place) => place.write({'src/.gitignore': '*.log'}),
    after: ['other/c.log', 'src/.gitignore', 'src/a.txt'],
  },
  {
    what: 'a new .gitignore in the root',
    files: {'src/a.txt': '', 'src/a.log': '', 'src/deep/b.log': ''},
    change: (place) => place.write({'.gitignore': '*.log'}),
    after: ['.gitignore', 'src/a.txt'],
  },
  {
    what: 'a .gitignore that goes',
    files: {'.gitignore': '*.log', 'src/a.txt': '', 'src/a.log': ''},
    change: (place) => rmSync(place.at('.gitignore')),
    after: ['src/a.log', 'src/a.txt'],
  },
  {
    what: 'other rules in a .gitignore that excludes itself',
    files: {'src/.gitignore': '*.log\n.gitignore', 'src/a.txt': '', 'src/a.log': '', 'src/deep/b.txt': ''},
    change: (place) => place.write({'src/.gitignore': '*.txt\n.gitignore'}),
    after: ['src/a.log'],
  },
  {
    what: 'rules of a folder whose list did not change, and a change further down',
    files: {'src/.gitignore': '*.log\n', 'src/deep/a.txt': '', 'src/deep/a.log': ''},
    change: (place) => place.write({'src/deep/b.log': '', 'src/deep/b.txt': ''}),
    after: ['src/.gitignore', 'src/deep/a.txt', 'src/deep/b.txt'],
  },
  {
    what: 'rules that exclude themselves, and a change further down',
    files: {'src/.gitignore': '*.log\n.gitignore', 'src/deep/a.txt': ''},
    change: (place) => place.write({'src/deep/b.log': '', 'src/deep/b.txt': ''}),
    after: ['src/deep/a.txt', 'src/deep/b.txt'],
  },
  {
    what: 'a folder with another name',
    files: {'src/one/a': '', 'src/one/deep/b': ''},
    change: (place) => renameSync(place.at('src/one'), place.at('src/two')),
    after: ['src/two/a', 'src/two/deep/b'],
  },
  {
    what: 'two folders that swapped their names',
    files: {'one/a': '', 'two/b': ''},
    change: (place) => {
      renameSync(place.at('one'), place.at('three'));
      renameSync(place.at('two'), place.at('one'));
      renameSync(place.at('three'), place.at('two'));
    },
    after: ['one/b', 'two/a'],
  },
  {
    what: 'a file that became a folder',
    files: {'a/b': '', c: ''},
    change: (place) => {
      rmSync(place.at('c'));
      place.write({'c/d': ''});
    },
    after: ['a/b', 'c/d'],
  },
  {
    what: 'a folder that became a file',
    files: {'a/b': '', 'a/c/d': ''},
    change: (place) => {
      rmSync(place.at('a'), {recursive: true});
      place.write({a: ''});
    },
    after: ['a'],
  },
  {
    what: 'a new folder in a new folder',
    files: {a: ''},
    change: (place) => place.write({'x/y/z': ''}),
    after: ['a', 'x/y/z'],
  },
  {
    what: 'a folder that became a link to a folder',
    files: {'a/b': '', 'c/d': ''},
    change: (place) => {
      rmSync(place.at('a'), {recursive: true});
      symlinkSync('c', place.at('a'));
    },
    after: ['a', 'a/d', 'c/d'],
  },
  {
    what: 'a new file behind a link to a folder',
    files: {'c/d': ''},
    change: (place) => place.write({'c/e': ''}),
    after: ['c/d', 'c/e'],
  },
];

test.for(STEPS)('$what is noticed', async ({files, change, after}) => {
  const place = new Place(files, ALL);
  await settled(place);
  place.now();
  change(place);
  expect(place.now()).toEqual(after);
  expect(place.afresh()).toMatchObject({names: after, digest: place.known?.digest});
});

test('another target of a link to a folder is noticed, and a new file behind it', async () => {
  const place = new Place({'one/a': '', 'two/b': ''}, {roots: ['link', 'x'], ignoring: false});
  symlinkSync('one', place.at('link'));
  await settled(place);
  place.now();
  const first = place.known?.digest;
  rmSync(place.at('link'));
  symlinkSync('two', place.at('link'));
  place.now();
  expect(place.known?.digest).toBe(place.afresh().digest);
  expect(place.known?.digest).not.toBe(first);
});

test('a root that is missing and comes is noticed', async () => {
  const place = new Place({a: ''}, {roots: ['src'], wanted: fileGlobs(['src/**']), ignoring: false});
  expect(place.now()).toEqual([]);
  place.write({'src/b': ''});
  expect(place.now()).toEqual(['src/b']);
  rmSync(place.at('src'), {recursive: true});
  expect(place.now()).toEqual([]);
  place.write({src: ''});
  expect(place.now()).toEqual(place.afresh().names);
});

test('a file that does not belong to the set does not make it walk again, when its folder is the same', async () => {
  const place = new Place(
    {'src/a': '', 'src/b.log': '1'},
    {roots: ['src'], wanted: fileGlobs(['src/a']), ignoring: false},
  );
  await settled(place);
  place.now();
  const {known} = place;
  writeFileSync(place.at('src/b.log'), '2');
  place.now();
  expect(place.known).toBe(known);
});

test('what is left out is left out also when it is a root', () => {
  const place = new Place({a: '1', b: '1'}, {roots: ['a', 'b'], ignoring: false, without: (path) => path === 'a'});
  expect(place.now()).toEqual(['b']);
  rmSync(place.at('a'));
  place.write({'a/c': ''});
  expect(place.now()).toEqual(['a/c', 'b']);
});

test('what cannot be known is looked at again each time', () => {
  const place = new Place({a: '1'}, ALL);
  const outside = temporaryFolder();
  symlinkSync(outside, place.at('link'));
  place.now();
  expect(place.known?.problem).toBe(`the link link leads out of the project, to ${outside}`);
  // nothing of the set changes, and the folder neither
  rmSync(outside, {recursive: true});
  place.now();
  expect(place.known?.problem).toBeUndefined();
});

test('a circle of links ends', () => {
  const place = new Place({'a/b': ''}, ALL);
  symlinkSync('..', place.at('a/up'));
  symlinkSync('round', place.at('round'));
  expect(place.now()).toContain('a/b');
});

/** Edits of a small tree. */
type Edit =
  | {readonly kind: 'write'; readonly path: string; readonly text: string}
  | {readonly kind: 'remove'; readonly path: string}
  | {readonly kind: 'rename'; readonly path: string; readonly to: string}
  | {readonly kind: 'link'; readonly path: string; readonly to: string}
  | {readonly kind: 'mode'; readonly path: string};

const name = fc.constantFrom('a', 'b', 'c', 'a.log', 'b.txt', '.gitignore');
const path = fc.array(name, {minLength: 1, maxLength: 3}).map((names) => names.join('/'));
const text = fc.constantFrom('', '1', '2', '*.log\n', 'a\n', '!a.log\n', '/b\n.gitignore\n', 'c/\n');
const edit: fc.Arbitrary<Edit> = fc.oneof(
  {weight: 5, arbitrary: fc.record({kind: fc.constant('write' as const), path, text})},
  {weight: 2, arbitrary: fc.record({kind: fc.constant('remove' as const), path})},
  {weight: 2, arbitrary: fc.record({kind: fc.constant('rename' as const), path, to: path})},
  {weight: 1, arbitrary: fc.record({kind: fc.constant('link' as const), path, to: name})},
  {weight: 1, arbitrary: fc.record({kind: fc.constant('mode' as const), path})},
);

function apply(place: Place, change: Edit): void {
  try {
    if (change.kind === 'write') place.write({[change.path]: change.text});
    else if (change.kind === 'remove') rmSync(place.at(change.path), {recursive: true, force: true});
    else if (change.kind === 'rename') renameSync(place.at(change.path), place.at(change.to));
    else if (change.kind === 'link') symlinkSync(change.to, place.at(change.path));
    else chmodSync(place.at(change.path), 0o755);
  } catch {
    // there is no such file, or another thing in its place
  }
}

test('after any edits, what is remembered leads to what a fresh look finds', () => {
  fc.assert(
    fc.property(fc.array(fc.array(edit, {minLength: 1, maxLength: 3}), {minLength: 1, maxLength: 8}), (rounds) => {
      const place = new Place({}, ALL);
      for (const round of rounds) {
        for (const change of round) apply(place, change);
        const names = place.now();
        const fresh = place.afresh();
        expect({names, digest: place.known?.digest, problem: place.known?.problem}).toEqual(fresh);
      }
      rmSync(place.root, {recursive: true});
    }),
    {numRuns: 300},
  );
});

test('the same after the clock has moved on, so that nothing is looked at twice for safety', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(edit, {minLength: 3, maxLength: 8}),
      fc.array(edit, {minLength: 1, maxLength: 3}),
      async (before, after) => {
        const place = new Place({}, ALL);
        for (const change of before) apply(place, change);
        await settled(place);
        place.now();
        for (const change of after) apply(place, change);
        const names = place.now();
        expect({names, digest: place.known?.digest, problem: place.known?.problem}).toEqual(place.afresh());
        rmSync(place.root, {recursive: true});
      },
    ),
    {numRuns: 100},
  );
});
