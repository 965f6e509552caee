import {nearestName} from '../../../base/nearest-name.ts';
import type {Diagnostic} from '../../../base/source.ts';
import type {Section} from '../../toml/section.ts';
import {builtInTasks} from './built-in-tasks.ts';
import type {System} from './system.ts';

/** Each task with what it says for this system on top, and what it extends below. */
export function layeredTasks(
  tasks: Section | undefined,
  system: System,
  report: (diagnostic: Diagnostic) => void,
): ReadonlyMap<string, Section> {
  const layers = new Map<string, Section>();
  const layered = (name: string, section: Section, path: readonly string[]): Section => {
    const made = layers.get(name);
    if (made !== undefined) return made;
    const own = onSystem(section, system);
    const parent = own.string('extend');
    // a task that extends itself means the built-in task of its name
    const base = parent === undefined || parent === name ? undefined : tasks?.section(parent);
    if (parent !== undefined && base === undefined) report(nothingToExtend(parent, name, own, tasks?.keys ?? []));
    if (parent === undefined || base === undefined) return own;
    if ([...path, name].includes(parent)) {
      const cycle = [...path, name, parent].join(' -> ');
      report({
        severity: 'error',
        code: 'E_EXTEND_CYCLE',
        message: `tasks extend each other in a circle: ${cycle}`,
        origin: own.valueOrigin('extend'),
      });
      return own;
    }
    return own.over(layered(parent, base, [...path, name]));
  };
  for (const [name, section] of tasks?.namedSections() ?? []) layers.set(name, layered(name, section, []));
  return layers;
}

function onSystem(section: Section, system: System): Section {
  const special = section.section(system);
  if (special === undefined) return section;
  return special.boolean('clear') === true ? special : special.over(section);
}

function nothingToExtend(parent: string, name: string, section: Section, known: readonly string[]): Diagnostic {
  const origin = section.valueOrigin('extend');
  if (builtInTasks.has(parent) || parent === name) {
    const message = `a task "${parent}" is expected to be built into cargo-make; paceline has no such task: nothing is taken from it`;
    return {
      severity: 'warning',
      code: 'W_UNKNOWN_PHASE',
      message,
      hint: 'Remove "extend", and write down what the task needs.',
      origin,
    };
  }
  const near = nearestName(parent, known);
  const hint = near === undefined ? {} : {hint: `Did you mean "${near}"?`};
  return {
    severity: 'error',
    code: 'E_UNKNOWN_PHASE',
    message: `there is no task called "${parent}" to extend`,
    ...hint,
    origin,
  };
}
