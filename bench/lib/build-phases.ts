import {applyEdit, outputFoldersOf, setAside, writtenSince} from './outputs.ts';
import type {Ask} from './runner.ts';
import type {Bar, Contestant} from './scenario.ts';
import {commandAt, type Site} from './site.ts';
import {edits, type OutputCheck, type Workload} from './workload.ts';

/** The states in which a build can find its cache and its outputs. */
export const buildPhases = ['uncached', 'cold', 'warm', 'restore', ...edits] as const;
export type BuildPhase = (typeof buildPhases)[number];

export const phaseTitles: Readonly<Record<BuildPhase, string>> = {
  uncached: 'cache off',
  cold: 'empty cache, stored',
  warm: 'nothing changed',
  restore: 'outputs gone',
  'leaf-edit': 'a leaf edited',
  'base-equal': 'a base edited, equal outputs',
  'base-changed': 'a base edited, other outputs',
};

const ratio = (against: string, limit: number, aim?: number): Bar => ({
  kind: 'ratio',
  contestant: 'paceline',
  against,
  limit,
  ...(aim === undefined ? {} : {aim}),
});

export const phaseBars: Readonly<Record<BuildPhase, readonly Bar[]>> = {
  uncached: [ratio('make', 1.5), ratio('turbo', 0.1)],
  cold: [ratio('make', 2.5), ratio('turbo', 0.2), ratio('wireit', 0.8)],
  warm: [ratio('turbo', 1, 0.6)],
  restore: [ratio('turbo', 1, 0.7)],
  'leaf-edit': [ratio('turbo', 0.6)],
  'base-equal': [ratio('turbo', 0.2)],
  'base-changed': [ratio('turbo', 0.5)],
};

/** The whole workload, in one of the states, by one runner. */
export function buildContestant(phase: BuildPhase, site: Site, workload: Workload, check: OutputCheck): Contestant {
  const {runner, folder, aside} = site;
  const ask: Ask = {task: workload.kind.goal, cache: phase === 'uncached' ? 'off' : 'on', output: 'little'};
  const edit = edits.find((name) => name === phase);
  const {daemon} = runner;
  let beginMs: number | undefined;
  const outputs = outputFoldersOf(workload);
  const isFresh = phase === 'uncached' || phase === 'cold';
  const outputsAreGone = isFresh || phase === 'restore';
  return {
    name: runner.name,
    title: runner.title,
    commands: [commandAt(site, ask)],
    settles: !isFresh,
    prepare: () => {
      if (outputsAreGone) setAside(folder, outputs, aside);
      if (isFresh) setAside(folder, runner.caches, aside);
      beginMs = Date.now();
      if (edit !== undefined) applyEdit(folder, workload.kind.editOf(edit, workload));
    },
    wrong: () => check(folder) || unbuilt(),
    ...(outputsAreGone ? {} : {written: () => written().length}),
    ...(daemon === undefined ? {} : {daemonPid: () => daemon.pid(folder)}),
  };

  /** By the run that was prepared last. */
  function written(): readonly string[] {
    return beginMs === undefined ? [] : writtenSince(folder, workload, beginMs);
  }

  /** Outputs that are equal do not show whether the edited package was built at all. */
  function unbuilt(): string {
    if (edit === undefined || beginMs === undefined) return '';
    const {id} = workload.kind.editOf(edit, workload).member;
    return written().includes(id) ? '' : `${id} was edited and not built`;
  }
}
