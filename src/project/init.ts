import {hasTurbo} from './dialects/turbo.ts';
import type {Decision} from './draft/decision.ts';
import {draftFromScripts} from './draft/from-scripts.ts';
import {draftFromTurbo} from './draft/from-turbo.ts';
import {openingTables} from './draft/settings-tables.ts';
import {type DraftTable, tableText} from './draft/toml-text.ts';

export type {Decision} from './draft/decision.ts';

/** A make.toml that `paceline init` would write. */
export interface Draft {
  readonly text: string;
  /** A make.toml for each package in which turbo.json says something of its own; `file` is relative to the root. */
  readonly others: readonly {readonly file: string; readonly text: string}[];
  readonly decisions: readonly Decision[];
}

/**
 * A commented make.toml for a project, from its turbo.json, else from its package.json scripts, with which a run does what it did
 * without. Writes nothing.
 */
export function draftMakeToml(root: string): Draft {
  const decisions: Decision[] = [];
  const {found, tables, others} = (hasTurbo(root) ? draftFromTurbo : draftFromScripts)(root, decisions);
  if (found.members.length > 1) {
    const what = `${found.members.length - 1} workspaces, not listed in the file`;
    decisions.unshift({what, why: 'they and their dependencies are read from package.json and pnpm-workspace.yaml'});
  }
  if (tables.length === 0)
    decisions.push({what: 'no phases', why: 'there is neither a turbo.json nor a package.json with scripts'});
  return {
    text: fileText(heading(tables), [...openingTables(root, found, decisions), ...tables]),
    others: others.map((other) => ({file: other.file, text: fileText(memberHeading, other.tables)})),
    decisions,
  };
}

const memberHeading = ['What is particular to this package; the rest is in the make.toml of the root.'];

function heading(tables: readonly DraftTable[]): readonly string[] {
  const phases = tables.filter(({path}) => path[0] === 'lifecycle').map(({path}) => path[1] ?? '');
  const first = phases.includes('build') ? 'build' : phases[0];
  return [
    `Written by \`paceline init\`.${first === undefined ? '' : ` Try: paceline list, paceline run ${first} --dry-run`}`,
    'A phase without a command runs the package.json script of its name in each workspace that has one.',
    'depends_on: "x" is a phase of the same workspace, "^x" of the workspaces that it depends on.',
  ];
}

function fileText(lines: readonly string[], tables: readonly DraftTable[]): string {
  return [...lines.map((line) => `# ${line}\n`), '\n', tables.map(tableText).join('\n')].join('');
}
