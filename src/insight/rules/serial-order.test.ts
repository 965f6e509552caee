import {expect, test} from 'vitest';
import {runOf, type TaskSketch} from '../../../test/support/run.ts';
import {contextOf} from './context.ts';
import {serialOrder} from './serial-order.ts';

function found(tasks: Readonly<Record<string, TaskSketch>>, jobs = 8) {
  return serialOrder(contextOf(runOf(tasks, {jobs}), [])).map(({title, impact, changes}) => ({
    title,
    ms: Math.round(impact.ms),
    edges: changes.map((change) => (change.kind === 'no-edge' ? `${change.from}->${change.to}` : change.kind)),
  }));
}

const between = (start: number, end: number, more: Partial<TaskSketch> = {}): TaskSketch => ({start, end, ...more});

test('two tasks that are only written one behind the other', () => {
  expect(found({lint: between(0, 1000), test: between(1000, 3000, {behind: ['lint']})})).toEqual([
    {
      title: 'test waits for lint only because of the order in which they are written',
      ms: 1000,
      edges: ['lint->test'],
    },
  ]);
});

/** Two phases in some workspaces with a barrier between them: no single edge keeps anything waiting alone. */
function barrier(names: readonly string[], through: boolean): Record<string, TaskSketch> {
  const firsts = names.map((name) => `${name}#lint`);
  return {
    ...Object.fromEntries(firsts.map((id) => [id, between(0, 1000)])),
    ...(through && {'order:9': {group: true, behind: firsts}}),
    ...Object.fromEntries(
      names.map((name) => [`${name}#test`, between(1000, 3000, {behind: through ? ['order:9'] : firsts})]),
    ),
  };
}

test('a barrier between two phases is one finding, whether it is edges or a group', () => {
  for (const through of [false, true])
    expect(found(barrier(['a', 'b', 'c'], through))).toMatchObject([{ms: 1000, edges: ['lint->test']}]);
});

test('a barrier between two sets of phases', () => {
  const tasks = {
    lint: between(0, 1000),
    types: between(0, 1000),
    step: {group: true, behind: ['lint', 'types']},
    test: between(1000, 3000, {behind: ['step']}),
    e2e: between(1000, 3000, {behind: ['step']}),
  };
  const [finding, ...others] = found(tasks);
  expect(others).toEqual([]);
  expect(finding).toMatchObject({
    title: 'test and e2e wait for lint and types only because of the order in which they are written',
    ms: 1000,
  });
  expect([...finding!.edges].sort()).toEqual(['lint->e2e', 'lint->test', 'types->e2e', 'types->test']);
});

test('of a set, only what the gain comes from', () => {
  const tasks = {
    lint: between(0, 1000),
    types: between(0, 20),
    test: between(1000, 3000, {behind: ['lint', 'types']}),
  };
  expect(found(tasks)).toMatchObject([{edges: ['lint->test'], ms: 980}]);
});

test('what needs the other goes on waiting for it, and what is behind waits for both', () => {
  const tasks = {
    'a#build': between(0, 1000),
    'b#build': between(0, 200),
    'a#test': between(1000, 1500, {needs: ['a#build'], behind: ['b#build']}),
    'b#test': between(1000, 3000, {needs: ['b#build'], behind: ['a#build']}),
    pack: between(3000, 3050, {behind: ['a#test', 'b#test']}),
  };
  expect(found(tasks)).toMatchObject([{edges: ['build->test'], ms: 800}]);
});

test('a long list does not become a flood', () => {
  const phases = ['p0', 'p1', 'p2', 'p3', 'p4', 'p5'];
  const tasks = Object.fromEntries(
    phases.flatMap((phase, place) =>
      Array.from({length: 10}, (_, member) => [
        `w${member}#${phase}`,
        between(place * 500, place * 500 + 500, {
          behind: place === 0 ? [] : Array.from({length: 10}, (_, other) => `w${other}#p${place - 1}`),
        }),
      ]),
    ),
  );
  const findings = found(tasks, 64);
  expect(findings.length).toBeGreaterThan(0);
  expect(findings.length).toBeLessThanOrEqual(5);
});

test('a hook belongs behind its phase; that others wait for the hook is only how it is written', () => {
  const hooked = {test: between(0, 1000), extra: between(1000, 3000, {hookOf: ['test']})};
  expect(found(hooked)).toEqual([]);
  const pack = between(3000, 4000, {needs: ['test'], hookOf: ['extra']});
  expect(found({...hooked, pack})).toMatchObject([{edges: ['extra->pack'], ms: 1000}]);
});

test('nothing is said of needs, of order that costs nothing, or where slots are short anyway', () => {
  expect(found({lint: between(0, 1000), test: between(1000, 3000, {needs: ['lint']})})).toEqual([]);
  expect(found({lint: between(0, 50), test: between(50, 3000, {behind: ['lint']})})).toEqual([]);
  expect(found({lint: between(0, 1000), test: between(1000, 3000, {behind: ['lint']})}, 1)).toEqual([]);
});

test('nothing is said of what prepares something, or acts on the world: there the order is meant', () => {
  const pair = (first: string, second: string, line = 'node x.js') =>
    found({[first]: between(0, 1000, {line}), [second]: between(1000, 3000, {behind: [first]})});
  expect(pair('a', 'b')).toHaveLength(1);
  expect(pair('test', 'deploy')).toEqual([]);
  expect(pair('clean', 'build')).toEqual([]);
  expect(pair('db:migrate', 'test')).toEqual([]);
  expect(pair('a', 'b', 'npm ci')).toEqual([]);
});

test('order behind what wrote files is a high risk', () => {
  const outputs = {files: 3, bytes: 100};
  const risk = (lint: TaskSketch) =>
    serialOrder(contextOf(runOf({lint, test: between(1000, 3000, {behind: ['lint']})}), []))[0]!.risk;
  expect(risk(between(0, 1000, {outputs}))).toBe('high');
  expect(risk(between(0, 1000))).toBe('medium');
});
