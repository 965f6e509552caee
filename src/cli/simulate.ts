import {PacelineError} from '../base/error.ts';
import {duration, percentChange, plural} from '../base/figures.ts';
import {nearestName} from '../base/nearest-name.ts';
import {type Change, changeText, unknownNames, withChanges} from '../insight/change.ts';
import {experienceOf} from '../insight/experience.ts';
import {isNamed, type Model, modelOf, type Outcome, outcomeOf} from '../insight/model.ts';
import {pastErrorsOf, predict} from '../insight/prediction.ts';
import {median} from '../insight/statistics.ts';
import type {NodeId} from '../plan/plan.ts';
import type {Run} from '../record/run.ts';
import {painted, type Screen, screenOf} from '../ui/style.ts';
import {oneLine} from '../ui/text.ts';
import {durationOption} from './duration-option.ts';
import {type HistoryOptions, runsBefore, runsNamed, withHistoryFor} from './stored-runs.ts';

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
  return withHistoryFor([options.run], options, async (store) => {
    const [run, ...others] = await runsNamed([options.run], store, options);
    if (run === undefined) return 0;
    const answer = answerOf(options, run, others.length > 0 ? others : runsBefore(store, run));
    if (options.json === true) process.stdout.write(`${JSON.stringify(dataOf(answer), undefined, 2)}\n`);
    else print(screenOf(process.stdout, process.env), answer);
    return 0;
  });
}

interface Answer {
  readonly run: Run;
  readonly changes: readonly Change[];
  readonly changed: Outcome;
  readonly from: Estimate;
  readonly to: Estimate;
  /** Of the wall time; 0 when there is none. */
  readonly change: number;
  /** Of predictions of earlier runs from the ones before, as ratios. */
  readonly pastErrors: readonly number[];
}

/** ms. */
interface Estimate {
  readonly p50: number;
  readonly p90: number;
  readonly runs: number;
}

function answerOf(options: SimulateOptions, run: Run, earlier: readonly Run[]): Answer {
  const model = modelOf(run);
  const changes = changesOf(options, model.cores);
  assertKnown(changes, model, run);
  const asItIs = outcomeOf(model);
  const changed = outcomeOf(withChanges(model, changes, experienceOf([run, ...earlier])));
  const runs = [run, ...earlier].slice(0, options.last);
  const estimate = (one: Outcome, applied: readonly Change[]): Estimate =>
    (options.last > 1 ? predict(runs, applied) : undefined) ?? {p50: one.wallMs, p90: one.wallMs, runs: 1};
  const [from, to] = [estimate(asItIs, []), estimate(changed, changes)];
  return {
    run,
    changes,
    changed,
    from,
    to,
    change: from.p50 === 0 ? 0 : (to.p50 - from.p50) / from.p50,
    pastErrors: pastErrorsOf([run, ...earlier]).map(({error}) => Math.abs(error)),
  };
}

function dataOf({run, changes, changed: {model, simulation}, from, to, change, pastErrors}: Answer): object {
  return {
    run: run.id,
    changes,
    measuredMs: run.wallMs,
    asItIs: from,
    changed: to,
    change,
    pastErrors,
    tasks: model.nodes.flatMap(({id, work, source}, number) =>
      id === ''
        ? []
        : [
            {
              task: id,
              source,
              ms: work.ms,
              width: work.width,
              start: model.before + (simulation.start[number] ?? 0),
              end: model.before + (simulation.end[number] ?? 0),
            },
          ],
    ),
  };
}

function print(screen: Screen, {run, changes, from, to, change, pastErrors}: Answer): void {
  const line = (text = ''): void => screen.write(`${text}\n`);
  const range = ({p50, p90, runs}: Estimate): string =>
    runs > 1 ? `${duration(p50)}, 9 of 10 within ${duration(p90)}` : duration(p50);
  const arrow = change < 0 ? '↓' : '↑';
  line(`${run.id}  paceline ${oneLine(run.command.join(' '))}, measured: ${duration(run.wallMs)}`);
  line(changes.length === 0 ? 'no change' : changes.map((one) => oneLine(changeText(one))).join(' '));
  line();
  line(`  as it is  ${range(from)}`);
  line(`  changed   ${painted(screen, 'bold', range(to))}  ${arrow} ${percentChange(change)}`);
  line();
  const error = median(pastErrors);
  const known =
    error === undefined
      ? 'No earlier run has this plan: how good predictions are here is not known yet.'
      : `Of ${plural(pastErrors.length, 'earlier run')} predicted from the ones before, half were within ${(error * 100).toFixed(1)} %.`;
  line(painted(screen, 'dim', known));
  line(painted(screen, 'dim', 'Not modelled: disks that several tasks wait for.'));
}

function changesOf(options: SimulateOptions, cores: number): readonly Change[] {
  if (options.setup !== undefined && options.split === undefined)
    throw new PacelineError('E_USAGE', '--setup says what each part of a split needs, and nothing is split.', {
      hint: 'For example: --split test=4 --setup 3s.',
    });
  const setupMs = options.setup === undefined ? 0 : durationOption('--setup', options.setup);
  const count = coresOf(options, cores);
  return [
    ...(options.cold === true ? [{kind: 'cold'} as const] : []),
    ...(options.jobs === undefined ? [] : [{kind: 'jobs', count: options.jobs} as const]),
    ...(count === undefined ? [] : [{kind: 'cores', count} as const]),
    ...(options.drop ?? []).map((task) => ({kind: 'drop', task}) as const),
    ...(options.hit ?? []).map((task) => ({kind: 'hit', task}) as const),
    ...pairs('--speed', options.speed, /^(.+)=(\d*\.?\d+)x?$/, 'test=0.5x').map(
      ({first, second}) => ({kind: 'speed', task: first, factor: Number(second)}) as const,
    ),
    ...pairs('--split', options.split, /^(.+)=([1-9]\d{0,3})$/, 'test=4').map(
      ({first, second}) => ({kind: 'split', task: first, parts: Number(second), setupMs}) as const,
    ),
    ...pairs('--no-edge', options.edge === true ? [] : options.edge, /^(.+?)->(.+)$/, "'lint->test'").map(
      ({first, second}) => ({kind: 'no-edge', from: first.trim(), to: second.trim()}) as const,
    ),
  ];
}

/** @throws PacelineError E_USAGE */
function pairs(
  option: string,
  words: readonly string[] | undefined,
  form: RegExp,
  example: string,
): readonly {readonly first: string; readonly second: string}[] {
  return (words ?? []).map((word) => {
    const [, first = '', second = ''] = form.exec(word) ?? [];
    if (first === '')
      throw new PacelineError('E_USAGE', `${option} ${word} is not understood.`, {
        hint: `For example: ${option} ${example}.`,
      });
    return {first, second};
  });
}

function coresOf({cores: said, addCores = 0}: SimulateOptions, measured: number): number | undefined {
  if (addCores === 0) return said;
  if (said === undefined && !Number.isFinite(measured))
    throw new PacelineError('E_USAGE', 'This run does not say how many cores its machine has.', {
      hint: 'Say how many there would be: --cores 8.',
    });
  return (said ?? measured) + addCores;
}

/** A change that changes nothing because a name is misspelt would be taken for a change that is no use. */
function assertKnown(changes: readonly Change[], model: Model, run: Run): void {
  for (const change of changes) {
    for (const name of unknownNames(change, model)) throw unknownTask(name, model, run.id);
    if (change.kind === 'no-edge') assertEdge(change, run);
  }
}

function assertEdge({from, to}: Extract<Change, {kind: 'no-edge'}>, {plan}: Run): void {
  const groups = new Set(plan.nodes.flatMap(({id, kind}) => (kind === 'group' ? [id] : [])));
  const before = Map.groupBy(plan.edges, (edge) => edge.to);
  const waitsFor = new Set<NodeId>();
  // through groups, which only join edges
  const open = plan.edges.filter((edge) => isNamed(edge.to, to)).map((edge) => edge.from);
  for (const id of open) {
    if (waitsFor.has(id)) continue;
    waitsFor.add(id);
    if (groups.has(id)) open.push(...(before.get(id) ?? []).map((edge) => edge.from));
  }
  const tasks = [...waitsFor].filter((id) => !groups.has(id));
  if ([...waitsFor].some((id) => isNamed(id, from))) return;
  throw new PacelineError('E_USAGE', `${to} does not wait for ${from} directly: there is no such edge.`, {
    hint: tasks.length === 0 ? `${to} waits for nothing.` : `${to} waits for: ${tasks.join(', ')}.`,
  });
}

function unknownTask(name: string, {nodes}: Model, run: string): PacelineError {
  const ids: readonly string[] = nodes.map(({id}) => id).filter((id) => id !== '');
  const phases = ids.map((id) => id.slice(id.indexOf('#') + 1));
  const near = nearestName(name, new Set([...ids, ...phases]));
  return new PacelineError('E_UNKNOWN_TASK', `There is no task "${name}" in the plan of the run ${run}.`, {
    hint: near === undefined ? `See them: paceline history show ${run}.` : `Did you mean "${near}"?`,
  });
}
