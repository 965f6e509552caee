import type {Origin} from '../../base/source.ts';
import type {CacheKeyPart, Command, Condition, EnvEntry, Phase, ReadyCondition, ToolRequirement} from '../project.ts';
import type {Located} from '../toml/section.ts';

/** Names that were written in one list. */
export interface NameList {
  readonly names: readonly Located[];
  readonly ordered: boolean;
  /** An unknown name is left to the plan instead of refused here. */
  readonly lenient?: boolean;
  readonly origin: Origin;
}

/** For phases that do not say. */
export interface PhaseDefaults {
  readonly timeoutMs?: number;
  readonly commandTimeoutMs?: number;
  readonly retries?: number;
  readonly retryDelayMs?: number;
}

/** What a file says about a phase; a key that it does not say is absent, so that drafts can be laid over each other. */
export interface PhaseDraft extends PhaseDefaults {
  readonly name: string;
  readonly origin: Origin;
  readonly description?: string;
  readonly category?: string;
  readonly private?: boolean;
  /** `[]`: said to have none. Absent: nothing said, so a package.json script may stand in. */
  readonly commands?: readonly Command[];
  /** What runs the shell lines among them. */
  readonly shell?: 'sh' | 'bash';
  readonly needs?: readonly NameList[];
  readonly followers?: readonly NameList[];
  readonly parallel?: boolean;
  /** Added to, not replaced, by a draft that is laid over this one. */
  readonly env?: readonly EnvEntry[];
  readonly directory?: string;
  readonly cache?: boolean;
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
  readonly incremental?: readonly string[];
  readonly hashedEnv?: readonly string[];
  readonly passEnv?: readonly string[];
  /** As `hashedEnv`, in every dialect. */
  readonly cacheEnv?: readonly string[];
  readonly cacheRetried?: boolean;
  readonly extraKey?: readonly CacheKeyPart[];
  readonly closure?: 'transitive' | 'direct';
  readonly cpu?: number;
  readonly memoryBytes?: number;
  readonly exclusive?: boolean;
  readonly persistent?: boolean;
  readonly readyWhen?: ReadyCondition;
  readonly port?: Located & {readonly port: number};
  readonly firstRunOnly?: boolean;
  readonly requiresApproval?: boolean;
  readonly errorHandling?: Phase['onFailure'];
  readonly required?: boolean;
  readonly condition?: Condition;
  readonly tools?: readonly ToolRequirement[];
  readonly needsPrefetch?: boolean;
  readonly offline?: boolean;
  /** Names of services. */
  readonly services?: readonly Located[];
  /** The only workspaces that it runs in. */
  readonly workspaces?: readonly Located[];
  /** cargo-make: in the members (true) or in the root (false). */
  readonly inMembers?: boolean;
  /** What changes under an env profile. */
  readonly profiles?: ReadonlyMap<string, Partial<PhaseDraft>>;
  /** It is another phase under a second name. */
  readonly aliasOf?: Located;
}

/** One draft over another: keys that it says replace, variables are added. */
export function laidOver(draft: PhaseDraft, over: Partial<PhaseDraft> | undefined): PhaseDraft {
  if (over === undefined) return draft;
  const env = over.env === undefined ? draft.env : [...(draft.env ?? []), ...over.env];
  return {...draft, ...over, ...(env !== undefined && {env})};
}

/** A draft with what it says for this profile. */
export function underProfile(draft: PhaseDraft, profile: string | undefined): PhaseDraft {
  return profile === undefined ? draft : laidOver(draft, draft.profiles?.get(profile));
}
