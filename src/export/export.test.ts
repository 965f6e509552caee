import {expect, test} from 'vitest';
import {runStarted} from '../../test/support/run-events.ts';
import {smallPlan} from '../../test/support/small-plan.ts';
import {dotGraph} from './dot.ts';
import {mermaidGraph} from './mermaid.ts';
import {ndjsonDisplay} from './ndjson.ts';

test('a plan in the language of Graphviz', () => {
  expect(dotGraph(smallPlan())).toMatchInlineSnapshot(`
    "digraph paceline {
      rankdir=LR;
      "ci" [shape=ellipse];
      "lint" [shape=box];
      "web#build" [shape=box];
      "lib#build" [shape=box];
      "ui#build" [shape=box];
      "say \\"done\\"" [shape=box];
      "lint" -> "ci" [style=solid];
      "web#build" -> "ci" [style=solid];
      "lib#build" -> "web#build" [style=solid];
      "ui#build" -> "web#build" [style=solid];
      "lib#build" -> "ui#build" [style=solid];
      "lint" -> "say \\"done\\"" [style=dashed];
      "say \\"done\\"" -> "ci" [style=dashed];
      "lint" -> "lib#build" [style=dotted];
      "say \\"done\\"" -> "lib#build" [style=dotted];
    }
    "
  `);
});

test('a plan as a Mermaid flowchart', () => {
  expect(mermaidGraph(smallPlan())).toMatchInlineSnapshot(`
    "flowchart LR
      n0["ci"]
      n1["lint"]
      n2["web#build"]
      n3["lib#build"]
      n4["ui#build"]
      n5["say #quot;done#quot;"]
      n1 --> n0
      n2 --> n0
      n3 --> n2
      n4 --> n2
      n3 --> n4
      n1 -.-> n5
      n5 -.-> n0
      n1 -..-> n3
      n5 -..-> n3
    "
  `);
});

test('an event a line', () => {
  const written: string[] = [];
  const {listener} = ndjsonDisplay((text) => written.push(text));
  const events = [runStarted(), {kind: 'run-finished', time: 9, status: 'passed', exitCode: 0}] as const;
  for (const event of events) listener(event);
  expect(written.map((text) => JSON.parse(text) as unknown)).toEqual(events);
  expect(written.every((text) => text.indexOf('\n') === text.length - 1)).toBe(true);
});
