import {spawnSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {resolve} from 'node:path';
import type {Condition} from '../project/project.ts';
import {commandSucceeds} from './command-succeeds.ts';
import {expandVariables} from './expand.ts';

export interface ConditionContext {
  /** Absolute path that relative paths start from. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly profile?: string;
}

const SCRIPT_LIMIT_MS = 60_000;
const SCRIPT_SAID_NO = 'its condition script said no';
const PLATFORM: Partial<Record<NodeJS.Platform, string>> = {linux: 'linux', darwin: 'mac', win32: 'windows'};

/** Why a condition does not hold, for a person; undefined when it does. */
export function conditionFailure(condition: Condition, context: ConditionContext): string | undefined {
  const reason = firstFailure(condition, context);
  return reason === undefined ? undefined : (condition.failMessage ?? reason);
}

/** The same, with the condition's script beside everything else that runs; `signal` ends it. */
export async function conditionFailureOf(
  {script, ...others}: Condition,
  context: ConditionContext & {readonly signal: AbortSignal},
): Promise<string | undefined> {
  const failure = conditionFailure(others, context);
  if (failure !== undefined || script === undefined) return failure;
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(SCRIPT_LIMIT_MS)]);
  const holds = await commandSucceeds(['-e', '-c', script.join('\n')], {...context, directory: context.folder, signal});
  return holds ? undefined : (others.failMessage ?? SCRIPT_SAID_NO);
}

function firstFailure(condition: Condition, {folder, env, profile}: ConditionContext): string | undefined {
  const there = (path: string): boolean => existsSync(resolve(folder, expandVariables(path, env)));
  const missing = condition.filesExist?.find((path) => !there(path));
  if (missing !== undefined) return `${missing} does not exist`;
  const present = condition.filesNotExist?.find(there);
  if (present !== undefined) return `${present} exists`;
  const unset = condition.envSet?.find((name) => env[name] === undefined);
  if (unset !== undefined) return `${unset} is not set`;
  const set = condition.envNotSet?.find((name) => env[name] !== undefined);
  if (set !== undefined) return `${set} is set`;
  for (const [name, value] of Object.entries(condition.envEquals ?? {}))
    if (env[name] !== value) return `${name} is not "${value}"`;
  const notTrue = condition.envTrue?.find((name) => !isTrue(env[name]));
  if (notTrue !== undefined) return `${notTrue} is not true`;
  const notFalse = condition.envFalse?.find((name) => isTrue(env[name]));
  if (notFalse !== undefined) return `${notFalse} is true`;
  const platform = PLATFORM[process.platform] ?? process.platform;
  if (condition.platforms !== undefined && !condition.platforms.includes(platform))
    return `this is ${platform}, not ${condition.platforms.join(' or ')}`;
  if (condition.profiles !== undefined && !condition.profiles.includes(profile ?? 'development')) {
    return `the env profile is ${profile ?? 'development'}, not ${condition.profiles.join(' or ')}`;
  }
  if (condition.script !== undefined) {
    const {status} = spawnSync('/bin/sh', ['-e', '-c', condition.script.join('\n')], {
      cwd: folder,
      env,
      stdio: 'ignore',
      timeout: SCRIPT_LIMIT_MS,
    });
    if (status !== 0) return SCRIPT_SAID_NO;
  }
  return undefined;
}

function isTrue(value: string | undefined): boolean {
  return value !== undefined && !['', '0', 'false', 'no'].includes(value.toLowerCase());
}
