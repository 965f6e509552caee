import {existsSync, readdirSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import type {TaskPlan} from '../../src/plan/task.ts';
import {loadProject} from '../../src/project/load.ts';
import type {Project} from '../../src/project/project.ts';
import {temporaryFolder} from './temporary-folder.ts';

/** Real make.toml files of others, beside the repository: read there, never copied, never run. */
const CORPUS = join(import.meta.dirname, '../../../shared/corpus/make');

export const hasCorpus = existsSync(CORPUS);

/** The names of all of them. */
export const corpusFiles: readonly string[] = hasCorpus ? readdirSync(CORPUS) : [];

/** A project in an empty folder, whose make.toml is the corpus file with these first letters. */
export function corpusProject(prefix: string, {profile}: {readonly profile?: string} = {}): Project {
  return loadProject(corpusRoot(prefix), {file: 'make.toml', env: {}, ...(profile !== undefined && {profile})});
}

/** The folder of such a project. */
export function corpusRoot(prefix: string): string {
  const [name, ...others] = corpusFiles.filter((file) => file.startsWith(prefix));
  if (name === undefined || others.length > 0) throw new Error(`${prefix} is not the beginning of one corpus file`);
  const root = temporaryFolder();
  symlinkSync(join(CORPUS, name), join(root, 'make.toml'));
  return root;
}

/** A plan as lines, sorted: what each node is and where it and its commands stand, and where each edge was written. */
export function planLines({plan, tasks}: TaskPlan): {
  readonly nodes: readonly string[];
  readonly edges: readonly string[];
} {
  const nodes = plan.nodes.map(({id, kind, origin}) => {
    const task = tasks.get(id);
    if (task === undefined) return `${id}: ${kind} :${origin.line}`;
    const {phase, commands, stage} = task;
    const marks = [
      ...(stage === 'main' ? [] : [stage]),
      ...(phase.parallel ? ['parallel'] : []),
      ...(phase.firstRunOnly ? ['first run only'] : []),
      ...(phase.requiresApproval ? ['approval'] : []),
      ...(phase.condition === undefined ? [] : ['condition']),
    ];
    const lines = ranges(commands.map((command) => command.origin.line));
    return [
      `${id}: ${kind} :${origin.line}`,
      `${commands.length} ${commands.length === 1 ? 'command' : 'commands'} ${lines}`,
      ...marks,
    ].join(', ');
  });
  const edges = plan.edges.map(({from, to, kind, origin}) => `${from} -> ${to} ${kind} :${origin?.line ?? '?'}`);
  return {nodes: nodes.sort(), edges: edges.sort()};
}

/** `:3-5 :9` */
function ranges(lines: readonly number[]): string {
  const found: {first: number; last: number}[] = [];
  for (const line of lines) {
    const range = found.at(-1);
    if (range !== undefined && (line === range.last || line === range.last + 1)) range.last = line;
    else found.push({first: line, last: line});
  }
  return found.map(({first, last}) => (first === last ? `:${first}` : `:${first}-${last}`)).join(' ');
}
