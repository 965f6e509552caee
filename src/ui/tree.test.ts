import {expect, test} from 'vitest';
import {planOf} from '../../test/support/plan.ts';
import {phase, project, together} from '../../test/support/project.ts';
import {smallPlan} from '../../test/support/small-plan.ts';
import {treeGraph} from './tree.ts';

test('what is asked for at the left, what it waits for below', () => {
  expect(treeGraph(smallPlan())).toMatchInlineSnapshot(`
    "ci
    ├─ lint
    ├─ web#build
    │  ├─ lib#build
    │  │  ├─ lint (order)
    │  │  └─ say "done" (order)
    │  │     └─ lint (after)
    │  └─ ui#build
    │     └─ lib#build …
    └─ say "done" (after) …
    "
  `);
});

test('a chain of 8,000 tasks needs no deep stack', () => {
  const phases = Array.from({length: 8000}, (_, number) => phase(`p${number}`, {needs: [together(`p${number + 1}?`)]}));
  expect(treeGraph(planOf(project(phases), ['p0']).plan).split('\n')).toHaveLength(8001);
});
