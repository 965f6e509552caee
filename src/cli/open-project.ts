import {resolve} from 'node:path';
import {PacelineError} from '../base/error.ts';
import {findRoot} from '../project/find-root.ts';
import {loadProject} from '../project/load.ts';
import type {Project} from '../project/project.ts';
import {printDiagnostic} from '../ui/error.ts';
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
 * Shows the warnings of a project on the error stream.
 * @throws PacelineError E_STRICT when they count as errors
 */
export function reportWarnings(project: Project, strict: boolean, extra: Project['diagnostics'] = []): void {
  const warnings = [...project.diagnostics, ...extra];
  const screen = screenOf(process.stderr, process.env);
  const shown = strict ? warnings : warnings.slice(0, 5);
  for (const warning of shown) printDiagnostic(screen, warning, project.root);
  if (warnings.length > shown.length) {
    screen.write(`and ${warnings.length - shown.length} more warnings: paceline validate\n`);
  }
  if (strict && warnings.length > 0) {
    throw new PacelineError(
      'E_STRICT',
      `${warnings.length === 1 ? 'A warning counts' : `${warnings.length} warnings count`} as errors with --strict.`,
    );
  }
}
