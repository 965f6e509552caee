import {execFileSync} from 'node:child_process';
import {chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {configuration, FIRST_SETTINGS, LIBRARY, PACKAGES, type Settings, type TaskText, tasksOf} from './settings.ts';
import {readTree, type Tree, writeEntry} from './tree.ts';

/** One copy of the hunted project, and what is known about it. */
export interface Checkout {
  readonly root: string;
  settings: Settings;
  /** Paths that tasks have written. */
  outputs: Set<string>;
  /** How it was before, for going back there. */
  readonly earlier: {readonly sources: Tree; readonly settings: Settings}[];
}

/** Everything that edits can change. */
export interface World {
  readonly folder: string;
  readonly cacheFolder: string;
  readonly checkouts: readonly Checkout[];
  env: Readonly<Record<string, string>>;
}

/** Where each task writes, and nothing else lies. */
const PLACES: readonly (readonly [prefix: string, task: string])[] = [
  ['gen', 'gen'],
  ...['a', 'b', 'c', 'e', 'f', 'm', 'n', 'q'].map((name) => [`packages/${name}/dist`, `${name}#build`] as const),
  ['packages/d/made', 'd#build'],
  ['packages/d/out.txt', 'd#build'],
  ['packages/g/out', 'g#build'],
  ['packages/h/lib', 'h#build'],
  ['packages/h/libs', 'h#build'],
  ['packages/p/stamp.txt', 'p#build'],
  ['packages/w/where.txt', 'w#build'],
];

/** The task that writes at a path. */
export function writerOf(path: string): string | undefined {
  return PLACES.find(([prefix]) => path === prefix || path.startsWith(`${prefix}/`))?.[1];
}

/** What is no part of the comparison: our own state, what is neither output nor input. */
export function isLeftOut(path: string): boolean {
  return (
    path === '.paceline' ||
    path === 'packages/g/out/tmp' ||
    path.startsWith('packages/h/.memo') ||
    path.endsWith('/.info')
  );
}

/** @param count checkouts that share a store */
export function makeWorld(folder: string, count: number): World {
  mkdirSync(join(folder, 'bin'), {recursive: true});
  const git = join(folder, 'git');
  execFileSync('git', ['init', '-q', '--bare', git], {env: {PATH: process.env.PATH, HOME: folder}});
  const env = {
    PATH: [join(folder, 'bin'), dirname(process.execPath), '/usr/bin', '/bin'].join(':'),
    HOME: folder,
    TZ: 'UTC',
    HUNT_GIT: git,
    MODE: 'quick',
  };
  const checkouts = Array.from({length: count}, (_, at): Checkout => {
    const root = join(folder, `checkout-${at}`);
    mkdirSync(root);
    const checkout: Checkout = {root, settings: FIRST_SETTINGS, outputs: new Set(), earlier: []};
    for (const [path, text] of FIRST_FILES) write(checkout, path, text);
    chmodSync(join(root, 'packages/a/src/run.sh'), 0o755);
    chmodSync(join(root, 'packages/b/src/run.sh'), 0o755);
    configure(checkout, FIRST_SETTINGS);
    return checkout;
  });
  const world = {folder, cacheFolder: join(folder, 'store'), checkouts, env};
  installTool(world, '1.0.0');
  return world;
}

export function installTool({folder}: World, version: string): void {
  const path = join(folder, 'bin', 'tooly');
  writeFileSync(path, `#!/bin/sh\necho tooly ${version}\n`);
  chmodSync(path, 0o755);
}

export function write({root}: Checkout, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), {recursive: true});
  writeFileSync(join(root, path), text);
}

/** Writes the configuration where it is not yet so. */
export function configure(checkout: Checkout, settings: Settings): void {
  const {root} = checkout;
  for (const name of PACKAGES) {
    const folder = join(root, 'packages', name);
    if (!settings.packages.includes(name)) rmSync(folder, {recursive: true, force: true});
    else if (!checkout.settings.packages.includes(name))
      for (const [path, text] of filesOf(name)) write(checkout, path, text);
  }
  checkout.settings = settings;
  for (const [path, text] of configuration(settings))
    if (textOf(join(root, path)) !== text) write(checkout, path, text);
}

/** Everything but what tasks have written. */
export function sourcesOf({root, outputs}: Checkout): Tree {
  return new Map([...readTree(root, isLeftOut)].filter(([path]) => !outputs.has(path)));
}

/** Makes the sources those of another tree, as a checkout of git would: only what is different is written. */
export function becomes(
  checkout: Checkout,
  sources: Tree,
  settings: Settings,
  isSame: (path: string) => boolean,
): void {
  for (const path of sourcesOf(checkout).keys())
    if (!sources.has(path)) rmSync(join(checkout.root, path), {recursive: true, force: true});
  for (const [path, entry] of sources) {
    if (isSame(path)) continue;
    try {
      writeEntry(join(checkout.root, path), entry);
    } catch (error) {
      // an output is in the way: this one stays as it is, and what the config says has to go with what is there
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    }
  }
  // packages that come back have come with their files
  checkout.settings = {...checkout.settings, packages: settings.packages};
  configure(checkout, settings);
}

/** Tasks that a request needs, in order. */
export function plannedTasks(settings: Settings, targets: readonly string[]): readonly TaskText[] {
  const all = tasksOf(settings);
  const byId = new Map(all.map((task) => [task.id, task]));
  const wanted = new Set<TaskText>();
  const want = (task: TaskText | undefined): void => {
    if (task === undefined || wanted.has(task)) return;
    for (const needed of task.needs) want(byId.get(needed));
    wanted.add(task);
  };
  for (const task of all) if (targets.includes(task.id) || targets.includes(task.phase)) want(task);
  return [...wanted];
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function filesOf(name: string): readonly (readonly [path: string, text: string])[] {
  const files = ['src/one.txt', 'src/two.txt', 'src/deep/four.txt', 'src/run.sh'];
  return files.map((path, at) => [`packages/${name}/${path}`, `text 0${at}\n`] as const);
}

export const FIRST_IGNORED = [
  'dist/',
  'out/',
  '/gen/',
  'lib/',
  'libs/',
  'made/',
  'stamp.txt',
  'where.txt',
  'node_modules',
  '*.tmp',
];

const FIRST_FILES: readonly (readonly [path: string, text: string])[] = [
  ['tools/lib.sh', LIBRARY],
  ['.gitignore', `${FIRST_IGNORED.join('\n')}\n`],
  ['notes.txt', 'text 01\n'],
  ['common/c1.txt', 'text 02\n'],
  ['common/c2.txt', 'text 03\n'],
  ['README.md', 'text 04\n'],
  ['.env', 'A=1\n'],
  ['package-lock.json', '{"lock": 1}\n'],
  ['node_modules/.package-lock.json', '{"installed": 1}\n'],
  ['packages/b/notes/n1.txt', 'text 05\n'],
  ['packages/b/notes/n2.txt', 'text 06\n'],
  ['packages/a/src/keep.log', 'text 07\n'],
  ['packages/a/hidden/secret.tmp', 'text 08\n'],
  ['packages/p/.env', 'B=1\n'],
  ['packages/p/extra/key.bin', 'text 09\n'],
  ...PACKAGES.flatMap(filesOf),
];
