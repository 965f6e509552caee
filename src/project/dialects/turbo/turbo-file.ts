import {existsSync} from 'node:fs';
import {basename} from 'node:path';
import type {Diagnostic} from '../../../base/source.ts';
import {parseJsonSection} from '../../json-section.ts';
import {readTextIfThere} from '../../package-file.ts';
import type {Section} from '../../toml/section.ts';
import {checkKeys, type FileWords, type KeyUses} from '../../vocabulary/check.ts';
import {packageVocabulary, rootVocabulary} from './vocabulary.ts';

/** A turbo.json that was read and held against the keys there are. */
export interface TurboFile {
  /** Relative to the root. */
  readonly file: string;
  readonly top: Section;
  /** Settings by task name: `build`, and in the root's file also `web#build`, `//#build`. */
  readonly tasks: ReadonlyMap<string, Section>;
  readonly uses: KeyUses;
}

const words: FileWords = {
  file: 'a turbo.json',
  reference: 'docs/reference/turbo-json.md',
  table: (path) => `"${path.join('.')}"`,
};

const names = ['turbo.json', 'turbo.jsonc'];

/** The turbo.json of a folder, relative to the root; undefined when it has none. */
export function findTurboFile(root: string, directory: string): string | undefined {
  return names
    .map((name) => (directory === '' ? name : `${directory}/${name}`))
    .find((file) => existsSync(`${root}/${file}`));
}

/** Whether a file is called as turbo wants it. */
export function isTurboFile(path: string): boolean {
  return names.includes(basename(path));
}

/** Reads one; undefined, with what is wrong reported, when there is nothing in it to use. `role` says which keys it may have. */
export function readTurboFile(
  root: string,
  file: string,
  role: 'root' | 'package' | 'either',
  report: (diagnostic: Diagnostic) => void,
): TurboFile | undefined {
  const text = readTextIfThere(`${root}/${file}`, file, report);
  const top = text === undefined ? undefined : parseJsonSection(file, text, report);
  if (top === undefined) return undefined;
  const ofPackage = role === 'package' || (role === 'either' && top.has('extends'));
  const uses = checkKeys(top, ofPackage ? packageVocabulary : rootVocabulary, report, words);
  const tasks = top.section('tasks') ?? top.section('pipeline');
  return {file, top, tasks: new Map(tasks?.namedSections()), uses};
}
