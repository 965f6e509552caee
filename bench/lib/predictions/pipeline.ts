import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Change} from '../../../src/insight/change.ts';
import type {Run} from '../../../src/record/run.ts';

export const families = ['sleep', 'cpu', 'mixed', 'typescript'] as const;
export type Family = (typeof families)[number];

/** Part `index` of `of` equal parts of the work of a phase. */
export interface Share {
  readonly index: number;
  readonly of: number;
}

export const WHOLE: Share = {index: 0, of: 1};

export interface Phase {
  readonly name: string;
  /** The shell line that does a share of its work. */
  readonly line: (share: Share) => string;
  readonly share: Share;
  /** As in `depends_on`. */
  readonly needs: readonly string[];
  /** Only there; undefined: in every workspace. */
  readonly workspaces?: readonly string[];
  /** Its result can be kept, and depends on these files; undefined: it is never kept. */
  readonly cached?: {readonly inputs: readonly string[]; readonly outputs: readonly string[]};
}

/** How a pipeline is to be run. */
export interface Plan {
  readonly phases: readonly Phase[];
  readonly jobs: number;
  /** Whether results are used and stored. */
  readonly cache: boolean;
}

/** A pipeline that was really changed. */
export interface Variant {
  /** What the simulator is told of the change, by somebody who knows the earlier runs. */
  readonly change: (earlier: readonly Run[]) => Change;
  readonly plan: Plan;
}

/** A project whose run is predicted. */
export interface Pipeline {
  readonly name: string;
  readonly family: Family;
  readonly plan: Plan;
  /** Writes the project into an empty folder, without its make.toml. */
  readonly write: (folder: string) => void;
  readonly variants: readonly Variant[];
}

/** The phase that asks for all others. */
const GOAL = 'everything';

export function writeConfig(folder: string, {phases}: Plan): void {
  const needs = JSON.stringify(phases.map(({name}) => name));
  const goal = `[lifecycle.${GOAL}]\ncommands = []\ndepends_on = ${needs}\nworkspaces = ["."]`;
  const text = ['[project]\nname = "bench-predictions"', ...phases.map(phaseText), goal];
  writeFileSync(join(folder, 'make.toml'), `${text.join('\n\n')}\n`);
}

function phaseText({name, line, share, needs, workspaces, cached}: Phase): string {
  return [
    `[lifecycle.${name}]`,
    `command = ${JSON.stringify(line(share))}`,
    `depends_on = ${JSON.stringify(needs)}`,
    ...(workspaces === undefined ? [] : [`workspaces = ${JSON.stringify(workspaces)}`]),
    ...(cached === undefined
      ? []
      : ['cache = true', `inputs = ${JSON.stringify(cached.inputs)}`, `outputs = ${JSON.stringify(cached.outputs)}`]),
  ].join('\n');
}

/** The words behind `paceline`. */
export function runWords({jobs, cache}: Plan): readonly string[] {
  return ['run', GOAL, '--jobs', String(jobs), ...(cache ? [] : ['--no-cache'])];
}
