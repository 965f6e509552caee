import type {NameList} from '../../declared/phase-draft.ts';
import type {Section} from '../../toml/section.ts';
import {holdsOn, type System} from './system.ts';

/** `run_task`: a name, names, a table, or a list of tables of which the first counts whose condition holds. */
export function readRunTask(section: Section, system: System): readonly NameList[] {
  const origin = section.origin('run_task');
  const names = section.located('run_task');
  if (names !== undefined && names.length > 0) return [{names, ordered: true, lenient: true, origin}];
  const single = section.section('run_task');
  const routes = single === undefined ? section.sections('run_task') : [single];
  const route = routes.find((candidate) => holdsBeforehand(candidate, system));
  const found = route?.located('name');
  if (route === undefined || found === undefined) return [];
  return [{names: found, ordered: route.boolean('parallel') !== true, lenient: true, origin}];
}

/** What cannot be told before the run has been reported with the key, and does not hold. */
function holdsBeforehand(route: Section, system: System): boolean {
  const condition = route.section('condition');
  if (condition === undefined) return true;
  return condition.keys.every((key) => key === 'platforms') && holdsOn(condition.strings('platforms'), system);
}
