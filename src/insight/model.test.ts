import {describe, expect, test} from 'vitest';
import {modelOfTasks, runOf} from '../../test/support/run.ts';
import type {NodeId} from '../plan/plan.ts';
import type {Run} from '../record/run.ts';
import {isNamed, longestChainMs, modelOf, nameOf, nodesNamed, outcomeOf, phaseOf} from './model.ts';

/** When each task starts in the simulation, ms since the start of the run. */
function startsOf(run: Run): Record<string, number> {
  const {model, simulation} = outcomeOf(modelOf(run));
  return Object.fromEntries(
    model.nodes.flatMap(({id}, number) => (id === '' ? [] : [[id, model.before + simulation.start[number]!]])),
  );
}

describe('the model of a run', () => {
  test('has what was before the first task, between, and after the last', () => {
    const run = runOf({a: {start: 50, end: 150}, b: {start: 150, end: 250, needs: ['a']}}, {wallMs: 270});
    const model = modelOf(run);
    expect([model.before, model.after]).toEqual([50, 20]);
    expect(outcomeOf(model).wallMs).toBe(270);
    expect(longestChainMs(model)).toBe(200);
  });

  test('takes a slot for what runs', () => {
    const tasks = {a: {start: 0, end: 100}, b: {status: 'skipped'}, c: {start: 100, end: 200}} as const;
    expect(outcomeOf(modelOf(runOf(tasks, {jobs: 1}))).wallMs).toBe(200);
    expect(outcomeOf(modelOf(runOf(tasks, {jobs: 2}))).wallMs).toBe(100);
  });

  test('lets a task that was skipped wait for all the slots that it would take, as the engine does', () => {
    const tasks = {
      long: {start: 0, end: 300},
      alone: {status: 'skipped', takes: {slots: 2}},
      last: {start: 300, end: 400, needs: ['alone']},
    } as const;
    expect(startsOf(runOf(tasks, {jobs: 2}))).toMatchObject({long: 0, last: 300});
    expect(startsOf(runOf(tasks, {jobs: 3}))).toMatchObject({long: 0, last: 0});
  });

  test('starts the longest remaining path first, and holds back what does not fit', () => {
    const run = runOf(
      {
        short: {start: 200, end: 250},
        all: {start: 100, end: 200, takes: {slots: 2}},
        first: {start: 0, end: 100},
        last: {start: 250, end: 400, needs: ['first']},
      },
      {jobs: 2},
    );
    // the wide task is next by priority: the short one does not slip in before it
    expect(startsOf(run)).toEqual({first: 0, last: 100, all: 250, short: 350});
  });

  test('carries out the stages of the end one behind the other, whatever the plan says of edges between them', () => {
    const run = runOf({
      build: {start: 0, end: 100},
      lint: {start: 0, end: 30, needs: ['cleanup']},
      cleanup: {start: 160, end: 170, final: 'after_all'},
      tell: {start: 100, end: 160, final: 'on_success'},
    });
    expect(startsOf(run)).toEqual({build: 0, lint: 0, tell: 100, cleanup: 160});
    expect(outcomeOf(modelOf(run)).wallMs).toBe(170);
  });

  test('of a plan with a cycle, loses no task', () => {
    const run = runOf({
      a: {start: 0, end: 100, needs: ['c', 'a']},
      b: {start: 100, end: 200, needs: ['a']},
      c: {start: 200, end: 300, needs: ['b']},
      d: {start: 300, end: 400, needs: ['c']},
    });
    expect(startsOf(run)).toEqual({a: 0, b: 100, c: 200, d: 300});
    expect(outcomeOf(modelOf(run)).wallMs).toBe(400);
  });

  test('knows tasks that the plan does not know, and leaves out edges to nowhere and nodes that are there twice', () => {
    const run = runOf({a: {start: 0, end: 100, needs: ['nobody']}, b: {start: 0, end: 300}}, {jobs: 1});
    const [a] = run.plan.nodes;
    const odd = {...run, plan: {...run.plan, nodes: [a!, a!]}};
    expect(modelOf(odd).nodes.map(({id}) => id)).toEqual(['a', 'b']);
    expect(outcomeOf(modelOf(odd)).wallMs).toBe(400);
  });

  test('of nothing takes as long as the run', () => {
    expect(outcomeOf(modelOf(runOf({}, {wallMs: 40}))).wallMs).toBe(40);
    expect(outcomeOf(modelOf(runOf({a: {status: 'cancelled'}}, {wallMs: 40}))).wallMs).toBe(40);
    const bare = {...runOf({a: {start: 10, end: 30}}, {wallMs: 40}), plan: {nodes: [], edges: [], pools: []}};
    expect(outcomeOf(modelOf(bare)).wallMs).toBe(40);
  });

  test('with another node and the same edges is another graph', () => {
    const model = modelOfTasks({a: {ms: 100}, b: {ms: 100, needs: ['a']}});
    const [a] = model.nodes;
    expect(outcomeOf(model).wallMs).toBe(200);
    expect(outcomeOf({...model, nodes: [...model.nodes, {...a!, work: {ms: 500, width: 1}}]}).wallMs).toBe(500);
  });

  test('follows what the engine expected, not what then happened, where that is known', () => {
    const model = modelOfTasks({a: {ms: 100}, b: {ms: 200}}, {jobs: 1});
    expect([...outcomeOf(model).simulation.start]).toEqual([200, 0]);
    expect([...outcomeOf(model, [2, 1]).simulation.start]).toEqual([0, 100]);
  });
});

describe('names', () => {
  test('a phase means its tasks in all workspaces, with the parts that they were cut into', () => {
    const ids = ['build', 'web#build', 'web#build~1', 'build~2', 'web#rebuild'];
    const model = modelOfTasks(Object.fromEntries(ids.map((id) => [id, {ms: 1}])));
    expect(nodesNamed(model, 'build')).toEqual([0, 1, 2, 3]);
  });

  test('a task means itself and no other', () => {
    expect(isNamed('web#build~1', 'web#build')).toBe(false);
    expect(isNamed('web#build', 'web#build')).toBe(true);
    expect(isNamed('@shop/web#build', '@shop/web#build')).toBe(true);
    expect(['build', 'web#build'].map((id) => isNamed(id, nameOf('build' as NodeId)))).toEqual([true, false]);
    expect(isNamed('', '')).toBe(false);
  });

  test('the phase of a task', () => {
    expect(['build', 'web#build', 'web#build~1', '@shop/web#test:unit'].map(phaseOf)).toEqual([
      'build',
      'build',
      'build',
      'test:unit',
    ]);
  });
});
