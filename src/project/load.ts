import {existsSync} from 'node:fs';
import {PacelineError} from '../base/error.ts';
import {DiagnosticList} from './diagnostic-list.ts';
import type {DialectContext, DialectResult} from './dialects/dialect.ts';
import {findMakeFile, readMake} from './dialects/make.ts';
import {readScripts} from './dialects/scripts.ts';
import {hasTurbo, readTurbo} from './dialects/turbo.ts';
import type {Member} from './member.ts';
import type {Project, Workspace} from './project.ts';

export interface LoadOptions {
  /** The env profile that was asked for. */
  readonly profile?: string;
  /** The environment: it may name a profile, the most of a pool, and the socket of the container engine. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The make.toml to read, relative to the root, instead of the one with the usual name. */
  readonly file?: string;
}

/**
 * Reads the project whose root is this folder, from make.toml, Makefile.toml, turbo.json or the scripts of package.json, whichever
 * is there first.
 * @throws PacelineError with every error that was found: E_NO_PROJECT, E_TOML, E_TYPE, E_UNKNOWN_PHASE...
 */
export function loadProject(root: string, options: LoadOptions): Project {
  const diagnostics = new DiagnosticList();
  const {profile, env, file} = options;
  const report = diagnostics.add.bind(diagnostics);
  const result = readFirst({root, env, report, ...(profile !== undefined && {profile})}, file);
  diagnostics.throwErrors();
  if (result === undefined) {
    const what = file ?? 'make.toml, turbo.json or package.json with scripts';
    const hint = 'Run `paceline init` to write a make.toml, or start in the folder of a project.';
    throw new PacelineError('E_NO_PROJECT', `There is no ${what} in ${root}.`, {hint});
  }
  const project = projectOf(root, result, diagnostics);
  diagnostics.throwErrors();
  return project;
}

function readFirst(context: DialectContext, wanted: string | undefined): DialectResult | undefined {
  const {root} = context;
  const file = wanted ?? findMakeFile(root, '');
  if (file !== undefined) return existsSync(`${root}/${file}`) ? readMake(context, file) : undefined;
  if (hasTurbo(root)) return readTurbo(context);
  return existsSync(`${root}/package.json`) || existsSync(`${root}/pnpm-workspace.yaml`)
    ? readScripts(context)
    : undefined;
}

function projectOf(root: string, result: DialectResult, diagnostics: DiagnosticList): Project {
  const {found, phasesOf, extraDependencies, descriptions, files, ...settings} = result;
  const workspaces = found.members.map((member): Workspace => {
    const {name, directory, manifest, origin} = member;
    const description = descriptions?.get(name);
    return {
      name,
      ...(description !== undefined && {description}),
      directory,
      dependencies: dependenciesOf(member, extraDependencies),
      phases: phasesOf(member),
      ...(manifest !== undefined && {manifest}),
      origin,
    };
  });
  return {
    root,
    ...settings,
    workspaces: new Map(workspaces.map((workspace) => [workspace.name, workspace])),
    ...(found.packageManager !== undefined && {packageManager: found.packageManager}),
    files: [...new Set([...files, ...found.files])],
    diagnostics: diagnostics.all,
  };
}

function dependenciesOf(
  {name, dependencies}: Member,
  extra: DialectResult['extraDependencies'],
): Workspace['dependencies'] {
  const more = extra?.get(name);
  return more === undefined ? dependencies : [...new Set([...dependencies, ...more])];
}
