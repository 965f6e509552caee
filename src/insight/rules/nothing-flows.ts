import type {NodeId} from '../../plan/plan.ts';
import type {Run} from '../../record/run.ts';
import type {Finding} from '../finding.ts';
import {linesOf, looksImpure} from './commands.ts';
import {listed, type RuleContext, WORTH_MS} from './context.ts';
import {type PhaseWait, phaseWaitsOf} from './phase-waits.ts';

/** Tasks of a phase wait for the results of another that has none. */
export function nothingFlows({run, gain}: RuleContext): readonly Finding[] {
  const isEmpty = emptyIn(run);
  const started = new Set(run.tasks.filter(({start}) => start !== undefined).map(({task}) => task));
  const found = phaseWaitsOf(run)
    .needs.filter(
      ({sources, targets}) => [...sources].every(isEmpty) && [...targets].some((target) => started.has(target)),
    )
    .map((wait) => ({wait, ms: gain({kind: 'no-edge', from: wait.from, to: wait.to})}));
  return found.filter(({ms}) => ms >= WORTH_MS).map(({wait, ms}) => findingOf(wait, ms));
}

/** Only what is cached says what it writes. */
function emptyIn(run: Run): (task: NodeId) => boolean {
  const lines = linesOf(run);
  const empty = new Set(
    run.tasks.flatMap(({task, outputs}) => (outputs?.files === 0 && !looksImpure(lines.get(task) ?? '') ? [task] : [])),
  );
  return (task) => empty.has(task);
}

function findingOf({from, to, sources, targets, origin}: PhaseWait, ms: number): Finding {
  const [source, target] = [
    sources.size === 1 ? [...sources].join() : from,
    targets.size === 1 ? [...targets].join() : to,
  ];
  return {
    code: 'F_NOTHING_FLOWS',
    title: `${target} waits for ${source}, which writes nothing`,
    tasks: [...new Set([...sources, ...targets])],
    evidence: [
      `the outputs of ${listed([...sources])} were no files in this run`,
      ...(origin === undefined ? [] : [`the dependency is written in ${origin.file}`]),
    ],
    advice: `Take ${source} out of what ${target} depends on, and name both where they are wanted.`,
    impact: {ms, source: 'measured'},
    effort: 'low',
    risk: 'medium',
    riskReason: `${target} then also runs when ${source} fails, and ${source} may act on something that is no file`,
    changes: [{kind: 'no-edge', from, to}],
  };
}
