import {frameworkEnv} from '../dialects/turbo/framework-env.ts';
import {readTurbo} from '../dialects/turbo.ts';
import type {Member} from '../member.ts';
import {type CacheSettings, type Phase, type PhaseReference, ROOT_WORKSPACE} from '../project.ts';
import type {Decision} from './decision.ts';
import type {MemberDraft, PhaseDrafts} from './phase-drafts.ts';
import {settingsTables} from './settings-tables.ts';
import type {DraftTable, TomlValue} from './toml-text.ts';

type Keys = Readonly<Record<string, TomlValue>>;

/** A task in one package. */
interface Use {
  readonly member: Member;
  readonly keys: Keys;
}

/** The phases of a project with a turbo.json: what it says, in the words of a make.toml. */
export function draftFromTurbo(root: string, decisions: Decision[]): PhaseDrafts {
  const result = readTurbo({root, env: {}, report: () => undefined});
  const {members} = result.found;
  const frameworks = new Set(members.flatMap(({packageRanges}) => frameworkEnv(packageRanges ?? new Map())));
  const everyEnv = [...result.cache.globalEnv, ...frameworks];
  const uses = new Map<string, Use[]>();
  for (const member of members) {
    for (const [name, phase] of result.phasesOf(member))
      uses.set(name, [
        ...(uses.get(name) ?? []),
        {member, keys: phaseKeys(phase, everyEnv, result.cache.globalPassEnv)},
      ]);
  }
  const particular = new Map<Member, DraftTable[]>();
  const tables = [...uses].map(([name, list]) => {
    const general = mostCommon(list);
    for (const {member, keys} of list) {
      if (sameKeys(keys, general) || member.name === ROOT_WORKSPACE) continue;
      const table = {path: ['lifecycle', name], comment: [], keys: difference(keys, general)};
      particular.set(member, [...(particular.get(member) ?? []), table]);
    }
    return phaseTable(name, list, general, members);
  });
  const others = [...particular].map(
    ([member, own]): MemberDraft => ({file: `${member.directory}/make.toml`, tables: own}),
  );
  decisions.push({
    what: `${tables.length} phases are those of turbo.json`,
    why: 'their commands stay in the package.json scripts',
  });
  for (const {file} of others)
    decisions.push({what: `${file} is needed too`, why: 'turbo.json has settings for that package alone'});
  explain(result.cache, [...frameworks], decisions);
  return {found: result.found, tables: [...settingsTables(result.limits, result.cache), ...tables], others};
}

function explain(cache: CacheSettings, frameworks: readonly string[], decisions: Decision[]): void {
  const everywhere = (names: readonly string[], why: string): void => {
    if (names.length > 0) decisions.push({what: `${names.join(', ')} in the \`env\` of each cached phase`, why});
  };
  everywhere(cache.globalEnv, '"globalEnv" in turbo.json');
  everywhere(frameworks, 'turbo adds the variables of frameworks that a package uses by itself');
  if (cache.directory !== undefined) {
    const what = `not taken over: the cache folder ${cache.directory}`;
    decisions.push({what, why: "paceline's results and turbo's cannot be mixed"});
  }
}

function phaseTable(name: string, uses: readonly Use[], general: Keys, members: readonly Member[]): DraftTable {
  const inRoot = uses.some(({member}) => member.name === ROOT_WORKSPACE);
  const places = uses.filter(({member}) => member.name !== ROOT_WORKSPACE).map(({member}) => member);
  // a make.toml's phase runs wherever there is such a script, which a turbo.json may have excluded
  const excluded = members
    .slice(1)
    .some((member) => Object.hasOwn(member.manifest?.scripts ?? {}, name) && !places.includes(member));
  const workspaces =
    members.length > 1 && (inRoot || excluded)
      ? [...(inRoot ? ['.'] : []), ...places.map(({directory}) => directory)]
      : undefined;
  const scripts = uses.filter(({member}) => Object.hasOwn(member.manifest?.scripts ?? {}, name)).length;
  const where = inRoot && places.length === 0 ? 'the root' : `${scripts} ${scripts === 1 ? 'package' : 'packages'}`;
  const comment =
    scripts === 0 ? ['No package has such a script: order passes through it.'] : [`The script "${name}" of ${where}.`];
  return {
    path: ['lifecycle', name],
    comment,
    keys: {...(workspaces !== undefined && {workspaces}), ...(scripts === 0 ? orderOnly(general) : general)},
  };
}

function orderOnly({description, depends_on}: Keys): Keys {
  return {...(description !== undefined && {description}), ...(depends_on !== undefined && {depends_on})};
}

/** What a turbo task says, as keys of a make.toml. */
function phaseKeys(
  {description, needs, caching, persistent}: Phase,
  everyEnv: readonly string[],
  everyPassEnv: readonly string[],
): Keys {
  const references = needs.flatMap((sequence) => sequence.references.map(referenceText));
  const env = [...new Set([...everyEnv, ...caching.env])];
  const passEnv = [...new Set([...everyPassEnv, ...caching.passEnv])];
  return {
    ...(description !== undefined && {description}),
    ...(references.length > 0 && {depends_on: references}),
    ...(caching.inputs !== undefined && {inputs: caching.inputs}),
    ...(caching.enabled && {outputs: caching.outputs ?? []}),
    ...(env.length > 0 && caching.enabled && {env}),
    ...(passEnv.length > 0 && {pass_env: passEnv}),
    ...((caching.enabled || caching.inputs !== undefined) && {cache: caching.enabled}),
    ...(persistent && {persistent}),
  };
}

function referenceText({where, phase}: PhaseReference): string {
  if (where.kind === 'workspace') return `${where.name}#${phase}`;
  return where.kind === 'dependencies' ? `^${phase}` : phase;
}

function mostCommon(uses: readonly Use[]): Keys {
  const counts = new Map<string, {count: number; keys: Keys}>();
  for (const {member, keys} of uses) {
    const text = JSON.stringify(keys);
    // what the root alone says cannot be written in a file of its own
    const weight = member.name === ROOT_WORKSPACE ? uses.length : 1;
    counts.set(text, {count: (counts.get(text)?.count ?? 0) + weight, keys});
  }
  return [...counts.values()].reduce((best, next) => (next.count > best.count ? next : best)).keys;
}

function sameKeys(one: Keys, other: Keys): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** What holds when a key of the general phase is not there. */
const absent: Keys = {
  depends_on: [],
  inputs: ['$default'],
  outputs: [],
  env: [],
  pass_env: [],
  cache: false,
  persistent: false,
  description: '',
};

/** The keys that turn the general phase into the particular one. */
function difference(keys: Keys, general: Keys): Keys {
  const changed = Object.entries(keys).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(general[key]));
  const gone = Object.keys(general).filter((key) => !Object.hasOwn(keys, key));
  return {
    ...Object.fromEntries(gone.flatMap((key) => (absent[key] === undefined ? [] : [[key, absent[key]]]))),
    ...Object.fromEntries(changed),
  };
}
