import type {Edit, EditKind} from './edits.ts';
import {PACKAGES, type Settings} from './settings.ts';
import {type Checkout, sourcesOf, type World} from './world.ts';

/** A run, and what happens before it. */
export interface Step {
  readonly edits: readonly Edit[];
  readonly at: number;
  readonly targets: readonly string[];
  readonly force: boolean;
}

/** A number in [0, 1). */
export type Random = () => number;

const EVERYTHING = ['build', 'check', 'gen'];
const SOME = [
  ['a#build'],
  ['c#build'],
  ['q#build'],
  ['h#build', 'b#build'],
  ['f#build'],
  ['p#build', 'w#build'],
  ['e#build'],
  ['d#build', 'check'],
];

/** How often each kind of edit is drawn. */
const WEIGHTS: readonly (readonly [EditKind, number])[] = [
  ['write', 14],
  ['write-unseen', 6],
  ['write-through', 2],
  ['replace', 4],
  ['touch', 3],
  ['remove', 6],
  ['rename', 6],
  ['swap', 5],
  ['mode', 4],
  ['link', 6],
  ['empty-folder', 2],
  ['turn', 2],
  ['ignore', 7],
  ['variable', 5],
  ['tool', 2],
  ['settings', 5],
  ['label', 4],
  ['packages', 2],
  ['tamper', 6],
  ['stray', 2],
  ['wipe', 3],
  ['forget', 1],
  ['index', 1],
  ['back', 4],
  ['pull', 3],
  ['pause', 6],
];

const TOTAL = WEIGHTS.reduce((sum, [, weight]) => sum + weight, 0);

export function drawStep(world: World, random: Random): {readonly step: Omit<Step, 'edits'>; readonly count: number} {
  const at = Math.floor(random() * world.checkouts.length);
  return {
    step: {at, targets: random() < 0.7 ? EVERYTHING : one(SOME, random), force: random() < 0.03},
    count: random() < 0.08 ? 0 : 1 + Math.floor(random() * 3),
  };
}

/** Mostly where the run will be. */
export function drawEdit(world: World, where: number, random: Random): Edit {
  const at = random() < 0.8 ? where : Math.floor(random() * world.checkouts.length);
  const checkout = world.checkouts[at]!;
  const sources = [...sourcesOf(checkout).keys()].filter(isEditable).sort();
  let number = random() * TOTAL;
  const kind = WEIGHTS.find(([, weight]) => {
    number -= weight;
    return number < 0;
  })?.[0];
  return {at, ...draw(kind ?? 'write', checkout, sources, random)} as Edit;
}

function isEditable(path: string): boolean {
  return !/(?:^|\/)(?:make\.toml|package\.json|lib\.sh|\.gitignore)$/.test(path);
}

function draw(kind: EditKind, checkout: Checkout, sources: readonly string[], random: Random): object {
  // most edits are about few files, so that they meet
  const path =
    random() < 0.25
      ? one(sources, random)
      : one(
          sources.filter((one) => /^packages\/[abdgh]\//.test(one)),
          random,
        );
  switch (kind) {
    case 'write':
      return {
        kind,
        path: random() < 0.05 ? 'packages/a/src/broken' : random() < 0.4 ? newPath(random) : path,
        text: text(random),
      };
    case 'write-unseen':
    case 'write-through':
    case 'replace':
      return {kind, path, text: text(random)};
    case 'touch':
      return {kind, path, seconds: one([1_000_000_000, 1_700_000_000, 1_000_000_000.5], random)};
    case 'remove':
      return {kind, path: random() < 0.1 ? `packages/${one(PACKAGES, random)}/src/deep` : path};
    case 'rename':
      return {kind, path, to: random() < 0.4 ? otherCase(path) : newPath(random)};
    case 'swap':
      return {
        kind,
        path,
        with: one(
          sources.filter((other) => other !== path && /\.(?:txt|sh|log)$/.test(other)),
          random,
        ),
      };
    case 'mode':
      return {kind, path, mode: one([0o755, 0o644], random)};
    case 'link':
      return {
        kind,
        path: `packages/${one(['a', 'b', 'd', 'g', 'h'], random)}/src/${one(['link', 'deep/link', 'two.txt'], random)}`,
        target: one(TARGETS, random),
      };
    case 'empty-folder':
      return {kind, path: `packages/${one(PACKAGES, random)}/src/${one(['void', 'deep', 'void/inner'], random)}`};
    case 'turn':
      return {kind, path: `packages/${one(['a', 'b', 'g', 'h'], random)}/src/${one(['deep', 'one.txt'], random)}`};
    case 'ignore':
      return {kind, path: one(IGNORE_FILES, random), lines: IGNORED.filter(() => random() < 0.12)};
    case 'variable':
      return {kind, ...one(VARIABLES, random)};
    case 'tool':
      return {kind, version: one(['1.0.0', '1.0.1', '2.0.0'], random)};
    case 'settings':
      return {kind, change: one(SETTINGS, random)};
    case 'label':
      return {
        kind,
        task: one(['gen', ...PACKAGES.map((name) => `${name}#build`)], random),
        value: Math.floor(random() * 3),
      };
    case 'packages':
      return {kind, name: one(PACKAGES, random)};
    case 'tamper':
      return {
        kind,
        number: Math.floor(random() * 1000),
        how: one(['write', 'unseen', 'remove', 'mode', 'link'], random),
      };
    case 'stray':
      return {
        kind,
        folder: one(['packages/a/dist', 'packages/b/dist', 'packages/c/dist', 'packages/a/dist/src'], random),
        text: text(random),
      };
    case 'wipe':
      return {kind, folder: one(['', '', 'packages/', ...PACKAGES.map((name) => `packages/${name}/`)], random)};
    case 'index':
      return {kind, how: one(['remove', 'break'], random)};
    case 'back':
      return {kind, number: Math.floor(random() * Math.max(1, checkout.earlier.length))};
    case 'pause':
      return {kind, ms: 16};
    case 'forget':
    case 'pull':
      return {kind};
  }
}

const NAMES = [
  'one.txt',
  'two.txt',
  'three.skip.txt',
  'deep/four.txt',
  'deep/five.log',
  'keep.log',
  'run.sh',
  'Upper.txt',
  'six.tmp',
  'new/seven.txt',
  '.env',
];
const TARGETS = [
  'one.txt',
  'run.sh',
  '../../b/notes/n1.txt',
  '../../b/notes',
  '../../../common',
  '../hidden/secret.tmp',
  'missing',
  'deep/four.txt',
  '/etc/hostname',
];
const IGNORE_FILES = [
  '.gitignore',
  '.gitignore',
  'packages/a/.gitignore',
  'packages/a/src/.gitignore',
  'packages/a/src/deep/.gitignore',
  'packages/h/.gitignore',
  'packages/d/.gitignore',
];
const IGNORED = [
  '*.log',
  'deep/',
  'two.txt',
  '/src/two.txt',
  '!keep.log',
  '!*.tmp',
  'src/deep',
  '.gitignore',
  '*.skip.txt',
  '.env*',
  'hidden/',
  'run.*',
  '**/deep/*.txt',
  '[Uu]pper.txt',
  'notes.txt',
  'package-lock.json',
  'extra/',
  '!made/',
  '!dist/',
  'link',
];
const VARIABLES = [
  ...['quick', 'slow', null].map((value) => ({name: 'MODE', value})),
  ...['x', null].map((value) => ({name: 'STAGE', value})),
  ...['1', '2', null].map((value) => ({name: 'NOISE', value})),
  ...['production', null].map((value) => ({name: 'NODE_ENV', value})),
  ...['UTC', 'CET'].map((value) => ({name: 'TZ', value})),
];
const SETTINGS: readonly Partial<Settings>[] = [
  {shared: 'one'},
  {shared: 'two'},
  {own: 'one'},
  {own: 'two'},
  {closure: 'direct'},
  {closure: 'transitive'},
  {extraEdge: true},
  {extraEdge: false},
  {cachesMiddle: true},
  {cachesMiddle: false},
  {declares: true},
  {declares: false},
  {incremental: true},
  {incremental: false},
  {inputs: 0},
  {inputs: 1},
  {inputs: 2},
  {place: 'lib'},
  {place: 'libs'},
  {seesMode: true},
  {seesMode: false},
];

function newPath(random: Random): string {
  if (random() < 0.3)
    return one(
      [
        'notes.txt',
        'common/c1.txt',
        'common/c3.txt',
        '.env',
        '.env.local',
        'README.md',
        'package-lock.json',
        'node_modules/.package-lock.json',
        'packages/p/extra/key.bin',
        'packages/p/.env.local',
        'packages/b/notes/n1.txt',
        'packages/a/hidden/secret.tmp',
      ],
      random,
    );
  return `packages/${one(['a', 'b', 'd', 'g', 'h'], random)}/src/${one(NAMES, random)}`;
}

function otherCase(path: string): string {
  const at = path.lastIndexOf('/') + 1;
  const letter = path[at] ?? '';
  return (
    path.slice(0, at) +
    (letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase()) +
    path.slice(at + 1)
  );
}

/** All of one size, and few, so that states come back. */
function text(random: Random): string {
  return `text ${10 + Math.floor(random() * 6)}\n`;
}

function one<Item>(items: readonly Item[], random: Random): Item {
  return items[Math.floor(random() * items.length)]!;
}
