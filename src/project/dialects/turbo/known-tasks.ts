import {nearestName} from '../../../base/nearest-name.ts';
import type {Diagnostic} from '../../../base/source.ts';
import type {Member} from '../../member.ts';
import {ROOT_WORKSPACE} from '../../project.ts';
import type {Located} from '../../toml/section.ts';
import {turboReference} from './references.ts';
import {splitTaskName} from './task-settings.ts';
import type {TurboFile} from './turbo-file.ts';

/** What the references between tasks say: which are wrong, and which tasks exist only because of them. */
export interface TaskReferences {
  /** Tasks that another task of the same package, or one that names their package, waits for. */
  readonly waitedFor: ReadonlySet<string>;
  /** Scripts that a reference names and no turbo.json does. */
  readonly undeclared: ReadonlySet<string>;
}

/** Goes over all references and task names; one that means nothing in any package is reported with the nearest that does. */
export function taskReferences(
  files: readonly TurboFile[],
  members: readonly Member[],
  report: (diagnostic: Diagnostic) => void,
): TaskReferences {
  const declared = new Set(files.flatMap(({tasks}) => [...tasks.keys()].map((name) => splitTaskName(name).task)));
  const scripts = new Set(members.flatMap(({manifest}) => Object.keys(manifest?.scripts ?? {})));
  const packages = new Set<string>(members.map(({name}) => name));
  const waitedFor = new Set<string>();
  const undeclared = new Set<string>();
  const wrong = (
    code: string,
    message: string,
    name: string,
    names: Iterable<string>,
    origin: Located['origin'],
  ): void => {
    const near = nearestName(name, names);
    report({severity: 'error', code, message, ...(near !== undefined && {hint: `Did you mean "${near}"?`}), origin});
  };

  for (const {file, tasks} of files) {
    for (const [taskName, section] of tasks) {
      const {owner} = splitTaskName(taskName);
      if (owner !== undefined && !packages.has(owner)) {
        wrong(
          'E_UNKNOWN_WORKSPACE',
          `"${taskName}" is about a package that ${file} does not know`,
          owner,
          packages,
          section.here,
        );
      }
      for (const item of [...(section.located('dependsOn') ?? []), ...(section.located('with') ?? [])]) {
        const reference = item.text === '$TURBO_EXTENDS$' ? undefined : turboReference(item);
        if (reference === undefined) continue;
        const {phase, where} = reference;
        if (where.kind === 'workspace' && where.name !== ROOT_WORKSPACE && !packages.has(where.name)) {
          wrong('E_UNKNOWN_WORKSPACE', `no package is called "${where.name}"`, where.name, packages, item.origin);
        } else if (!declared.has(phase) && !scripts.has(phase)) {
          wrong(
            'E_UNKNOWN_PHASE',
            `no turbo.json and no package.json knows the task "${phase}"`,
            phase,
            [...declared, ...scripts],
            item.origin,
          );
        } else if (!declared.has(phase)) undeclared.add(phase);
        if (where.kind !== 'dependencies') waitedFor.add(phase);
      }
    }
  }
  return {waitedFor, undeclared};
}
