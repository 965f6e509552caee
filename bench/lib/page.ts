import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {repository} from './installed.ts';

/** The page that shows the latest results. */
export const performancePage = join(repository, 'docs/performance.md');

/**
 * Replaces what a page holds between `<!-- bench:NAME -->` and `<!-- /bench:NAME -->`. Throws an Error when the page has no such
 * place.
 */
export function writeBetweenMarkers(file: string, name: string, text: string): void {
  const page = readFileSync(file, 'utf8');
  const open = `<!-- bench:${name} -->`;
  const start = page.indexOf(open);
  const end = page.indexOf(`<!-- /bench:${name} -->`);
  if (start < 0 || end < start) throw new Error(`${file} has no place marked ${open}`);
  writeFileSync(file, `${page.slice(0, start + open.length)}\n${text}\n${page.slice(end)}`);
}
