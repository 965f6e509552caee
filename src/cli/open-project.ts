import {resolve} from 'node:path';
import {PacelineError} from '../base/error.ts';
import {plural} from '../base/figures.ts';
import type {Diagnostic} from '../base/source.ts';
import {makePlan} from '../plan/make-plan.ts';
import type {PlanRequest} from '../plan/request.ts';
import type {TaskPlan} from '../plan/task.ts';
import {findRoot} from '../project/find-root.ts';
import {loadProject} from '../project/load.ts';
import {readPackageFile} from '../project/package-file.ts';
import type {Project} from '../project/project.ts';
import {printBriefly, printDiagnostic} from '../ui/error.ts';
import {screenOf} from '../ui/style.ts';
import {setErrorRoot} from './error-root.ts';

export interface ProjectOptions {
  readonly root?: string;
  readonly env?: string;
  readonly strict?: boolean;
}

/** Finds and reads the project. */
export function openProject(options: ProjectOptions): Project {
  const root = options.root === undefined ? findRoot(process.cwd()) : resolve(options.root);
  if (root === undefined) {
    throwIfBroken(process.cwd());
    throw new PacelineError(
      'E_NO_PROJECT',
      `There is no make.toml, turbo.json or package.json with workspaces or scripts in ${process.cwd()} or above.`,
      {
        hint: 'Go to your project, name it with --root, or write a make.toml with `paceline init`.',
      },
    );
  }
  setErrorRoot(root);
  return loadProject(root, {env: process.env, ...(options.env === undefined ? {} : {profile: options.env})});
}

/**
 * A package.json that cannot be read is no project, but the reason is worth more than that.
 * @throws PacelineError
 */
function throwIfBroken(folder: string): void {
  const diagnostics: Diagnostic[] = [];
  readPackageFile(folder, '', (diagnostic) => diagnostics.push(diagnostic));
  const first = diagnostics.find(({severity}) => severity === 'error');
  if (first !== undefined) throw new PacelineError(first.code, first.message, {diagnostics, origin: first.origin});
}

/** Plans a request. When that fails the warnings come first: a misspelt key is often why. */
export function planFor(project: Project, request: PlanRequest): TaskPlan {
  try {
    return makePlan(project, request);
  } catch (error) {
    reportWarnings(project, false);
    throw error;
  }
}

/** Keys and tables that are understood, and that nothing acts on. */
const GOOD_TO_KNOW: ReadonlySet<string> = new Set(['W_NOT_YET', 'W_CLOSED_TABLE']);

/**
 * Shows the warnings of a project on the error stream.
 * @throws PacelineError E_STRICT when they count as errors
 */
export function reportWarnings(project: Project, strict: boolean, extra: Project['diagnostics'] = []): void {
  const warnings = [...project.diagnostics, ...extra];
  const screen = screenOf(process.stderr, process.env);
  // slips come first and with their lines; what is known and not acted on is only good to know
  const slips = warnings.filter(({code}) => !GOOD_TO_KNOW.has(code));
  const others = warnings.filter(({code}) => GOOD_TO_KNOW.has(code));
  const shown = slips.slice(0, strict ? slips.length : 5);
  const brief = others.slice(0, strict ? others.length : 3);
  for (const warning of shown) printDiagnostic(screen, warning, project.root);
  for (const warning of brief) printBriefly(screen, warning);
  const hidden = warnings.length - shown.length - brief.length;
  if (hidden > 0) screen.write(`and ${plural(hidden, 'more warning')}: paceline validate\n`);
  if (strict && warnings.length > 0) {
    throw new PacelineError(
      'E_STRICT',
      `${warnings.length === 1 ? 'A warning counts' : `${warnings.length} warnings count`} as errors with --strict.`,
    );
  }
}
