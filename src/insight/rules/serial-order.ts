import type {NodeId} from '../../plan/plan.ts';
import type {Run} from '../../record/run.ts';
import type {Finding} from '../finding.ts';
import {hasItsPlace, linesOf, looksImpure} from './commands.ts';
import {listed, type RuleContext, WORTH_MS} from './context.ts';
import {type PhaseWait, phaseWaitsOf} from './phase-waits.ts';

/** Sets of waits that are tried. */
const MOST_TRIED = 80;
/** A smaller set is as good from this part of the gain on. */
const NEARLY = 0.9;

interface Tried {
  readonly waits: readonly PhaseWait[];
  readonly ms: number;
}

/**
 * Phases of which neither needs the other run one behind the other because of a hook or of the order in which they are written. A single
 * edge between two sets of tasks keeps nothing waiting alone: all order between phases is looked at together. Of phases that prepare
 * something or act on the world nothing is said: their order is meant.
 */
export function serialOrder({run, gain}: RuleContext): readonly Finding[] {
  const lines = linesOf(run);
  const acts = (tasks: ReadonlySet<NodeId>): boolean => [...tasks].some((task) => looksImpure(lines.get(task) ?? ''));
  const written = phaseWaitsOf(run).written.filter(
    ({from, to, sources, targets}) => !hasItsPlace(from) && !hasItsPlace(to) && !acts(sources) && !acts(targets),
  );
  let open: readonly Tried[] = setsOf(written)
    .slice(0, MOST_TRIED)
    .map((waits) => ({waits, ms: gain(...waits.map(changeOf))}))
    .filter(({ms}) => ms >= WORTH_MS);
  const findings: Finding[] = [];
  while (open.length > 0) {
    const best = open.reduce((most, one) => (one.ms > most.ms ? one : most));
    const within = open.filter(
      ({waits, ms}) => ms >= best.ms * NEARLY && waits.every((wait) => best.waits.includes(wait)),
    );
    const chosen = within.reduce((least, one) => (one.waits.length < least.waits.length ? one : least), best);
    findings.push(findingOf(chosen, run));
    open = open.filter(({waits}) => !waits.some((wait) => best.waits.includes(wait)));
  }
  return findings;
}

/** Each wait alone; all of a phase; all behind a phase; and all between two sets of phases, as two steps of a list are. */
function setsOf(waits: readonly PhaseWait[]): readonly (readonly PhaseWait[])[] {
  const behind = Map.groupBy(waits, ({from}) => from);
  const before = Map.groupBy(waits, ({to}) => to);
  const steps = [...behind.values()].map((list) => [...new Set(list.flatMap(({to}) => before.get(to) ?? []))]);
  const sets = new Map<string, readonly PhaseWait[]>();
  for (const set of [...waits.map((wait) => [wait]), ...behind.values(), ...before.values(), ...steps]) {
    const key = set
      .map((wait) => waits.indexOf(wait))
      .sort((one, other) => one - other)
      .join();
    if (!sets.has(key)) sets.set(key, set);
  }
  return [...sets.values()];
}

function changeOf({from, to}: PhaseWait): Finding['changes'][number] {
  return {kind: 'no-edge', from, to, written: true};
}

function findingOf({waits, ms}: Tried, run: Run): Finding {
  const froms = [...new Set(waits.map(({from}) => from))];
  const tos = [...new Set(waits.map(({to}) => to))];
  const files = [...new Set(waits.flatMap(({origin}) => (origin === undefined ? [] : [origin.file])))];
  const sources = new Set(waits.flatMap((wait) => [...wait.sources]));
  const targets = new Set(waits.flatMap((wait) => [...wait.targets]));
  const writes = run.tasks.some(({task, outputs}) => sources.has(task) && outputs !== undefined && outputs.files > 0);
  const waiting = tos.length === 1 ? 'waits' : 'wait';
  return {
    code: 'F_SERIAL_ORDER',
    title: `${listed(tos)} ${waiting} for ${listed(froms)} only because of the order in which they are written`,
    tasks: [...new Set([...sources, ...targets])],
    evidence: [
      `${targets.size} ${targets.size === 1 ? 'task' : 'tasks'} behind ${sources.size}, without a dependency that says so`,
      ...files.map((file) => `the order is written in ${file}`),
    ],
    advice: 'Write as `depends_on` what really needs the other, and let the rest run side by side.',
    impact: {ms, source: 'measured'},
    effort: 'medium',
    risk: writes ? 'high' : 'medium',
    riskReason: writes
      ? `${listed(froms)} wrote files, which the others may read without saying so`
      : 'a dependency that nobody wrote down would be lost',
    changes: waits.map(changeOf),
  };
}
