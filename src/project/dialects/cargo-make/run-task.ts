import type {Diagnostic} from '../../../base/source.ts';
import type {NameList} from '../../declared/declared.ts';
import type {Section} from '../../toml/section.ts';
import {holdsOn, type System} from './system.ts';

/** `run_task`: a name, names, a table, or a list of tables of which the first counts whose condition holds. */
export function readRunTask(
  section: Section,
  system: System,
  report: (diagnostic: Diagnostic) => void,
): readonly NameList[] {
  const origin = section.origin('run_task');
  const names = section.located('run_task');
  if (names !== undefined && names.length > 0) return [{names, ordered: true, lenient: true, origin}];
  const single = section.section('run_task');
  const routes = single === undefined ? section.sections('run_task') : [single];
  const route = routes.find((candidate) => holdsBeforehand(candidate, system, report));
  const found = route?.located('name');
  if (route === undefined || found === undefined) return [];
  return [{names: found, ordered: route.boolean('parallel') !== true, lenient: true, origin}];
}

function holdsBeforehand(route: Section, system: System, report: (diagnostic: Diagnostic) => void): boolean {
  const condition = route.section('condition');
  if (condition === undefined) return true;
  const later = condition.keys.find((key) => key !== 'platforms' && key !== 'fail_message');
  if (later === undefined) return holdsOn(condition.strings('platforms'), system);
  report({
    severity: 'warning',
    code: 'W_NOT_YET',
    message: `"${later}" is not looked at before the run: what follows this task must be known beforehand, so this entry is left out`,
    hint: 'Put the condition on the task that is named.',
    origin: condition.origin(later),
  });
  return false;
}
