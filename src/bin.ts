#!/usr/bin/env node
// Loads nothing before it has to: `--version` and a Node that is too old end here.
import * as nodeModule from 'node:module';
import {setFlagsFromString} from 'node:v8';

declare const PACELINE_VERSION: string | undefined;

const major = Number(process.versions.node.split('.')[0]);
if (process.platform === 'win32') {
  console.error('paceline does not run on native Windows; use it inside WSL.');
  process.exitCode = 2;
} else if (major < 24) {
  console.error(
    `paceline needs Node 24 or newer; this is ${process.version}. Install a newer Node, or add it to the project: npm install --save-dev node@24`,
  );
  process.exitCode = 2;
} else if (process.argv.length === 3 && (process.argv[2] === '--version' || process.argv[2] === '-V')) {
  console.log(typeof PACELINE_VERSION === 'string' ? PACELINE_VERSION : 'source');
} else {
  nodeModule.enableCompileCache();
  // every fork copies the page tables of this process: a run does better with little memory than with optimised code (docs/decisions.md)
  if (process.argv[2] === 'run')
    for (const flag of ['--no-opt', '--no-maglev', '--semi-space-growth-factor=1']) setFlagsFromString(flag);
  const {main} = await import('./cli/main.ts');
  await main(process.argv.slice(2));
}
