import {basename, dirname, resolve} from 'node:path';
import type {Diagnostic} from '../../base/source.ts';
import {findMembers} from '../find-members.ts';
import type {Member, Members} from '../member.ts';
import {ROOT_WORKSPACE} from '../project.ts';
import type {KeyUses} from '../vocabulary/check.ts';
import type {DialectContext, DialectResult} from './dialect.ts';
import {plainSettings, runsScriptHooks} from './package-script.ts';
import {turboCache, turboJobs} from './turbo/global-settings.ts';
import {taskReferences} from './turbo/known-tasks.ts';
import {TaskPhases} from './turbo/task-phases.ts';
import {ProjectTasks} from './turbo/task-settings.ts';
import {findTurboFile, readTurboFile, type TurboFile} from './turbo/turbo-file.ts';

export {isTurboFile} from './turbo/turbo-file.ts';

/** Whether a folder has a turbo.json. */
export function hasTurbo(root: string): boolean {
  return findTurboFile(root, '') !== undefined;
}

/**
 * A project with a turbo.json: a task is the package.json script of its name in each package that has one. Both spellings of version 1
 * (`pipeline`, `$NAME`) are understood.
 */
export function readTurbo(context: DialectContext): DialectResult {
  const {root, report} = context;
  const found = findMembers(root, [], report);
  const rootName = findTurboFile(root, '');
  const rootFile = rootName === undefined ? undefined : readTurboFile(root, rootName, 'root', report);
  const packageFiles = readPackageFiles(root, found, report);
  const files = [...(rootFile === undefined ? [] : [rootFile]), ...packageFiles.values()];

  const {waitedFor, undeclared} = taskReferences(files, found.members, report);
  const tasks = new ProjectTasks(rootFile, undeclared, found.members.length === 1);
  const table = new Map(
    found.members.map(
      (member) => [member.name, tasks.in(member, inheritance(member.name, packageFiles, new Set()))] as const,
    ),
  );
  const rootTasks = new Set(table.get(ROOT_WORKSPACE)?.keys());
  const source = {table, waitedFor, rootTasks, scriptHooks: runsScriptHooks(root, found), report};
  const makePhases = new TaskPhases(source);
  const phases = new Map(found.members.map((member) => [member.name, makePhases.of(member)]));

  const settings = plainSettings(found);
  return {
    ...settings,
    name: found.members[0]?.manifest?.name ?? basename(root),
    dialect: 'turbo',
    limits: {...settings.limits, ...(rootFile !== undefined && turboJobs(rootFile.top, report))},
    cache: rootFile === undefined ? settings.cache : turboCache(root, rootFile.top, report),
    found,
    rootPhases: phases.get(ROOT_WORKSPACE) ?? new Map(),
    phasesOf: (member) => phases.get(member.name) ?? new Map(),
    files: files.map(({file}) => file),
  };
}

/** The turbo.json files of the packages, by package name. */
function readPackageFiles(
  root: string,
  found: Members,
  report: (diagnostic: Diagnostic) => void,
): ReadonlyMap<string, TurboFile> {
  const files = new Map<string, TurboFile>();
  for (const member of found.members.slice(1)) {
    const name = findTurboFile(root, member.directory);
    const file = name === undefined ? undefined : readTurboFile(root, name, 'package', report);
    if (file === undefined) continue;
    checkPackageFile(file, found.members, report);
    files.set(member.name, file);
  }
  return files;
}

function checkPackageFile(file: TurboFile, members: readonly Member[], report: (diagnostic: Diagnostic) => void): void {
  const parents = file.top.located('extends') ?? [];
  if (parents[0]?.text !== '//') {
    const message = 'the turbo.json of a package must start its "extends" with "//"; it is read as if it did';
    report({
      severity: 'warning',
      code: 'W_EXTENDS',
      message,
      hint: 'Write "extends": ["//"].',
      origin: parents[0]?.origin ?? file.top.here,
    });
  }
  for (const {text, origin} of parents) {
    if (text === '//' || members.some(({name}) => name === text)) continue;
    report({severity: 'error', code: 'E_UNKNOWN_WORKSPACE', message: `no package is called "${text}"`, origin});
  }
  for (const [task, section] of file.tasks) {
    if (!task.includes('#')) continue;
    const message = `"${task}": a package's turbo.json names its own tasks only, without "#"`;
    report({severity: 'error', code: 'E_VALUE', message, origin: section.here});
  }
}

/** The files that a package takes its tasks from, besides the root's, its own last. */
function inheritance(name: string, files: ReadonlyMap<string, TurboFile>, passed: Set<string>): readonly TurboFile[] {
  const file = files.get(name);
  if (file === undefined || passed.has(name)) return [];
  passed.add(name);
  const parents = file.top.strings('extends') ?? [];
  return [...parents.flatMap((parent) => inheritance(parent, files, passed)), file];
}

/** One turbo.json read by itself, for `paceline validate`. */
export interface TurboValidation {
  readonly dialect: 'turbo';
  /** Names of the tasks, as they are written. */
  readonly phases: readonly string[];
  readonly keys: KeyUses;
  readonly diagnostics: readonly Diagnostic[];
}

/** Checks a turbo.json: its keys, and, when it is the root's, the whole project that it describes. Places are relative to its folder. */
export function validateTurbo(path: string): TurboValidation {
  const root = dirname(resolve(path));
  const diagnostics: Diagnostic[] = [];
  const file = readTurboFile(root, basename(path), 'either', (diagnostic) => diagnostics.push(diagnostic));
  const ofProject: Diagnostic[] = [];
  if (file !== undefined && !file.top.has('extends'))
    readTurbo({root, env: {}, report: (diagnostic) => ofProject.push(diagnostic)});
  return {
    dialect: 'turbo',
    phases: [...(file?.tasks.keys() ?? [])],
    keys: file?.uses ?? {honoured: 0, warned: 0, closed: 0},
    diagnostics: ofProject.length > 0 ? ofProject : diagnostics,
  };
}
