import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {onTestFinished} from 'vitest';
import type {Diagnostic} from '../base/source.ts';

/** For tests: a folder with these files (objects are written as JSON), removed when the test ends. Returns its path. */
export function temporaryProject(files: Readonly<Record<string, string | object>>): string {
  const root = mkdtempSync(join(tmpdir(), 'paceline-'));
  onTestFinished(() => rmSync(root, {recursive: true, force: true}));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), {recursive: true});
    writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  }
  return root;
}

/** For tests: a diagnostic in one line, `error E_JSON package.json:1:2 message`. */
export function diagnosticLine({severity, code, message, hint, origin}: Diagnostic): string {
  return `${severity} ${code} ${origin.file}:${origin.line}:${origin.column} ${message}${hint === undefined ? '' : ` (${hint})`}`;
}
