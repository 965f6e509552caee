import type {Diagnostic, Origin} from '../base/source.ts';
import type {FolderGlob} from './member-folders.ts';
import {readTextIfThere} from './package-file.ts';

export const pnpmWorkspaceFile = 'pnpm-workspace.yaml';

/**
 * The `packages` of a pnpm-workspace.yaml; undefined when there is no such file. Reads the two ways in which people write a list of
 * texts, and reports any other. A whole YAML reader costs 3 ms at each start (40 ms unbundled), for one list.
 */
export function readPnpmGlobs(
  root: string,
  report: (diagnostic: Diagnostic) => void,
): readonly FolderGlob[] | undefined {
  const text = readTextIfThere(`${root}/${pnpmWorkspaceFile}`, pnpmWorkspaceFile, report);
  if (text === undefined) return undefined;
  const lines = text.split(/\r?\n/);
  const head = lines.findIndex((line) => /^(["']?)packages\1\s*:(\s|$)/.test(line));
  if (head === -1) {
    const start = /^(?:\s|#.*$)*\{/m.exec(text);
    if (start?.index === 0) report(notUnderstood('expected "packages:" at the start of a line', 0, 0));
    return [];
  }
  const first = (lines[head] ?? '').replace(/^[^:]*:/, (key) => ' '.repeat(key.length));
  const rest = [first, ...lines.slice(head + 1)];
  const start = rest.findIndex((line) => !emptyLine.test(line));
  const globs = /^\s*\[/.test(rest[start] ?? '') ? flowList(rest, start) : blockList(rest);
  if (globs.kind === 'globs')
    return globs.globs.map(({glob, line, column, length}) => ({glob, origin: originAt(head + line, column, length)}));
  report(notUnderstood(`expected ${globs.expected}`, head + globs.line, globs.column));
  return [];
}

function notUnderstood(expectation: string, line: number, column: number): Diagnostic {
  const message = `the list of "packages" is not understood: ${expectation}`;
  return {severity: 'error', code: 'E_YAML', message, origin: originAt(line, column)};
}

/** Blank, or a comment. */
const emptyLine = /^\s*(?:#.*)?$/;

interface PlacedGlob {
  readonly glob: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

/** Lines and columns count from 0, at the line of the key. */
type GlobList =
  | {readonly kind: 'globs'; readonly globs: readonly PlacedGlob[]}
  | {readonly kind: 'problem'; readonly expected: string; readonly line: number; readonly column: number};

/** `- "packages/*"`, one a line. */
function blockList(lines: readonly string[]): GlobList {
  const first = lines[0] ?? '';
  if (!emptyLine.test(first)) return {kind: 'problem', expected: 'a list', line: 0, column: first.search(/\S/)};
  const globs: PlacedGlob[] = [];
  let indent: number | undefined;
  for (let line = 1; line < lines.length; line++) {
    const text = lines[line] ?? '';
    if (emptyLine.test(text)) continue;
    const item = /^( *)-(\s+)(.*)$/.exec(text);
    if (item === null && /^\S/.test(text)) break;
    const column = text.search(/\S/);
    if (item === null || (indent !== undefined && column !== indent))
      return {kind: 'problem', expected: '"- " and a glob', line, column};
    indent = column;
    const start = column + 1 + (item[2] ?? '').length;
    const scalar = scalarAt(text, start, /(?:\s#.*|\s*)$/);
    if (scalar === undefined || !emptyLine.test(text.slice(scalar.end))) {
      return {kind: 'problem', expected: 'a glob, in quotes if it starts with * or !', line, column: start};
    }
    globs.push({glob: scalar.value, line, column: start, length: scalar.end - start});
  }
  return {kind: 'globs', globs};
}

/** `["packages/*", apps/*]`, on one line or several. */
function flowList(lines: readonly string[], start: number): GlobList {
  const globs: PlacedGlob[] = [];
  let wantsItem = true;
  for (let line = start; line < lines.length; line++) {
    const text = line === start ? (lines[line] ?? '').replace('[', ' ') : (lines[line] ?? '');
    for (let at = 0; at < text.length; at++) {
      const char = text[at] ?? '';
      if (/\s/.test(char)) continue;
      if (char === '#' && (at === 0 || /\s/.test(text[at - 1] ?? ''))) break;
      if (char === ']') return {kind: 'globs', globs};
      if (char === ',' && !wantsItem) {
        wantsItem = true;
        continue;
      }
      const scalar = wantsItem ? scalarAt(text, at, /[,\]]|\s#|$/) : undefined;
      if (scalar === undefined)
        return {kind: 'problem', expected: wantsItem ? 'a glob' : '"," or "]"', line, column: at};
      globs.push({glob: scalar.value, line, column: at, length: scalar.end - at});
      wantsItem = false;
      at = scalar.end - 1;
    }
  }
  return {kind: 'problem', expected: '"]"', line: lines.length - 1, column: (lines.at(-1) ?? '').length};
}

/** One text at a place: in either kind of quotes, or plain up to what `end` finds. Nothing else YAML has. */
function scalarAt(text: string, at: number, end: RegExp): {value: string; end: number} | undefined {
  const rest = text.slice(at);
  const single = /^'((?:[^']|'')*)'/.exec(rest);
  if (single !== null) return {value: (single[1] ?? '').replaceAll("''", "'"), end: at + single[0].length};
  const double = /^"([^"\\]*)"/.exec(rest);
  if (double !== null) return {value: double[1] ?? '', end: at + double[0].length};
  const plain = rest.slice(0, rest.search(end)).trimEnd();
  if (plain === '' || /^[-?:]?$|^[-?:]\s|^[!&*|>'"%@`#{}[\],]|:\s|:$/.test(plain)) return undefined;
  return {value: plain, end: at + plain.length};
}

function originAt(line: number, column: number, length?: number): Origin {
  return {file: pnpmWorkspaceFile, line: line + 1, column: column + 1, ...(length !== undefined && {length})};
}
