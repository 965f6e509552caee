import {existsSync} from 'node:fs';
import type {Origin} from '../../base/source.ts';
import type {Member, Members} from '../member.ts';
import type {CommandRole, ShellCommand} from '../project.ts';
import type {DialectResult} from './dialect.ts';

/** Where a script of a member's package.json is written. */
export function scriptOrigin(member: Member, script: string): Origin {
  return member.scriptOrigins?.get(script) ?? member.origin;
}

/**
 * What `npm run <script>` runs: the script, with its `pre` and `post` scripts around it. None when the member has no such script.
 * `hooks` false: the package manager of this project runs no `pre` and `post` scripts.
 */
export function scriptCommands(member: Member, script: string, hooks: boolean): readonly ShellCommand[] {
  const scripts = member.manifest?.scripts ?? {};
  if (!Object.hasOwn(scripts, script)) return [];
  const parts: readonly (readonly [string, CommandRole])[] = hooks
    ? [
        [`pre${script}`, 'before'],
        [script, 'main'],
        [`post${script}`, 'after'],
      ]
    : [[script, 'main']];
  return parts.flatMap(([name, role]): ShellCommand[] => {
    const line = Object.hasOwn(scripts, name) ? scripts[name] : undefined;
    if (line === undefined || line.trim() === '') return [];
    return [{kind: 'shell', line, packageScript: name, role, origin: scriptOrigin(member, name)}];
  });
}

/** Whether the package manager runs `pre` and `post` scripts around the ones that people write. Yarn stopped to with version 2. */
export function runsScriptHooks(root: string, members: Members): boolean {
  return members.packageManager !== 'yarn' || !existsSync(`${root}/.yarnrc.yml`);
}

/** What a project has that says nothing but its tasks: package.json alone, or with a turbo.json. */
export type PlainSettings = Omit<DialectResult, 'name' | 'dialect' | 'found' | 'phasesOf' | 'rootPhases' | 'files'>;

export function plainSettings(found: Members): PlainSettings {
  const version = found.members[0]?.manifest?.version;
  const settings: PlainSettings = {
    profiles: [],
    env: [],
    pipelines: new Map(),
    hooks: {beforeAll: [], afterAll: [], onError: [], onSuccess: []},
    limits: {graceMs: 5000},
    tools: [],
    cache: {enabled: true, globalInputs: [], globalEnv: [], globalPassEnv: []},
    state: {file: '.ggen/state.json', history: true, skipIfExists: []},
    budget: {phases: new Map()},
    services: new Map(),
  };
  return version === undefined ? settings : {...settings, version};
}
