import {duration, percentChange, plural, sparkline} from '../base/figures.ts';
import type {Comparison} from '../insight/compare.ts';
import type {RunReport} from '../insight/report.ts';

/** Two points are no trend. */
const LEAST_POINTS = 3;
const SHOWN_POINTS = 10;

/** The report that one pastes into a pull request. @param comparison with what was before, when there is something */
export function markdownReport(report: RunReport, comparison?: Comparison): string {
  const {run, criticalPath, speedOfLight, efficiency, steps, findings, budget, bottlenecks} = report;
  const parts = [
    `# ${run.status === 'passed' ? 'Passed' : `**${run.status}**`} in ${duration(run.wallMs)}`,
    `${code(`paceline ${run.command.join(' ')}`)}, ${plural(run.tasks.length, 'task')}, ${plural(run.jobs, 'job')}${run.machine === undefined ? '' : ` on ${plural(run.machine.cores, 'core')}`}, ${new Date(run.at).toISOString()}.`,
    `Its longest chain and its processor time allow ${duration(speedOfLight.ms)} (${speedOfLight.by === 'chain' ? 'the longest chain' : 'all cores busy'}): the run reached ${Math.round(efficiency * 100)} % of that.`,
  ];
  if (report.trend.length >= LEAST_POINTS) parts.push('## Trend', trendOf(report));
  if (comparison !== undefined) parts.push('## Before and after', beforeAfter(comparison));
  parts.push(
    '## Critical path',
    criticalPath.tasks.length === 0
      ? 'No task took time.'
      : `${criticalPath.tasks.map(code).join(' → ')} (${duration(criticalPath.ms)})`,
  );
  if (bottlenecks.length > 0)
    parts.push(
      '## What fixing it would save',
      table(
        ['task', 'takes', 'if twice as fast', 'if gone', 'if a hit', 'if split in 4'],
        bottlenecks
          .slice(0, 8)
          .map(({task, ms, faster50, gone, hit, split4}) => [
            codeCell(task),
            ...[ms, faster50, gone, hit, split4].map(duration),
          ]),
      ),
      'From simulation with the policy of the engine; contention for disks is not modelled.',
    );
  if (steps.length > 0)
    parts.push(
      '## A plan in steps',
      [run.wallMs, ...steps.map(({totalMs}) => totalMs)].map(duration).join(' → '),
      steps
        .map(
          ({finding, totalMs, gainMs}, place) =>
            `${place + 1}. **${escaped(finding.title)}**: ${escaped(finding.advice)} Expected: ${duration(totalMs)} (${duration(gainMs)} less; effort ${finding.effort}, risk ${finding.risk}; ${finding.code}).`,
        )
        .join('\n'),
      '## Risks',
      steps.map(({finding}) => `- ${escaped(finding.title)}: ${escaped(finding.riskReason)}.`).join('\n'),
    );
  const others = findings.filter((finding) => !steps.some((step) => step.finding === finding));
  if (others.length > 0)
    parts.push(
      '## Also found',
      others
        .map(({code, title, evidence}) => `- ${escaped(title)} (${code}): ${escaped(evidence.join('; '))}.`)
        .join('\n'),
    );
  if (budget.length > 0)
    parts.push(
      '## Budget',
      table(
        ['', 'target', 'actual', 'gap', 'priority'],
        budget.map(({name, targetMs, actualMs, gapMs, priority}) => [
          name === 'total' || name === 'stretch' ? name : codeCell(name),
          duration(targetMs),
          duration(actualMs),
          gapMs > 0 ? `**+${duration(gapMs)}**` : `-${duration(-gapMs)}`,
          priority === undefined ? '' : String(priority),
        ]),
      ),
    );
  parts.push('## Reliability of these figures', reliability(report));
  return `${parts.join('\n\n')}\n`;
}

function reliability({run, simulatedMs, pastErrors, gaps}: RunReport): string {
  const lines = [
    `- The simulation of this run itself gives ${duration(simulatedMs)}: ${percentChange((simulatedMs - run.wallMs) / Math.max(1, run.wallMs))} against what was measured.`,
    pastErrors.length === 0
      ? '- No earlier run has the same plan: how good predictions are here is not known yet.'
      : `- ${plural(pastErrors.length, 'earlier run')} predicted from the runs before: off by ${middle(pastErrors.map(({error}) => Math.abs(error) * 100)).toFixed(1)} % in the middle.`,
    ...gaps.map(({message}) => `- ${escaped(message)}`),
  ];
  return lines.join('\n');
}

function beforeAfter({total, tasks, hits, machine, before, after}: Comparison): string {
  const rows = [
    ['**total**', ...figures(total)],
    ...tasks
      .filter(({ratio, verdict}) => ratio !== undefined && (verdict === 'outside' || Math.abs(ratio) > 0.05))
      .slice(0, 10)
      .map(({task, ...change}) => [codeCell(task), ...figures(change)]),
  ];
  const notes = [
    `${plural(before.length, 'run')} before, ${plural(after.length, 'run')} after; hits ${Math.round(hits.before * 100)} % → ${Math.round(hits.after * 100)} %.`,
    ...machine.map((difference) => `The machines differ: ${escaped(difference)}.`),
  ];
  return `${table(['', 'before', 'after', 'change', 'outside the noise?'], rows)}\n\n${notes.join(' ')}`;
}

function figures({before, after, ratio, verdict}: Comparison['total']): readonly string[] {
  return [
    before === undefined ? '' : duration(before),
    after === undefined ? '' : duration(after),
    ratio === undefined ? '' : `${ratio < 0 ? '↓' : '↑'} ${percentChange(ratio)}`,
    verdict === 'unknown' ? 'too few runs to say' : verdict === 'outside' ? 'yes' : 'no',
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, column) => (column === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}

/** Sentences with code in backticks, and with names from other people's files, which must not become markup. */
function escaped(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .split(/(`[^`]+`)/)
    .map((part, index) => (index % 2 === 1 ? code(part.slice(1, -1)) : plain(part)))
    .join('');
}

/** A `_` within a word is none. */
function plain(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll(/[\\`*[\]<>|~]/g, '\\$&')
    .replaceAll(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_');
}

/** As code: the fence is longer than any in it (CommonMark 6.1). */
function code(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map(({length}) => length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${line}${fence}` : `${fence} ${line} ${fence}`;
}

/** As code in a table, whose cells end at any bar that has no backslash (GFM 4.10). */
function codeCell(text: string): string {
  return code(text).replaceAll('|', '\\|');
}

function middle(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function trendOf({trend}: RunReport): string {
  const rows = trend
    .slice(-SHOWN_POINTS)
    .map(({at, status, wallMs, executed, hits}) => [
      new Date(at).toISOString().slice(0, 16).replace('T', ' '),
      status,
      duration(wallMs),
      String(executed),
      String(hits),
    ]);
  const line = `${sparkline(trend.map(({wallMs}) => wallMs))} the last ${trend.length} runs of this command`;
  return `${line}\n\n${table(['when', 'status', 'wall time', 'executed', 'hits'], rows)}`;
}
