import {execFile} from 'node:child_process';
import {existsSync, mkdirSync, readFileSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import type {TaskText} from './settings.ts';
import {type Entry, readTree, type Tree, writeTree} from './tree.ts';
import {isLeftOut} from './world.ts';

/** What comes of sources when every command is run once, in order, by a shell. */
export interface Scratch {
  readonly tree: Tree;
  /** What each task printed. */
  readonly logs: ReadonlyMap<string, string>;
  /** A command failed. */
  readonly failed: boolean;
}

export interface ScratchOptions {
  /** An empty place; it is gone afterwards. */
  readonly folder: string;
  readonly sources: Tree;
  /** In order. */
  readonly tasks: readonly TaskText[];
  /** What paceline is given. */
  readonly env: Readonly<Record<string, string>>;
  readonly shared: string;
  /** Where the sources come from: its name in results stands for that of the copy. */
  readonly root: string;
}

/** Variables that tasks get, whatever their phase says. */
const ALWAYS = ['PATH', 'HOME', 'HUNT_GIT', 'NODE_ENV', 'TZ', 'LANG'];

/** Knows nothing of caches, and nothing of the program that is tested. */
export async function runFromScratch({folder, sources, tasks, env, shared, root}: ScratchOptions): Promise<Scratch> {
  const place = join(folder, 'project');
  const logs = join(folder, 'logs');
  writeTree(place, sources);
  mkdirSync(logs, {recursive: true});
  const base = Object.fromEntries(Object.entries(env).filter(([name]) => ALWAYS.includes(name)));
  const script = tasks.map((task) => scriptOf(task, env, join(logs, task.id))).join('\n');
  const code = await new Promise<number>((resolve) => {
    execFile(
      '/bin/sh',
      ['-e', '-c', script],
      {cwd: place, env: {...base, SHARED: shared, PACELINE_ROOT: place}},
      (error) => resolve(error === null ? 0 : 1),
    );
  });
  const here = (text: string): string => text.replaceAll(place, root);
  const tree = movedTree(readTree(place, isLeftOut), place, root);
  const texts = tasks.flatMap(({id}) => {
    const path = join(logs, id);
    return existsSync(path) ? [[id, here(readFileSync(path, 'utf8'))] as const] : [];
  });
  rmSync(folder, {recursive: true});
  return {tree, logs: new Map(texts), failed: code !== 0};
}

function scriptOf({folder, command, env, inherits}: TaskText, given: ScratchOptions['env'], log: string): string {
  const variables = {
    ...Object.fromEntries(inherits.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]]))),
    ...env,
  };
  const exports = Object.entries(variables).map(([name, value]) => `export ${name}=${quoted(value)};`);
  return `(set +e; cd ./${folder}; ${exports.join(' ')} ${command}) > ${quoted(log)} 2>&1`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** As if it had been made in another place: the name of the one stands for that of the other. */
export function movedTree(tree: Tree, from: string, to: string): Tree {
  return new Map([...tree].map(([path, entry]) => [path, moved(entry, from, to)] as const));
}

function moved(entry: Entry, from: string, to: string): Entry {
  if (entry.kind !== 'file' || !entry.bytes.includes(from)) return entry;
  return {...entry, bytes: Buffer.from(entry.bytes.toString('latin1').replaceAll(from, to), 'latin1')};
}
