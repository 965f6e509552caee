import {expect, test} from 'vitest';
import {modelOfTasks} from '../../test/support/run.ts';
import {type Change, changeText, type Experience, unknownNames, withChanges} from './change.ts';
import {type Model, outcomeOf} from './model.ts';

const experience: Experience = {
  hitMs: () => 4,
  executed: (task) => (task === 'never' ? undefined : {ms: 700, width: 2}),
};

const chain = modelOfTasks(
  {install: {ms: 10}, build: {ms: 100, needs: ['install']}, test: {ms: 50, needs: ['build']}, other: {ms: 20}},
  {jobs: 4, cores: 4},
);

function changed(model: Model, ...changes: readonly Change[]): Model {
  return withChanges(model, changes, experience);
}

/** ms of each task; [ms, width] where the width is not 1. */
function works({nodes}: Model): Record<string, unknown> {
  return Object.fromEntries(
    nodes.filter(({id}) => id !== '').map(({id, work}) => [id, work.width === 1 ? work.ms : [work.ms, work.width]]),
  );
}

test('no change changes nothing', () => {
  expect(changed(chain)).toEqual(chain);
});

test('a dropped task takes no time, and its order stays: what needs it still waits for what it needs', () => {
  const model = changed(chain, {kind: 'drop', task: 'build'});
  expect(works(model)).toEqual({install: 10, build: [0, 0], test: 50, other: 20});
  expect(model.edges).toEqual(chain.edges);
  expect(model.nodes[1]!.takes).toEqual({});
  expect(outcomeOf(model).wallMs).toBe(60);
});

test('a task that is faster is so many times faster, and not negative', () => {
  expect(works(changed(chain, {kind: 'speed', task: 'build', factor: 0.5}))).toEqual({...works(chain), build: 50});
  expect(works(changed(chain, {kind: 'speed', task: 'build', factor: -1}))).toEqual({...works(chain), build: 0});
});

test('a hit takes as long as hits do, but no longer than the task', () => {
  expect(works(changed(chain, {kind: 'hit', task: 'build'}))).toEqual({...works(chain), build: 4});
  const quick = modelOfTasks({a: {ms: 2}, b: {ms: 0}});
  expect(works(changed(quick, {kind: 'hit', task: 'a'}, {kind: 'hit', task: 'b'}))).toEqual({a: 2, b: [0, 0]});
});

test('parts have an equal share and the whole set-up each, the edges of the task, and a slot of their own', () => {
  const model = changed(chain, {kind: 'split', task: 'build', parts: 4, setupMs: 20});
  expect(model.nodes.filter(({id}) => id === 'build').map(({work}) => work.ms)).toEqual([40, 40, 40, 40]);
  // `other` has the fourth slot until 20
  expect(outcomeOf(model).wallMs).toBe(20 + 40 + 50);
  expect(outcomeOf(changed(model, {kind: 'jobs', count: 1})).wallMs).toBe(10 + 160 + 50 + 20);
  expect(changed(chain, {kind: 'split', task: 'build', parts: 1, setupMs: 20})).toEqual(chain);
  // a set-up that is longer than the task
  expect(outcomeOf(changed(chain, {kind: 'split', task: 'build', parts: 2, setupMs: 900})).wallMs).toBe(160);
});

test('all parts of a task wait for all parts of another', () => {
  const phases = modelOfTasks({
    'a#build': {ms: 100},
    'b#build': {ms: 100, needs: ['a#build']},
    end: {ms: 1, needs: ['b#build']},
  });
  const model = changed(phases, {kind: 'split', task: 'build', parts: 2, setupMs: 0});
  const pairs = model.edges.map(({from, to}) => `${from}>${to}`);
  expect(pairs.sort()).toEqual(['0>1', '0>4', '1>2', '3>1', '3>4', '4>2']);
  expect(outcomeOf(model).wallMs).toBe(101);
});

test('jobs: a task that had all slots for itself goes on having them', () => {
  const model = modelOfTasks(
    {alone: {ms: 100, takes: {slots: 4}}, two: {ms: 100, takes: {slots: 2}}, one: {ms: 100}},
    {jobs: 4},
  );
  const more = changed(model, {kind: 'jobs', count: 8});
  expect(more.nodes.map(({takes}) => takes.slots)).toEqual([8, 2, 1]);
  expect(outcomeOf(more).wallMs).toBe(200);
  expect(outcomeOf(changed(model, {kind: 'jobs', count: 1})).wallMs).toBe(300);
  expect(outcomeOf(changed(model, {kind: 'jobs', count: 0})).wallMs).toBe(300);
  // with one slot every task had all of them
  const single = changed(modelOfTasks({a: {ms: 100}, b: {ms: 100}}, {jobs: 1}), {kind: 'jobs', count: 2});
  expect(outcomeOf(single).wallMs).toBe(100);
});

test('cores: those that compute share them', () => {
  const model = modelOfTasks({a: {ms: 100}, b: {ms: 100}}, {cores: 2});
  expect(outcomeOf(model).wallMs).toBe(100);
  expect(outcomeOf(changed(model, {kind: 'cores', count: 1})).wallMs).toBeCloseTo(200, 6);
  expect(changed(model, {kind: 'cores', count: 0})).toEqual(model);
});

test('cold: what was a hit is executed; what was executed or did not run stays as it was', () => {
  const base = modelOfTasks({hit: {ms: 4}, never: {ms: 4}, ran: {ms: 50}, skipped: {ms: 0}});
  const model: Model = {...base, nodes: base.nodes.map((node, number) => (number < 2 ? {...node, isHit: true} : node))};
  const cold = changed(model, {kind: 'cold'});
  expect(works(cold)).toEqual({hit: [700, 2], never: 4, ran: 50, skipped: [0, 0]});
  expect(works(changed(cold, {kind: 'hit', task: 'hit'}))).toMatchObject({hit: 4});
});

test('changes build on each other', () => {
  const model = changed(
    chain,
    {kind: 'split', task: 'build', parts: 2, setupMs: 0},
    {kind: 'speed', task: 'build', factor: 0.5},
  );
  expect(outcomeOf(model).wallMs).toBe(10 + 25 + 50);
});

test('names that mean nothing are told of', () => {
  expect(unknownNames({kind: 'drop', task: 'biuld'}, chain)).toEqual(['biuld']);
  expect(unknownNames({kind: 'no-edge', from: 'biuld', to: 'test'}, chain)).toEqual(['biuld']);
  expect(unknownNames({kind: 'no-edge', from: 'build', to: 'test'}, chain)).toEqual([]);
  expect(unknownNames({kind: 'jobs', count: 3}, chain)).toEqual([]);
  expect(changed(chain, {kind: 'drop', task: 'biuld'})).toEqual(chain);
});

test('texts are what the command line understands', () => {
  const changes: readonly Change[] = [
    {kind: 'jobs', count: 4},
    {kind: 'cores', count: 2},
    {kind: 'drop', task: 'a'},
    {kind: 'speed', task: 'a', factor: 1 / 3},
    {kind: 'hit', task: 'a'},
    {kind: 'split', task: 'a', parts: 3, setupMs: 0},
    {kind: 'split', task: 'a', parts: 3, setupMs: 1500},
    {kind: 'no-edge', from: 'a', to: 'b'},
    {kind: 'no-edge', from: 'a', to: 'b', written: true},
    {kind: 'cold'},
  ];
  expect(changes.map(changeText)).toEqual([
    '--jobs 4',
    '--cores 2',
    '--drop a',
    '--speed a=0.333x',
    '--hit a',
    '--split a=3',
    '--split a=3 --setup 1500ms',
    "--no-edge 'a->b'",
    "--no-edge 'a->b' (written order only)",
    '--cold',
  ]);
});
