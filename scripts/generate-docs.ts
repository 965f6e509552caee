// Writes the reference pages that are made from the code; `--check` only says whether they are up to date.
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {generatedDocs} from './generated-docs.ts';

const root = join(import.meta.dirname, '..');
let stale = 0;
for (const [path, text] of Object.entries(generatedDocs())) {
  const file = join(root, path);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  stale++;
  if (process.argv.includes('--check')) console.error(`${path} is not up to date: npm run docs`);
  else {
    mkdirSync(dirname(file), {recursive: true});
    writeFileSync(file, text);
    console.log(`wrote ${path}`);
  }
}
if (stale > 0 && process.argv.includes('--check')) process.exitCode = 1;
