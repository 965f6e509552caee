import type {Finding} from './finding.ts';
import {isSamePlan} from './prediction.ts';
import {contextOf, type RuleContext} from './rules/context.ts';

/** So many earlier runs say how much a gain varies. */
const RUNS = 5;
/** Larger plans are left without: each gain is a simulation or more. */
const MOST_NODES = 1000;

/**
 * The same findings, with the least and the most that their changes would have gained in this run and in earlier ones of the same plan that
 * passed. Where there is none, nothing is said of it.
 */
export function withSpread(findings: readonly Finding[], {run, earlier, gain}: RuleContext): readonly Finding[] {
  if (run.plan.nodes.length > MOST_NODES || findings.every(({changes}) => changes.length === 0)) return findings;
  const alike = earlier.filter((one) => one.status === 'passed' && isSamePlan(one, run)).slice(0, RUNS);
  if (alike.length === 0) return findings;
  const gains = [gain, ...alike.map((one) => contextOf(one, [run]).gain)];
  return findings.map((finding) => {
    const {changes, impact} = finding;
    if (changes.length === 0) return finding;
    const all = gains.map((one) => one(...changes));
    return {...finding, impact: {...impact, low: Math.min(...all), high: Math.max(...all)}};
  });
}
