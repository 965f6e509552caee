import {existsSync} from 'node:fs';
import {availableParallelism} from 'node:os';
import type {Diagnostic} from '../../../base/source.ts';
import {lockfiles} from '../../package-manager.ts';
import type {CacheSettings, RunLimits} from '../../project.ts';
import type {Located, Section} from '../../toml/section.ts';
import {byteSize, durationMs} from '../../units.ts';
import {topLevelNames} from './vocabulary.ts';

type Report = (diagnostic: Diagnostic) => void;

/** The settings of a root turbo.json that hold for all tasks, at the top level or under `global`. */
class GlobalSettings {
  readonly #top: Section;
  readonly #global: Section | undefined;

  constructor(top: Section) {
    this.#top = top;
    this.#global = top.section('global');
  }

  list(name: string): readonly string[] {
    return [...(this.#top.strings(topLevelNames[name] ?? name) ?? []), ...(this.#global?.strings(name) ?? [])];
  }

  located(name: string): Located | undefined {
    for (const section of [this.#global, this.#top]) {
      const value = section?.value(name);
      if (section !== undefined && (typeof value === 'string' || typeof value === 'number')) {
        return {text: String(value), origin: section.valueOrigin(name)};
      }
    }
    return undefined;
  }
}

/** What every result depends on, and where results are kept. The root's package.json and lockfile always count, as in turbo. */
export function turboCache(root: string, top: Section, report: Report): CacheSettings {
  const settings = new GlobalSettings(top);
  const always = ['package.json', ...lockfiles.map(([file]) => file)].filter((file) => existsSync(`${root}/${file}`));
  const directory = settings.located('cacheDir')?.text;
  const maxAge = limit(settings.located('cacheMaxAge'), 'a time like "7d" or "24h"', ageMs, report);
  const maxBytes = limit(settings.located('cacheMaxSize'), 'a size like "10GB"', byteSize, report);
  return {
    enabled: true,
    ...(directory !== undefined && {directory}),
    ...(maxAge !== undefined && {maxAgeMs: maxAge}),
    ...(maxBytes !== undefined && {maxBytes}),
    globalInputs: [...always, ...settings.list('inputs'), ...(top.strings('globalDotEnv') ?? [])],
    globalEnv: settings.list('env'),
    globalPassEnv: [
      ...settings.list('passThroughEnv'),
      ...(settings.located('envMode')?.text === 'loose' ? ['*'] : []),
    ],
  };
}

/** `concurrency`: a number of tasks, or a share of the processors. */
export function turboJobs(top: Section, report: Report): Pick<RunLimits, 'jobs'> {
  const jobs = limit(
    new GlobalSettings(top).located('concurrency'),
    'a number of at least 1, or a share like "50%"',
    jobCount,
    report,
  );
  return jobs === undefined ? {} : {jobs};
}

function jobCount(text: string): number | undefined {
  const [, number, share] = /^(\d+)(%?)$/.exec(text.trim()) ?? [];
  if (number === undefined || Number(number) < 1) return undefined;
  return share === '%' ? Math.max(1, Math.floor((availableParallelism() * Number(number)) / 100)) : Number(number);
}

function ageMs(text: string): number | undefined {
  const weeks = /^\s*(\d+(?:\.\d+)?)\s*w\s*$/.exec(text)?.[1];
  return weeks === undefined ? durationMs(text) : durationMs(`${Number(weeks) * 7}d`);
}

/** A written limit as a number; undefined when there is none (`0`), or when it is not understood, which is reported. */
function limit(
  written: Located | undefined,
  expected: string,
  read: (text: string) => number | undefined,
  report: Report,
): number | undefined {
  if (written === undefined || written.text.trim() === '') return undefined;
  const value = read(written.text);
  if (value === undefined) {
    const message = `"${written.text}" must be ${expected}`;
    report({severity: 'error', code: 'E_VALUE', message, origin: written.origin});
  }
  return value === 0 ? undefined : value;
}
