import {duration} from '../../../src/base/figures.ts';
import type {Page} from '../page.ts';
import {Card, Table} from '../pieces.tsx';

/** Limits of the project: target, actual, gap, and what to see to first. */
export function BudgetTable({page: {report}}: {readonly page: Page}) {
  if (report.budget.length === 0) return null;
  return (
    <Card id="budget" title="Budget" note="the limits in make.toml">
      <Table
        caption="Limits, the worst first"
        columns={[{name: 'Stage'}, ...['Target', 'Actual', 'Gap', 'Priority'].map((name) => ({name, isNumber: true}))]}
        rows={report.budget.map(({name, targetMs, actualMs, gapMs, priority}) => ({
          key: name,
          cells: [
            name,
            duration(targetMs),
            duration(actualMs),
            gapMs > 0 ? (
              <b key="gap" class="bad">
                +{duration(gapMs)}
              </b>
            ) : (
              <span key="gap" class="good">
                −{duration(-gapMs)}
              </span>
            ),
            priority ?? '',
          ],
        }))}
      />
    </Card>
  );
}
