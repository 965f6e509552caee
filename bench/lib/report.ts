import {mkdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {stderr, stdout} from 'node:process';
import {thisMachine} from './environment.ts';
import {benchFolder} from './installed.ts';
import {performancePage, writeBetweenMarkers} from './page.ts';
import {type BenchResult, keptResult, type ScenarioResult, saveResult} from './result.ts';
import {measureScenario} from './rounds.ts';
import type {Scenario} from './scenario.ts';
import {tableOf, tablesOf} from './table.ts';

/** What a benchmark is about, besides its numbers. */
export type Subject = Pick<BenchResult, 'name' | 'versions' | 'missing' | 'settings'>;

/** A fresh folder of this benchmark's own, on the file system of the repository. */
export function workFolder(name: string): string {
  const folder = join(benchFolder, 'work', name);
  rmSync(folder, {recursive: true, force: true});
  mkdirSync(folder, {recursive: true});
  return folder;
}

/** Measures the scenarios and prints each as it is known. `folder` takes the logs. */
export async function measureScenarios(
  scenarios: readonly Scenario[],
  folder: string,
): Promise<readonly ScenarioResult[]> {
  const results: ScenarioResult[] = [];
  for (const scenario of scenarios) {
    stderr.write(`${scenario.title}: up to ${scenario.rounds} rounds\n`);
    const result = await measureScenario(scenario, folder);
    stdout.write(`\n${tableOf(result)}\n`);
    for (const {title, wrong} of result.series) if (wrong !== undefined) stderr.write(`\n${title}: ${wrong}\n`);
    results.push(result);
  }
  return results;
}

export function resultOf(subject: Subject, scenarios: readonly ScenarioResult[]): BenchResult {
  for (const name of subject.missing) stderr.write(`${name} is not on this machine, so it was not measured\n`);
  return {...subject, date: new Date().toISOString(), machine: thisMachine(), scenarios};
}

/** Keeps the result of a whole benchmark: as JSON, and as tables in docs/performance.md. */
export function publish(result: BenchResult): void {
  saveResult(result);
  showOnPage(result.name, [result.name]);
}

/** Puts the kept results of these names, as far as there are any, into the place `name` of docs/performance.md. */
export function showOnPage(name: string, names: readonly string[]): void {
  const tables = names.flatMap((one) => keptResult(one) ?? []).map(tablesOf);
  writeBetweenMarkers(performancePage, name, tables.join('\n\n'));
  stdout.write(`\nkept in bench/results/ and docs/performance.md\n`);
}

/** Whether every contestant did what it should. */
export function allRight({scenarios}: BenchResult): boolean {
  return scenarios.every(({series}) => series.every(({wrong}) => wrong === undefined));
}
