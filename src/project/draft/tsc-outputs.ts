import {posix} from 'node:path';
import {parseJsonText, plainValue} from '../json-text.ts';
import {readTextIfThere} from '../package-file.ts';
import {isTable} from '../toml/section.ts';

/** What one `tsc` call writes, and which files outside of its package it reads. */
export interface TscFiles {
  /** Relative to the package. */
  readonly outputs: readonly string[];
  /** Configs in other folders that it extends, relative to the root. */
  readonly configs: readonly string[];
}

/**
 * The outputs of a script that is one plain `tsc` call; undefined when the script is anything else, or writes where this cannot tell:
 * beside its sources, or (`--build`) in other packages too.
 */
export function tscOutputs(root: string, directory: string, line: string): TscFiles | undefined {
  const words = line.trim().split(/\s+/);
  if (words[0] !== 'tsc' || /[|&;<>$`"'()\\*]/.test(line)) return undefined;
  if (words.some((word) => /^--?(?:b|build|w|watch)$/i.test(word))) return undefined;
  const project = option(words, 'project', 'p') ?? 'tsconfig.json';
  const config = posix.join(directory, /\.json$/.test(project) ? project : `${project}/tsconfig.json`);
  const options = compilerOptions(root, config, []);
  if (options === undefined) return undefined;
  const noEmit = words.includes('--noEmit') || options.values.get('noEmit') === true;
  const written = option(words, 'outDir', 'outDir');
  const outDir = written === undefined ? options.paths.get('outDir') : posix.join(directory, written);
  if (outDir === undefined && !noEmit) return undefined;
  const folders = noEmit ? [] : [outDir, options.paths.get('declarationDir')].flatMap((path) => path ?? []);
  const relative = folders.map((path) => posix.relative(directory === '' ? '.' : directory, path).replace(/\/$/, ''));
  if (relative.some((folder) => folder === '' || folder.startsWith('..'))) return undefined;
  const incremental = ['incremental', 'composite'].some(
    (key) => words.includes(`--${key}`) || options.values.get(key) === true,
  );
  if (incremental && options.values.get('tsBuildInfoFile') !== undefined) return undefined;
  const outputs = [...new Set(relative)].map((folder) => `${folder}/`);
  return {
    outputs: incremental ? [...outputs, '*.tsbuildinfo'] : outputs,
    configs: options.configs.filter((file) => directory !== '' && !file.startsWith(`${directory}/`)),
  };
}

function option(words: readonly string[], long: string, short: string): string | undefined {
  const at = words.findIndex((word) => word.toLowerCase() === `--${long.toLowerCase()}` || word === `-${short}`);
  return at === -1 ? undefined : words[at + 1];
}

interface CompilerOptions {
  readonly values: ReadonlyMap<string, unknown>;
  /** Values that are texts, as paths relative to the root: in a config they are relative to it. */
  readonly paths: ReadonlyMap<string, string>;
  /** Every config that was read, relative to the root. */
  readonly configs: readonly string[];
}

/** A tsconfig.json with those that it extends; undefined when one of them cannot be read here, as those in npm packages. */
function compilerOptions(root: string, file: string, passed: readonly string[]): CompilerOptions | undefined {
  if (passed.includes(file) || file.startsWith('../')) return undefined;
  const text = readTextIfThere(`${root}/${file}`, file, () => undefined);
  const node = text === undefined ? undefined : parseJsonText(text, 'jsonc');
  if (node?.kind !== 'object') return undefined;
  const config = plainValue(node);
  if (!isTable(config)) return undefined;
  if (readsOutside(config)) return undefined;
  const parents = [config.extends ?? []].flat();
  const bases = parents.map((parent) => {
    if (typeof parent !== 'string' || !/^\.{1,2}\//.test(parent)) return undefined;
    const path = posix.join(posix.dirname(file), parent);
    return compilerOptions(root, /\.json$/.test(path) ? path : `${path}.json`, [...passed, file]);
  });
  const read = bases.filter((base) => base !== undefined);
  if (read.length < bases.length) return undefined;
  const own = isTable(config.compilerOptions) ? config.compilerOptions : {};
  const values = new Map(read.flatMap((base) => [...base.values]));
  const paths = new Map(read.flatMap((base) => [...base.paths]));
  for (const [key, value] of Object.entries(own)) {
    values.set(key, value);
    if (typeof value === 'string') paths.set(key, posix.join(posix.dirname(file), value));
  }
  return {values, paths, configs: [file, ...read.flatMap((base) => base.configs)]};
}

/** Whether a config names sources in other folders, whose changes would go unseen. */
function readsOutside(config: Readonly<Record<string, unknown>>): boolean {
  const {include, files, references, compilerOptions} = config;
  const {typeRoots, paths, rootDirs, baseUrl} = isTable(compilerOptions) ? compilerOptions : {};
  return JSON.stringify([include, files, references, typeRoots, paths, rootDirs, baseUrl]).includes('"../');
}
