import {existsSync, writeFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {PacelineError} from '../base/error.ts';
import {draftMakeToml} from '../project/init.ts';

/** `paceline init`: writes a make.toml from what is there, and says what it decided and why. */
export function init(options: {readonly root?: string; readonly dryRun?: boolean}): number {
  const root = resolve(options.root ?? '.');
  const path = join(root, 'make.toml');
  if (options.dryRun !== true && existsSync(path)) {
    throw new PacelineError('E_EXISTS', 'There is a make.toml already; it is left as it is.', {
      hint: 'See what would be written with `paceline init --dry-run`.',
      origin: {file: 'make.toml', line: 1, column: 1},
    });
  }
  const {text, decisions} = draftMakeToml(root);
  if (options.dryRun === true) process.stdout.write(text);
  else writeFileSync(path, text, {flag: 'wx'});
  for (const {what, why} of decisions) process.stderr.write(`- ${what}\n    because ${why}\n`);
  if (options.dryRun !== true) process.stderr.write(`\nWrote ${path}. Try: paceline run build --dry-run\n`);
  return 0;
}
