import {makeTomlSchema} from '../project/schema.ts';

/** `paceline schema`. */
export function schema(): number {
  process.stdout.write(`${JSON.stringify(makeTomlSchema(), undefined, 2)}\n`);
  return 0;
}
