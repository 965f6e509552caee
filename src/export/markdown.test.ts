import {expect, test} from 'vitest';
import {ODD_NAMES, oddRun} from '../../test/support/odd-run.ts';
import {NO_BUDGET} from '../insight/budget.ts';
import {compare} from '../insight/compare.ts';
import type {Finding} from '../insight/finding.ts';
import {type RunReport, reportOf} from '../insight/report.ts';
import type {NodeId} from '../plan/plan.ts';
import {markdownReport} from './markdown.ts';

const ODD = 'a|b `c` <d>\n``e`` *f* _g_ h_i [j](k) &amp; \\l' as NodeId;

function finding(more: Partial<Finding>): Finding {
  return {
    code: 'F_UNCACHED',
    title: `${ODD} is not cached`,
    tasks: [],
    evidence: [ODD],
    advice: 'Say `[cache]` so.',
    impact: {ms: 10, source: 'measured'},
    effort: 'low',
    risk: 'low',
    riskReason: `${ODD} may write`,
    changes: [],
    ...more,
  };
}

function oddReport(): RunReport {
  const report = reportOf(oddRun(), [], {...NO_BUDGET, totalMs: 30, phases: new Map([['lib', 20]])});
  const [step, other] = [finding({}), finding({title: 'other'})];
  return {
    ...report,
    speedOfLight: {ms: 25, by: 'chain'},
    efficiency: 0.6,
    simulatedMs: 40,
    pastErrors: [],
    gaps: [{kind: 'no-machine', message: `The run does not say what <${ODD}> is.`}],
    criticalPath: {...report.criticalPath, tasks: ['lib' as NodeId, ODD], ms: 30},
    bottlenecks: report.bottlenecks
      .slice(0, 1)
      .map((one) => ({...one, task: ODD, ms: 21, faster50: 10, gone: 20, hit: 19, split4: 15})),
    findings: [step, other],
    steps: [{finding: step, totalMs: 32, gainMs: 10}],
  };
}

/** Cells of a row of a table: GFM ends them at every bar that has no backslash, code or not. */
function cells(line: string): readonly string[] {
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());
}

test('the tables have as many cells in each row as in their heads', () => {
  const run = oddRun();
  const slow = {
    ...run,
    tasks: run.tasks.map((task) => ({
      ...task,
      task: (task.status === 'passed' ? ODD : task.task) as NodeId,
      finish: task.finish + 90,
    })),
  };
  const fast = {...slow, tasks: slow.tasks.map((task) => ({...task, finish: task.finish - 85}))};
  const text = markdownReport(oddReport(), compare([slow], [fast]));
  const tables = text.split('\n\n').filter((part) => part.startsWith('|'));
  expect(tables).toHaveLength(3);
  for (const table of tables) expect(new Set(table.split('\n').map((line) => cells(line).length)).size, table).toBe(1);
  for (const table of tables.slice(0, 2))
    expect(table).toContain('| ``` a\\|b `c` <d> ``e`` *f* _g_ h_i [j](k) &amp; \\l ``` |');
});

test('names are code, or text without markup; what our own sentences have in backticks stays code', () => {
  const text = markdownReport(oddReport());
  expect(text).toContain('`lib` → ``` a|b `c` <d> ``e`` *f* _g_ h_i [j](k) &amp; \\l ``` (30 ms)');
  expect(text).toContain(
    '**a\\|b `c` \\<d\\> \\``e`\\` \\*f\\* \\_g\\_ h_i \\[j\\](k) &amp;amp; \\\\l is not cached**: Say `[cache]` so.',
  );
  expect(text).toContain('`paceline run web#say "a|b" <all>`');
  expect(text).not.toContain('<d>\n');
});

test('the whole of a report', () => {
  const run = oddRun();
  expect(markdownReport({...oddReport(), run: {...run, command: ['run', ODD_NAMES.failed]}})).toMatchInlineSnapshot(`
    "# **failed** in 42 ms

    \`\` paceline run web#say "a|b" <c> & \`d\`, é \`\`, 6 tasks, 4 jobs, 2023-11-14T22:13:20.000Z.

    Its longest chain and its processor time allow 25 ms (the longest chain): the run reached 60 % of that.

    ## Critical path

    \`lib\` → \`\`\` a|b \`c\` <d> \`\`e\`\` *f* _g_ h_i [j](k) &amp; \\l \`\`\` (30 ms)

    ## What fixing it would save

    | task | takes | if twice as fast | if gone | if a hit | if split in 4 |
    | --- | --: | --: | --: | --: | --: |
    | \`\`\` a\\|b \`c\` <d> \`\`e\`\` *f* _g_ h_i [j](k) &amp; \\l \`\`\` | 21 ms | 10 ms | 20 ms | 19 ms | 15 ms |

    From simulation with the policy of the engine; contention for disks is not modelled.

    ## A plan in steps

    42 ms → 32 ms

    1. **a\\|b \`c\` \\<d\\> \\\`\`e\`\\\` \\*f\\* \\_g\\_ h_i \\[j\\](k) &amp;amp; \\\\l is not cached**: Say \`[cache]\` so. Expected: 32 ms (10 ms less; effort low, risk low; F_UNCACHED).

    ## Risks

    - a\\|b \`c\` \\<d\\> \\\`\`e\`\\\` \\*f\\* \\_g\\_ h_i \\[j\\](k) &amp;amp; \\\\l is not cached: a\\|b \`c\` \\<d\\> \\\`\`e\`\\\` \\*f\\* \\_g\\_ h_i \\[j\\](k) &amp;amp; \\\\l may write.

    ## Also found

    - other (F_UNCACHED): a\\|b \`c\` \\<d\\> \\\`\`e\`\\\` \\*f\\* \\_g\\_ h_i \\[j\\](k) &amp;amp; \\\\l.

    ## Budget

    |  | target | actual | gap | priority |
    | --- | --: | --: | --: | --: |
    | total | 30 ms | 42 ms | **+12 ms** | 1 |
    | \`lib\` | 20 ms | 4 ms | -16 ms |  |

    ## Reliability of these figures

    - The simulation of this run itself gives 40 ms: -4.8 % against what was measured.
    - No earlier run has the same plan: how good predictions are here is not known yet.
    - The run does not say what \\<a\\|b \`c\` \\<d\\> \\\`\`e\`\\\` \\*f\\* \\_g\\_ h_i \\[j\\](k) &amp;amp; \\\\l\\> is.
    "
  `);
});

test('a run in which nothing happened has no figures that are none', () => {
  const run = {...oddRun(), tasks: [], spans: [], wallMs: 0, plan: {nodes: [], edges: [], pools: []}};
  const text = markdownReport(reportOf(run, [], NO_BUDGET));
  expect(text).toContain('No task took time.');
  expect(text).not.toMatch(/NaN|Infinity|undefined/);
});

test('the runs of the same command so far are a line and a table', () => {
  const run = oddRun();
  const earlier = [100, 400, 200].map((wallMs, place) => ({...run, id: `r${place}` as typeof run.id, wallMs}));
  const text = markdownReport(reportOf({...run, wallMs: 300}, earlier, NO_BUDGET));
  expect(text).toContain(
    '## Trend\n\n▅█▃▆ the last 4 runs of this command\n\n| when | status | wall time | executed | hits |',
  );
  expect(text.split('\n').filter((line) => / (100|200|300|400) ms \|/.test(line) && line.includes('20'))).toHaveLength(
    4,
  );
  expect(markdownReport(reportOf(run, earlier.slice(0, 1), NO_BUDGET))).not.toContain('## Trend');
});
