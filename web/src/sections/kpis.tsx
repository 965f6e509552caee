import {duration} from '../../../src/base/figures.ts';
import type {Kpi} from '../../../src/insight/kpis.ts';
import type {Page} from '../page.ts';
import {Card, Table} from '../pieces.tsx';

/** How well paceline itself did. */
export function Kpis({page: {report}}: {readonly page: Page}) {
  return (
    <Card id="kpis" title="paceline itself">
      <Table
        caption="Figures of paceline and their targets"
        columns={[{name: 'Figure'}, {name: 'Value', isNumber: true}, {name: 'Target'}, {name: 'Met'}]}
        rows={report.kpis.map((kpi) => ({
          key: kpi.name,
          cells: [
            kpi.name,
            <span key="value" class={kpi.value === undefined ? 'dim' : ''}>
              {valueText(kpi)}
            </span>,
            kpi.target,
            kpi.isMet === undefined ? (
              <span key="met" class="dim">
                unknown
              </span>
            ) : (
              <span key="met" class={kpi.isMet ? 'good' : 'bad'}>
                {kpi.isMet ? 'yes' : 'no'}
              </span>
            ),
          ],
        }))}
      />
    </Card>
  );
}

function valueText({value, unit}: Kpi): string {
  if (value === undefined) return 'unknown';
  if (unit === 'share') return `${Math.round(value * 100)} %`;
  return unit === 'ms' ? duration(value) : String(Math.round(value * 100) / 100);
}
