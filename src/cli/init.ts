import {existsSync, writeFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {PacelineError} from '../base/error.ts';
import {draftMakeToml} from '../project/init.ts';
import {painted, screenOf} from '../ui/style.ts';
import {setErrorRoot} from './error-root.ts';

/** `paceline init`: writes a make.toml from what is there, and says what it decided and why. */
export function init(options: {readonly root?: string; readonly dryRun?: boolean}): number {
  const root = resolve(options.root ?? '.');
  setErrorRoot(root);
  const {text, others, decisions} = draftMakeToml(root);
  const files = [{file: 'make.toml', text}, ...others];
  if (options.dryRun === true)
    for (const file of files)
      process.stdout.write(files.length === 1 ? file.text : `# ---- ${file.file}\n${file.text}\n`);
  else write(root, files);
  const screen = screenOf(process.stderr, process.env);
  for (const {what, why} of decisions) screen.write(`- ${what}\n    ${painted(screen, 'dim', `because ${why}`)}\n`);
  if (options.dryRun !== true)
    screen.write(`\nWrote ${files.map((file) => file.file).join(', ')}. Look at it, then: paceline list\n`);
  return 0;
}

/** @throws PacelineError E_EXISTS when one of the files is there: then nothing is written */
function write(root: string, files: readonly {readonly file: string; readonly text: string}[]): void {
  const there = files.find(({file}) => existsSync(join(root, file)));
  if (there !== undefined) {
    throw new PacelineError('E_EXISTS', `There is a ${there.file} already; nothing was written.`, {
      hint: 'See what would be written with `paceline init --dry-run`.',
      origin: {file: there.file, line: 1, column: 1},
    });
  }
  for (const {file, text} of files) writeFileSync(join(root, file), text, {flag: 'wx'});
}
