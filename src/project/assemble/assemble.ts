import {posix} from 'node:path';
import type {Diagnostic} from '../../base/source.ts';
import type {Declared} from '../declared/declared.ts';
import {type PhaseDraft, underProfile} from '../declared/phase-draft.ts';
import type {DialectContext, DialectResult} from '../dialects/dialect.ts';
import {runsScriptHooks} from '../dialects/package-script.ts';
import type {Members} from '../member.ts';
import {type PhaseName, type Pipeline, ROOT_WORKSPACE, type WorkspaceName} from '../project.ts';
import {runHooks} from './hooks.ts';
import {MemberPhases} from './member-phases.ts';
import {Names} from './names.ts';
import type {Parts} from './parts.ts';
import {finishedPhase} from './phase.ts';
import {chosenProfile, mentionedProfiles} from './profile.ts';
import {Services} from './services.ts';
import {Surroundings} from './surroundings.ts';

type Drafts = ReadonlyMap<string, PhaseDraft>;

/** Puts together what the files say: the profile is chosen, members get their phases, hooks and names find what they mean. */
export function assemble(context: DialectContext, parts: Parts): DialectResult {
  const {top, own, found, alone} = parts;
  const files = [top, ...own.values()];
  const profiles = mentionedProfiles(files);
  const profile = chosenProfile(context, top, profiles);
  const drafts = profiled(top, profile);
  const ownDrafts = new Map([...own].map(([name, file]) => [name, profiled(file, profile)]));
  const names = namesOf(context, parts);
  for (const file of files) checkProfileCommands(file, names, context.report);
  const services = new Services(context, parts);
  const surroundings = new Surroundings(context, parts, {names, services, profile});
  const around = surroundings.of(ROOT_WORKSPACE);
  const phases = new MemberPhases({
    drafts,
    own: ownDrafts,
    runsIn: placement(parts, drafts, names),
    around: (workspace) => surroundings.of(workspace),
    scriptHooks: runsScriptHooks(context.root, found),
    alone,
  });
  const root = found.members[0];
  const rootPhases = phases.inRoot(root);
  if (!alone) warnEmpty(drafts, ownDrafts, (name) => rootPhases.has(name as PhaseName), found, context.report);
  const {
    name = root?.manifest?.name ?? posix.basename(context.root),
    version = root?.manifest?.version,
    ...about
  } = top.about;
  return {
    dialect: top.dialect,
    name,
    ...(version !== undefined && {version}),
    ...about,
    ...(profile !== undefined && {profile}),
    profiles,
    rootPhases,
    phasesOf: (member) => phases.of(member),
    env: around.env,
    pipelines: pipelinesOf(top, names),
    hooks: runHooks(top.runHooks, around),
    limits: {graceMs: 5000, ...top.limits},
    tools: files.flatMap(({tools}) => tools),
    ...(top.prefetch !== undefined && {prefetch: finishedPhase(top.prefetch, around)}),
    cache: {enabled: true, globalInputs: [], globalEnv: [], globalPassEnv: [], ...top.cache},
    state: {file: '.ggen/state.json', history: true, skipIfExists: [], ...top.state},
    budget: top.budget ?? {phases: new Map()},
    services: services.all,
    found,
    descriptions: descriptionsOf(parts),
    files: files.map(({file}) => file),
  };
}

/** A phase without commands that no package.json has a script for, and that names no others, is nowhere: that is said. */
function warnEmpty(
  drafts: Drafts,
  own: ReadonlyMap<WorkspaceName, Drafts>,
  isInRoot: (name: string) => boolean,
  found: Members,
  report: (diagnostic: Diagnostic) => void,
): void {
  const scripts = scriptPhases([...drafts.values()], found);
  for (const {name, commands, aliasOf, origin} of drafts.values()) {
    if (commands !== undefined || aliasOf !== undefined || isInRoot(name) || scripts.has(name)) continue;
    if ([...own.values()].some((file) => file.has(name))) continue;
    report({
      severity: 'warning',
      code: 'W_NO_COMMAND',
      message: `the phase "${name}" has no command, and no package.json has a script of that name: it is left out`,
      hint: 'Give it a `command`; `commands = []` keeps a phase that is only a name.',
      origin,
    });
  }
}

/** The drafts of a file with what it says for this profile. */
function profiled({phases, env}: Declared, profile: string | undefined): Drafts {
  if (profile === undefined) return phases;
  const drafts = new Map([...phases].map(([name, draft]) => [name, underProfile(draft, profile)]));
  for (const [name, {commands, origin}] of env.profiles.get(profile)?.commands ?? []) {
    const draft = phases.get(name) ?? {name, origin};
    drafts.set(name, underProfile({...draft, commands}, profile));
  }
  return drafts;
}

function checkProfileCommands({env}: Declared, names: Names, report: (diagnostic: Diagnostic) => void): void {
  for (const {commands} of env.profiles.values()) {
    for (const [phase, {origin}] of commands) {
      if (names.isPhase(phase)) continue;
      const near = names.nearest(phase);
      const hint = near === undefined ? {} : {hint: `Did you mean "${near}"?`};
      report({
        severity: 'warning',
        code: 'W_UNKNOWN_PHASE',
        message: `there is no phase called "${phase}" to change`,
        ...hint,
        origin,
      });
    }
  }
}

function namesOf(context: DialectContext, {top, own, found, alone}: Parts): Names {
  const drafts = [top, ...own.values()].flatMap(({phases}) => [...phases.values()]);
  const workspaces = new Map<string, WorkspaceName>();
  for (const {name, directory} of found.members.slice(1)) workspaces.set(directory, name);
  for (const {name} of found.members.slice(1)) workspaces.set(name, name);
  for (const name of top.workspaces.rootNames) workspaces.set(name, ROOT_WORKSPACE);
  return new Names({
    phases: new Set(drafts.map(({name}) => name)),
    scripts: scriptPhases(drafts, found),
    aliases: new Map(drafts.flatMap(({name, aliasOf}) => (aliasOf === undefined ? [] : [[name, aliasOf.text]]))),
    workspaces,
    alone,
    builtIn: top.builtIn ?? new Set(),
    report: context.report,
  });
}

/** Phases without commands whose name is a package.json script somewhere. */
function scriptPhases(drafts: readonly PhaseDraft[], found: Members): ReadonlySet<string> {
  const silent = drafts.filter(({commands, aliasOf}) => commands === undefined && aliasOf === undefined);
  const inSome = (name: string): boolean =>
    found.members.some(({manifest}) => Object.hasOwn(manifest?.scripts ?? {}, name));
  return new Set(silent.map(({name}) => name).filter(inSome));
}

/** Where the phases of the root's file run. */
function placement(
  {top, found, alone}: Parts,
  drafts: Drafts,
  names: Names,
): (draft: PhaseDraft, workspace: WorkspaceName) => boolean {
  const hasMembers = found.members.length > 1;
  const restrictions = new Map<string, ReadonlySet<WorkspaceName>>();
  for (const {name, workspaces} of drafts.values()) {
    if (workspaces !== undefined)
      restrictions.set(name, new Set(workspaces.flatMap((written) => names.workspaceAt(written) ?? [])));
  }
  return ({name, inMembers}, workspace) => {
    const restriction = restrictions.get(name);
    if (alone) return true;
    if (restriction !== undefined) return restriction.has(workspace);
    if (!hasMembers) return workspace === ROOT_WORKSPACE;
    if (workspace === ROOT_WORKSPACE) return inMembers === undefined ? top.workspaces.rootNames.size > 0 : !inMembers;
    return inMembers ?? true;
  };
}

function pipelinesOf(top: Declared, names: Names): ReadonlyMap<string, Pipeline> {
  return new Map(
    [...top.pipelines].map(([name, list]) => [name, {name, sequence: names.sequence(list), origin: list.origin}]),
  );
}

function descriptionsOf({top, own, found}: Parts): ReadonlyMap<WorkspaceName, string> {
  const descriptions = new Map<WorkspaceName, string>();
  for (const {name} of found.members) {
    const description = own.get(name)?.about.description ?? top.workspaces.descriptions.get(name);
    if (description !== undefined) descriptions.set(name, description);
  }
  return descriptions;
}
