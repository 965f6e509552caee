import type {Diagnostic} from '../../base/source.ts';
import type {Section} from '../toml/section.ts';
import type {PhaseDraft} from './phase-draft.ts';
import {shellCommand} from './phase-keys.ts';

type Report = (diagnostic: Diagnostic) => void;

/** `[scripts]`: phases of the root. */
export function readScriptPhases(
  section: Section | undefined,
  phases: ReadonlyMap<string, PhaseDraft>,
  report: Report,
): ReadonlyMap<string, PhaseDraft> {
  const scripts = new Map<string, PhaseDraft>();
  for (const name of section?.keys ?? []) {
    const lines = section?.located(name);
    if (section === undefined || lines === undefined) continue;
    const origin = section.origin(name);
    const phase = phases.get(name);
    if (phase !== undefined) {
      const message = `the script "${name}" has the name of a phase, which counts`;
      report({
        severity: 'warning',
        code: 'W_SAME_NAME',
        message,
        hint: `Rename the script; the phase is in line ${phase.origin.line}.`,
        origin,
      });
      continue;
    }
    scripts.set(name, {
      name,
      origin,
      commands: lines.map((line) => shellCommand(line)),
      workspaces: [{text: '.', origin}],
    });
  }
  return scripts;
}
