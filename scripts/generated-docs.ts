import {makeTomlReference, turboJsonReference} from '../src/project/reference.ts';
import {cliReference} from './cli-reference.ts';

/** Every page that is made from the code: path and text. */
export function generatedDocs(): Readonly<Record<string, string>> {
  return {
    'docs/reference/cli.md': cliReference(),
    'docs/reference/make-toml.md': makeTomlReference(),
    'docs/reference/turbo-json.md': turboJsonReference(),
  };
}
