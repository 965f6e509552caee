import {laidOver, type PhaseDraft} from '../declared/phase-draft.ts';
import {scriptCommands} from '../dialects/package-script.ts';
import type {Member} from '../member.ts';
import {type Phase, type PhaseName, ROOT_WORKSPACE, type WorkspaceName} from '../project.ts';
import {finishedPhase, type PhaseSurroundings} from './phase.ts';
import {callsRunner} from './runner-call.ts';
import {understoodCommands} from './understood-commands.ts';

type Drafts = ReadonlyMap<string, PhaseDraft>;

export interface MemberPhasesOptions {
  /** Of the root's file. */
  readonly drafts: Drafts;
  /** Of the members' own files. */
  readonly own: ReadonlyMap<WorkspaceName, Drafts>;
  readonly runsIn: (draft: PhaseDraft, workspace: WorkspaceName) => boolean;
  /** The same value for all members in which nothing differs. */
  readonly around: (workspace: WorkspaceName) => PhaseSurroundings;
  /** npm's `pre` and `post` scripts run too. */
  readonly scriptHooks: boolean;
  /** A file is read without its project: a phase without commands may have a script. */
  readonly alone: boolean;
}

/** The phases of each workspace. Values are shared between the workspaces in which nothing makes them differ. */
export class MemberPhases {
  readonly #options: MemberPhasesOptions;
  readonly #shared = new Map<PhaseSurroundings, Map<PhaseDraft, Phase>>();
  readonly #maps = new Map<PhaseSurroundings, Map<string, ReadonlyMap<PhaseName, Phase>>>();

  constructor(options: MemberPhasesOptions) {
    this.#options = options;
  }

  /** All phases of the root's file as they run in the root folder. */
  inRoot(root: Member | undefined): ReadonlyMap<PhaseName, Phase> {
    return this.#phases(this.#options.drafts.values(), root, ROOT_WORKSPACE);
  }

  /** The phases that a request for them runs in this workspace. */
  of(member: Member): ReadonlyMap<PhaseName, Phase> {
    const {drafts, runsIn} = this.#options;
    const own = this.#options.own.get(member.name);
    const here: PhaseDraft[] = [];
    for (const draft of drafts.values()) {
      const over = own?.get(draft.name);
      if (over !== undefined) here.push(laidOver(draft, over));
      else if (runsIn(draft, member.name)) here.push(draft);
    }
    for (const draft of own?.values() ?? []) if (!drafts.has(draft.name)) here.push(draft);
    if (own !== undefined || here.some((draft) => mayBeScript(draft))) return this.#phases(here, member, member.name);
    // nothing of the member itself: the same map for all of its like
    const key = here.map(({name}) => name).join('\n');
    const around = this.#options.around(member.name);
    const maps = this.#maps.get(around) ?? new Map<string, ReadonlyMap<PhaseName, Phase>>();
    this.#maps.set(around, maps);
    const phases = maps.get(key) ?? this.#phases(here, member, member.name);
    maps.set(key, phases);
    return phases;
  }

  #phases(
    drafts: Iterable<PhaseDraft>,
    member: Member | undefined,
    workspace: WorkspaceName,
  ): ReadonlyMap<PhaseName, Phase> {
    const around = this.#options.around(workspace);
    const phases = new Map<PhaseName, Phase>();
    for (const draft of drafts) {
      const phase = this.#withScript(this.#finished(draft, around), draft, member, around);
      if (phase !== undefined) phases.set(phase.name, phase);
    }
    return phases;
  }

  #finished(draft: PhaseDraft, around: PhaseSurroundings): Phase {
    const phases = this.#shared.get(around) ?? new Map<PhaseDraft, Phase>();
    this.#shared.set(around, phases);
    const phase = phases.get(draft) ?? finishedPhase(draft, around);
    phases.set(draft, phase);
    return phase;
  }

  /**
   * A phase that says nothing about commands runs the package.json script of its name; without one it is there only to name others. A
   * script of the root that calls paceline is how people start it, not what the phase does.
   */
  #withScript(
    phase: Phase,
    draft: PhaseDraft,
    member: Member | undefined,
    around: PhaseSurroundings,
  ): Phase | undefined {
    if (!mayBeScript(draft)) return phase;
    const script = member === undefined ? [] : scriptCommands(member, draft.name, this.#options.scriptHooks);
    const starts = member?.name === ROOT_WORKSPACE && script.some(({line}) => callsRunner(line));
    if (script.length > 0 && !starts) {
      const hooks = phase.commands;
      const before = hooks.filter(({role}) => role === 'before');
      return {...phase, commands: [...before, ...understoodCommands(script, around), ...hooks.slice(before.length)]};
    }
    const names = phase.commands.length + phase.needs.length + phase.after.length > 0;
    return names || this.#options.alone ? phase : undefined;
  }
}

function mayBeScript({commands, aliasOf}: PhaseDraft): boolean {
  return commands === undefined && aliasOf === undefined;
}
