import {useEffect, useMemo, useState} from 'preact/hooks';
import {duration} from '../../src/base/figures.ts';
import type {PageData} from '../../src/export/html.ts';
import type {NodeId} from '../../src/plan/plan.ts';
import {Choice} from './choice.ts';
import {type Page, pageOf} from './page.ts';
import type {Theme} from './palette.ts';
import {Panel} from './panel/panel.tsx';
import {BeforeAfter} from './sections/before-after.tsx';
import {Bottlenecks} from './sections/bottlenecks.tsx';
import {BudgetTable} from './sections/budget.tsx';
import {Findings} from './sections/findings.tsx';
import {Kpis} from './sections/kpis.tsx';
import {Profiles} from './sections/profiles.tsx';
import {Reliability} from './sections/reliability.tsx';
import {Steps} from './sections/steps.tsx';
import {Summary} from './sections/summary.tsx';
import {Tasks} from './sections/tasks.tsx';
import {TimeAccount} from './sections/time-account.tsx';
import {useTheme} from './theme.ts';
import {Timeline} from './timeline/timeline.tsx';

interface Chosen {
  readonly task: NodeId;
  readonly byKey: boolean;
}

/** The report of one run. */
export function App({data}: {readonly data: PageData}) {
  const page = useMemo(() => pageOf(data), [data]);
  const [theme, setTheme] = useTheme();
  const [chosen, setChosen] = useState<Chosen>();
  const [back, setBack] = useState<Element | null>(null);
  const choose = (task: NodeId, byKey: boolean): void => {
    if (byKey) setBack(document.activeElement);
    setChosen({task, byKey});
  };
  const close = (): void => {
    if (chosen?.byKey === true && back instanceof HTMLElement) back.focus();
    setChosen(undefined);
  };
  useEffect(() => {
    const hear = ({key}: KeyboardEvent): void => {
      if (key === 'Escape') close();
    };
    document.addEventListener('keydown', hear);
    return () => document.removeEventListener('keydown', hear);
  });
  const hasSteps = page.report.steps.length > 0;
  return (
    <Choice.Provider value={(task) => choose(task, true)}>
      <div class={chosen === undefined ? 'layout' : 'layout with-panel'}>
        <div class="content">
          <Head page={page} theme={theme} onTheme={setTheme} />
          <main>
            <Summary page={page} />
            <Timeline page={page} theme={theme} selected={chosen?.task} onSelect={choose} />
            <div class="pair">
              <div class="column">
                <TimeAccount page={page} />
                {hasSteps && <BudgetTable page={page} />}
              </div>
              <div class="column">{hasSteps ? <Steps page={page} /> : <BudgetTable page={page} />}</div>
            </div>
            <Findings page={page} />
            <BeforeAfter page={page} />
            <Bottlenecks page={page} />
            <Profiles page={page} />
            <Tasks page={page} />
            <div class="pair">
              <Kpis page={page} />
              <Reliability page={page} />
            </div>
          </main>
        </div>
        {chosen !== undefined && <Panel page={page} task={chosen.task} takesFocus={chosen.byKey} onClose={close} />}
      </div>
    </Choice.Provider>
  );
}

function Head({
  page: {run},
  theme,
  onTheme,
}: {
  readonly page: Page;
  readonly theme: Theme;
  readonly onTheme: (theme: Theme) => void;
}) {
  const other = theme === 'dark' ? 'light' : 'dark';
  const colour = run.status === 'passed' ? 'good' : run.status === 'failed' ? 'bad' : 'wait';
  return (
    <header class="head">
      <div>
        <h1>
          <span class="command">paceline {run.command.join(' ')}</span>
          <span class="badge big" style={{'--badge': `var(--${colour})`}}>
            {run.status}
          </span>
          <span class="took">in {duration(run.wallMs)}</span>
        </h1>
        <p class="dim">
          <time dateTime={new Date(run.at).toISOString()}>{new Date(run.at).toLocaleString()}</time> · run {run.id}
          {run.profile !== undefined && ` · profile ${run.profile}`}
          {run.machine !== undefined && ` · ${run.machine.platform}`}
          {run.machine?.load !== undefined && ` · load ${run.machine.load.toFixed(1)} before it`} · paceline{' '}
          {run.version}
        </p>
      </div>
      <button type="button" class="theme" onClick={() => onTheme(other)} aria-label={`Use the ${other} theme`}>
        {theme === 'dark' ? '☀ Light' : '☾ Dark'}
      </button>
    </header>
  );
}
