import {posix} from 'node:path';
import {findMembers} from '../find-members.ts';
import type {Member, Members} from '../member.ts';
import {plainPhase} from '../plain-phase.ts';
import {type Phase, type PhaseName, ROOT_WORKSPACE} from '../project.ts';
import type {DialectContext, DialectResult} from './dialect.ts';
import {plainSettings, runsScriptHooks, scriptCommands, scriptOrigin} from './package-script.ts';

/**
 * A project with neither make.toml nor turbo.json: each package.json script is a phase that needs the same script of the packages it
 * depends on. A script of the root that a member has too is no phase (it usually calls a runner); without members all are.
 */
export function readScripts(context: DialectContext): DialectResult {
  const found = findMembers(context.root, [], context.report);
  const hooks = runsScriptHooks(context.root, found);
  const inMembers = new Set(found.members.slice(1).flatMap((member) => Object.keys(member.manifest?.scripts ?? {})));
  const top = found.members[0];
  const everyRootPhase = top === undefined ? new Map<PhaseName, Phase>() : scriptPhases(top, found, hooks);
  const rootPhases = new Map([...everyRootPhase].filter(([name]) => !inMembers.has(name)));
  return {
    ...plainSettings(found),
    name: top?.manifest?.name ?? posix.basename(context.root),
    dialect: 'scripts',
    found,
    rootPhases: everyRootPhase,
    phasesOf: (member) => (member.name === ROOT_WORKSPACE ? rootPhases : scriptPhases(member, found, hooks)),
    files: [],
  };
}

/** The scripts of one member as phases. A `pre` or `post` script runs with its script; by itself it is not offered. */
function scriptPhases(member: Member, found: Members, hooks: boolean): Map<PhaseName, Phase> {
  const phases = new Map<PhaseName, Phase>();
  const scripts = member.manifest?.scripts ?? {};
  for (const script of Object.keys(scripts)) {
    const name = script as PhaseName;
    const origin = scriptOrigin(member, script);
    const alone = member.name === ROOT_WORKSPACE || found.members.length === 1 || runsUntilStopped(script);
    phases.set(name, {
      ...plainPhase(name, origin),
      private: hooks && Object.hasOwn(scripts, script.replace(/^(?:pre|post)/, '')) && /^(?:pre|post)/.test(script),
      commands: scriptCommands(member, script, hooks),
      needs: alone
        ? []
        : [{ordered: false, references: [{phase: name, where: {kind: 'dependencies'}, optional: true, origin}]}],
    });
  }
  return phases;
}

/**
 * Whether a script is one that, by its name, runs until it is stopped: waiting for the same script of a dependency would wait for ever,
 * so these run side by side. Nothing else follows from the name: they are not `persistent`, and what needs them waits for their end.
 */
export function runsUntilStopped(script: string): boolean {
  return /^(?:dev|start|serve|watch|preview)(?::|$)|:watch$/.test(script);
}
