import type {Diagnostic} from '../../../base/source.ts';
import {readCondition} from '../../declared/conditions.ts';
import {known} from '../../declared/declared.ts';
import {variable} from '../../declared/env-entries.ts';
import type {NameList, PhaseDraft} from '../../declared/phase-draft.ts';
import {readEveryPhaseKeys} from '../../declared/phase-keys.ts';
import type {Command, Condition, EnvEntry} from '../../project.ts';
import {type Located, Section} from '../../toml/section.ts';
import {readEntries} from './env.ts';
import {readInstallCrate} from './install-crate.ts';
import {readRunTask} from './run-task.ts';
import {readInstallScript, readScript} from './script.ts';
import type {System} from './system.ts';

export interface TaskOptions {
  readonly system: System;
  /** Where tasks run that do not say. */
  readonly inMembers: boolean;
  readonly report: (diagnostic: Diagnostic) => void;
}

/** `[tasks.X]`; `section` has what it says for this system on top, and what it extends below. */
export function readTask(name: string, section: Section, {system, inMembers, report}: TaskOptions): PhaseDraft {
  const disabled = section.boolean('disabled') === true;
  const tools = readInstallCrate(section);
  const failureIsNothing = section.boolean('ignore_errors') ?? section.boolean('force');
  return {
    name,
    origin: section.here,
    ...readEveryPhaseKeys(section, report),
    ...known({
      commands: disabled ? [] : [...readInstallScript(section), ...readCommand(section)],
      aliasOf: readAlias(section, system),
      needs: readDependencies(section),
      followers: disabled ? undefined : readRunTask(section, system),
      env: readTaskEnv(name, section),
      directory: readDirectory(section, report),
      condition: readTaskCondition(section),
      inMembers: section.boolean('workspace') ?? inMembers,
      errorHandling: failureIsNothing === true ? ('ignore' as const) : undefined,
      tools: tools.length === 0 ? undefined : tools,
    }),
  };
}

/** The script, or the program; a script counts when one table has both. */
function readCommand(section: Section): readonly Command[] {
  if (section.uppermost(['script', 'command']) === 'script') return readScript(section);
  const program = section.string('command');
  if (program === undefined) return [];
  const args = section.strings('args') ?? [];
  const toolchain = section.string('toolchain') ?? section.section('toolchain')?.string('channel');
  const origin = section.valueOrigin('command');
  if (toolchain === undefined) return [{kind: 'program', program, args, role: 'main', origin}];
  return [{kind: 'program', program: 'rustup', args: ['run', toolchain, program, ...args], role: 'main', origin}];
}

function readAlias(section: Section, system: System): Located | undefined {
  return (section.located(`${system}_alias`) ?? section.located('alias'))?.[0];
}

/** Run one behind the other, as cargo-make does. */
function readDependencies(section: Section): readonly NameList[] | undefined {
  const names = section
    .items('dependencies')
    ?.flatMap((item) => (item instanceof Section ? (item.located('name') ?? []) : [item]));
  if (names === undefined) return undefined;
  return [{names, ordered: true, lenient: true, origin: section.origin('dependencies')}];
}

/** The names that cargo-make gives to a task's commands, then the task's own variables. */
function readTaskEnv(name: string, section: Section): readonly EnvEntry[] {
  const env = section.section('env');
  const names = ['CARGO_MAKE_TASK', 'CARGO_MAKE_CURRENT_TASK_NAME'].map(
    (key): EnvEntry => ({...variable(key, name, section.here), source: {kind: 'value', value: name}}),
  );
  return [...names, ...(env === undefined ? [] : readEntries(env))];
}

function readTaskCondition(section: Section): Condition | undefined {
  const condition = readCondition(section);
  const script = section.strings('condition_script');
  if (script === undefined) return condition;
  return {...condition, script: [...(condition?.script ?? []), script.join('\n')]};
}

/** A folder relative to the workspace; the one variable that stands for that folder may be in front of it. */
function readDirectory(section: Section, report: TaskOptions['report']): string | undefined {
  const key = section.has('directory') ? 'directory' : 'cwd';
  const written = section.string(key);
  if (written === undefined) return undefined;
  const directory = written.replace(/^\$\{CARGO_MAKE_WORKING_DIRECTORY\}\/?/, './');
  if (directory.includes('${')) {
    const message = `a folder cannot have variables in it, except \${CARGO_MAKE_WORKING_DIRECTORY} in front`;
    report({
      severity: 'error',
      code: 'E_VALUE',
      message,
      hint: 'Write the folder itself.',
      origin: section.valueOrigin(key),
    });
  }
  return directory;
}
