import {PacelineError} from '../base/error.ts';
import {duration, percentChange, plural} from '../base/figures.ts';
import {nearestName} from '../base/nearest-name.ts';
import {type Change, changeText, unknownNames, withChanges} from '../insight/change.ts';
import {experienceOf} from '../insight/experience.ts';
import {modelOf, outcomeOf} from '../insight/model.ts';
import {pastErrorsOf, predict} from '../insight/prediction.ts';
import {median} from '../insight/statistics.ts';
import {painted, screenOf} from '../ui/style.ts';
import {durationOption} from './duration-option.ts';
import {type HistoryOptions, namedRun, runsBefore, withHistory} from './stored-runs.ts';

export interface SimulateOptions extends HistoryOptions {
  readonly run: string;
  readonly last: number;
  readonly jobs?: number;
  readonly cores?: number;
  readonly addCores?: number;
  readonly drop?: readonly string[];
  readonly speed?: readonly string[];
  readonly hit?: readonly string[];
  readonly split?: readonly string[];
  readonly setup?: string;
  /** `--no-edge`; `true` when it was not given. */
  readonly edge: readonly string[] | true;
  readonly cold?: boolean;
}

/** `paceline simulate`: what a change of the pipeline would do to a run. */
export async function simulate(options: SimulateOptions): Promise<number> {
  return withHistory(options, (store) => {
    const run = namedRun(store, options.run);
    const earlier = runsBefore(store, run);
    const model = modelOf(run);
    const changes = changesOf(options, model.cores);
    const ids = model.nodes.map(({id}) => id).filter((id) => id !== '');
    for (const change of changes) for (const name of unknownNames(change, model)) throw unknownTask(name, ids, run.id);
    const experience = experienceOf([run, ...earlier]);
    const asIs = outcomeOf(model);
    const changed = outcomeOf(withChanges(model, changes, experience));
    const runs = [run, ...earlier].slice(0, options.last);
    const before = options.last > 1 ? predict(runs, []) : undefined;
    const after = options.last > 1 ? predict(runs, changes) : undefined;
    const errors = pastErrorsOf([run, ...earlier]).map(({error}) => Math.abs(error));
    const from = before?.p50 ?? asIs.wallMs;
    const to = after?.p50 ?? changed.wallMs;
    if (options.json === true) {
      const value = {
        run: run.id,
        changes,
        measuredMs: run.wallMs,
        asItIs: before ?? {p50: asIs.wallMs, p90: asIs.wallMs, runs: 1},
        changed: after ?? {p50: changed.wallMs, p90: changed.wallMs, runs: 1},
        change: (to - from) / from,
        pastErrors: errors,
        tasks: changed.model.nodes.map(({id, work, source}, number) => ({
          task: id,
          source,
          ms: work.ms,
          width: work.width,
          start: changed.model.before + (changed.simulation.start[number] ?? 0),
          end: changed.model.before + (changed.simulation.end[number] ?? 0),
        })),
      };
      process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
      return 0;
    }
    const screen = screenOf(process.stdout, process.env);
    const line = (text: string): void => screen.write(`${text}\n`);
    line(`${run.id}  paceline ${run.command.join(' ')}, measured: ${duration(run.wallMs)}`);
    line(changes.length === 0 ? 'no change' : changes.map(changeText).join(' '));
    line('');
    const range = (p50: number, p90: number | undefined): string =>
      p90 === undefined ? duration(p50) : `${duration(p50)}, 9 of 10 within ${duration(p90)}`;
    line(`  as it is  ${range(from, before?.p90)}`);
    line(
      `  changed   ${painted(screen, 'bold', range(to, after?.p90))}  ${to < from ? '↓' : '↑'} ${percentChange((to - from) / from)}`,
    );
    line('');
    const error = median(errors);
    line(
      painted(
        screen,
        'dim',
        error === undefined
          ? 'No earlier run has this plan: how good predictions are here is not known yet.'
          : `Of ${plural(errors.length, 'earlier run')} predicted from the ones before, half were within ${(error * 100).toFixed(1)} %.`,
      ),
    );
    line(painted(screen, 'dim', 'Not modelled: disks that several tasks wait for.'));
    return 0;
  });
}

function changesOf(options: SimulateOptions, cores: number): readonly Change[] {
  const setupMs = options.setup === undefined ? 0 : durationOption('--setup', options.setup);
  const named = (option: string, words: readonly string[] | undefined, form: RegExp, example: string) =>
    (words ?? []).map((word) => {
      const [, task = '', value = ''] = form.exec(word) ?? [];
      if (task === '')
        throw new PacelineError('E_USAGE', `${option} ${word} is not understood.`, {
          hint: `For example: ${option} ${example}.`,
        });
      return {task, value};
    });
  const addCores = options.addCores ?? 0;
  if (addCores > 0 && !Number.isFinite(cores) && options.cores === undefined)
    throw new PacelineError('E_USAGE', 'This run does not say how many cores its machine has.', {
      hint: 'Say how many there would be: --cores 8.',
    });
  const count = options.cores ?? (addCores > 0 ? cores : undefined);
  return [
    ...(options.cold === true ? [{kind: 'cold'} as const] : []),
    ...(options.jobs === undefined ? [] : [{kind: 'jobs', count: options.jobs} as const]),
    ...(count === undefined ? [] : [{kind: 'cores', count: count + addCores} as const]),
    ...(options.drop ?? []).map((task) => ({kind: 'drop', task}) as const),
    ...(options.hit ?? []).map((task) => ({kind: 'hit', task}) as const),
    ...named('--speed', options.speed, /^(.+)=(\d*\.?\d+)x?$/, 'test=0.5x').map(
      ({task, value}) => ({kind: 'speed', task, factor: Number(value)}) as const,
    ),
    ...named('--split', options.split, /^(.+)=(\d+)$/, 'test=4').map(
      ({task, value}) => ({kind: 'split', task, parts: Math.max(1, Number(value)), setupMs}) as const,
    ),
    ...named('--no-edge', options.edge === true ? [] : options.edge, /^(.+?)->(.+)$/, "'lint->test'").map(
      ({task, value}) => ({kind: 'no-edge', from: task.trim(), to: value.trim()}) as const,
    ),
  ];
}

function unknownTask(name: string, ids: readonly string[], run: string): PacelineError {
  const phases = ids.map((id) => id.slice(id.indexOf('#') + 1));
  const near = nearestName(name, [...new Set([...ids, ...phases])]);
  return new PacelineError('E_UNKNOWN_TASK', `There is no task "${name}" in the plan of the run ${run}.`, {
    hint: near === undefined ? `See them: paceline history show ${run}.` : `Did you mean "${near}"?`,
  });
}
