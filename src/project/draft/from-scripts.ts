import {readScripts, runsUntilStopped} from '../dialects/scripts.ts';
import type {Member, Members} from '../member.ts';
import {findLockfile} from '../package-manager.ts';
import {type Phase, ROOT_WORKSPACE, type ShellCommand} from '../project.ts';
import type {Decision} from './decision.ts';
import type {PhaseDrafts} from './phase-drafts.ts';
import {everywhereTable} from './settings-tables.ts';
import type {DraftTable, TomlValue} from './toml-text.ts';
import {type TscFiles, tscOutputs} from './tsc-outputs.ts';

/** Scripts that a package manager runs by itself, at its own moments. */
const managed =
  /^(?:pre|post)?(?:install|prepare|publish|pack|version|uninstall|shrinkwrap|dependencies)$|^prepublishOnly$/;

/** A script in one workspace. */
interface Use {
  readonly member: Member;
  readonly phase: Phase;
}

/** The phases of a project that has package.json scripts and nothing else. */
export function draftFromScripts(root: string, decisions: Decision[]): PhaseDrafts {
  const result = readScripts({root, env: {}, report: () => undefined});
  const uses = new Map<string, Use[]>();
  for (const member of result.found.members) {
    for (const [name, phase] of result.phasesOf(member)) {
      if (phase.private || managed.test(name)) continue;
      uses.set(name, [...(uses.get(name) ?? []), {member, phase}]);
    }
  }
  const everywhere = new Set<string>();
  const tables = [...uses].map(([name, list]) => phaseTable(root, name, list, result.found, everywhere, decisions));
  const hidden = [...result.rootPhases.keys()].filter((name) =>
    uses.get(name)?.every(({member}) => member.name !== ROOT_WORKSPACE),
  );
  if (hidden.length > 0) {
    const names = hidden.map((name) => `"${name}"`).join(', ');
    decisions.push({
      what: `the root's own ${names} left out`,
      why: 'the packages have scripts of that name, which the root usually only starts',
    });
  }
  const cached = tables.some(({keys}) => keys.cache === true);
  const lockfile = findLockfile(root, result.found.packageManager);
  const globals = everywhereTable(cached ? [...(lockfile === undefined ? [] : [lockfile]), ...everywhere] : []);
  return {found: result.found, tables: [...globals, ...tables], others: []};
}

function phaseTable(
  root: string,
  name: string,
  uses: readonly Use[],
  found: Members,
  everywhere: Set<string>,
  decisions: Decision[],
): DraftTable {
  const inRoot = uses.every(({member}) => member.name === ROOT_WORKSPACE);
  const keys: Record<string, TomlValue> = {};
  if (inRoot && found.members.length > 1) keys.workspaces = ['.'];
  if (uses.some(({phase}) => phase.needs.length > 0)) keys.depends_on = [`^${name}`];
  if (uses.some(({phase}) => phase.commands.some((command) => command.kind === 'shell' && usesNetwork(command.line)))) {
    keys.offline = false;
    decisions.push({what: `"${name}" may use the network`, why: 'its script publishes, deploys or installs'});
  }
  const files = cacheableFiles(root, uses);
  if (files !== undefined) {
    Object.assign(keys, {outputs: files.outputs, cache: true});
    for (const file of files.configs) everywhere.add(file);
    const written = files.outputs.length === 0 ? 'nothing' : files.outputs.join(', ');
    decisions.push({
      what: `"${name}" is cached; it writes ${written}`,
      why: 'it is a plain `tsc` call, and tsconfig.json says where it writes',
    });
  } else if (runsUntilStopped(name)) {
    decisions.push({
      what: `"${name}" is not persistent`,
      why: 'nothing but its name says that it runs on; what needs it waits for its end',
    });
  }
  return {
    path: ['lifecycle', name],
    comment: comments(name, uses, inRoot),
    keys,
    ...(files === undefined && {remarks: runsUntilStopped(name) ? persistentRemarks : cacheRemarks}),
  };
}

const cacheRemarks = ['cache = true   # skip it when nothing has changed; then say what it writes:', 'outputs = []'];
const persistentRemarks = [
  'persistent = true   # if it runs until it is stopped; then say when it is ready:',
  'ready_when = {port = 3000}',
];

function comments(name: string, uses: readonly Use[], inRoot: boolean): readonly string[] {
  const lines = [...new Set(uses.flatMap(({phase}) => mainLines(phase)))];
  const where = inRoot ? 'the root' : uses.length === 1 ? (uses[0]?.member.name ?? '') : `${uses.length} packages`;
  const example = lines.length === 1 ? `: ${(lines[0] ?? '').replaceAll(/\s+/g, ' ').slice(0, 90)}` : '';
  return [`The script "${name}" of ${where}${example}`];
}

function mainLines(phase: Phase): readonly string[] {
  return phase.commands
    .filter((command): command is ShellCommand => command.kind === 'shell' && command.role === 'main')
    .map(({line}) => line);
}

/** What a phase reads and writes, when every package says it in a way that can be trusted, and all write the same. */
function cacheableFiles(root: string, uses: readonly Use[]): TscFiles | undefined {
  const files = uses.flatMap(({member, phase}) => {
    const [command, ...more] = phase.commands;
    return (
      (command?.kind === 'shell' && more.length === 0 ? tscOutputs(root, member.directory, command.line) : undefined) ??
      []
    );
  });
  const first = files[0];
  if (first === undefined || files.length < uses.length) return undefined;
  if (files.some(({outputs}) => outputs.join() !== first.outputs.join())) return undefined;
  return {outputs: first.outputs, configs: files.flatMap(({configs}) => configs)};
}

function usesNetwork(line: string): boolean {
  return /\b(?:publish|deploy|release|dlx|npx|install|audit|outdated|upgrade)\b/.test(line);
}
