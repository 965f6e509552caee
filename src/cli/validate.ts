import {resolve} from 'node:path';
import {plural} from '../base/figures.ts';
import {phaseNames} from '../plan/targets.ts';
import {findRoot} from '../project/find-root.ts';
import {type FileReport, validateFiles} from '../project/validate.ts';
import {printDiagnostic} from '../ui/error.ts';
import {painted, type Screen, screenOf} from '../ui/style.ts';
import {EXIT} from './exit-codes.ts';
import {openProject} from './open-project.ts';

/** `paceline validate`: says what is wrong with config files. Fails when one is refused, with `--strict` also when one is warned about. */
export function validate(
  paths: readonly string[],
  options: {readonly root?: string; readonly json?: boolean; readonly strict?: boolean},
): number {
  const chosen = paths.length > 0 ? paths : [options.root ?? findRoot(process.cwd()) ?? '.'];
  const found = validateFiles(chosen.map((path) => resolve(path)));
  const reports = found.length === 0 && paths.length === 0 ? scriptsReport(options.root) : found;
  const screen = screenOf(process.stdout, process.env);
  if (options.json === true) screen.write(`${JSON.stringify(reports, undefined, 2)}\n`);
  else print(screen, reports);
  const bad =
    reports.length === 0 ||
    reports.some((report) => report.status === 'refused' || (options.strict === true && report.status === 'warned'));
  return bad ? EXIT.taskFailed : EXIT.ok;
}

/** A project without config files of its own: its package.json scripts are the phases. */
function scriptsReport(root: string | undefined): readonly FileReport[] {
  const project = openProject(root === undefined ? {} : {root});
  const {dialect, diagnostics} = project;
  const phases = [...phaseNames(project)];
  const status = diagnostics.length === 0 ? 'loaded' : 'warned';
  return [{file: 'package.json', dialect, status, phases, keys: {honoured: 0, warned: 0, closed: 0}, diagnostics}];
}

const COLOURS = {loaded: 'green', warned: 'yellow', refused: 'red'} as const;

function print(screen: Screen, reports: readonly FileReport[]): void {
  if (reports.length === 0) screen.write('There is no config file there: make.toml, Makefile.toml or turbo.json.\n');
  for (const report of reports) {
    const {honoured, warned, closed} = report.keys;
    const counts = `${plural(report.phases.length, 'phase')}, key uses: ${honoured} honoured, ${warned} warned${closed === 0 ? '' : `, ${closed} of other matters`}`;
    screen.write(
      `${painted(screen, COLOURS[report.status], report.status)} ${report.file} (${report.dialect ?? 'unknown dialect'}; ${counts})\n`,
    );
    for (const diagnostic of report.diagnostics) printDiagnostic(screen, diagnostic, process.cwd());
  }
}
