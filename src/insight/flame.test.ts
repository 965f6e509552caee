import {expect, test} from 'vitest';
import {addPerfScript, addV8Profile, FlameGraph, hottest} from './flame.ts';

const frame = (functionName: string, url = '', lineNumber = 0) => ({callFrame: {functionName, url, lineNumber}});

test('the time up to a sample of V8 belongs to its stack; idle time to nobody', () => {
  const graph = new FlameGraph();
  addV8Profile(graph, 'node', {
    nodes: [
      {id: 1, ...frame('(root)'), children: [2, 4]},
      {id: 2, ...frame('main', 'file:///shop/src/main.js', 9), children: [3]},
      {id: 3, ...frame('', 'file:///shop/src/main.js', 19)},
      {id: 4, ...frame('(idle)')},
    ],
    samples: [2, 3, 3, 4],
    timeDeltas: [1000, 2000, 3000, 50_000],
  });
  expect(graph.finished()).toEqual({
    name: 'all',
    total: 6,
    self: 0,
    children: [
      {
        name: 'node',
        total: 6,
        self: 0,
        children: [
          {
            name: 'main src/main.js:10',
            total: 6,
            self: 1,
            children: [{name: '(anonymous) src/main.js:20', total: 5, self: 5, children: []}],
          },
        ],
      },
    ],
  });
});

const SCRIPT = `tsc  812 
\t         1ea0ed0 [unknown] (/opt/tsc/lib/tsc)
\t          3ec177 main.run (/opt/tsc/lib/tsc)

node  811 
\t            90cc do_lookup_x (/usr/lib/ld-linux-x86-64.so.2)

tsc  812 
\t          3ec177 main.run (/opt/tsc/lib/tsc)

`;

test('stacks of perf are turned round; what is known better is left out', () => {
  const graph = new FlameGraph();
  addPerfScript(graph, SCRIPT, 2, (pid, program) => pid === 811 && program === 'node');
  expect(graph.finished().children).toEqual([
    {
      name: 'tsc',
      total: 4,
      self: 0,
      children: [
        {name: 'main.run', total: 4, self: 2, children: [{name: '[unknown] tsc', total: 2, self: 2, children: []}]},
      ],
    },
  ]);
});

test('functions by the time in themselves, wherever they were called', () => {
  const graph = new FlameGraph();
  graph.add(['a', 'c'], 3);
  graph.add(['b', 'c'], 4);
  graph.add(['b'], 5);
  expect(hottest(graph.finished(), 2)).toEqual([
    {name: 'c', self: 7},
    {name: 'b', self: 5},
  ]);
});

test('what is too small to be seen is left out, and counts in what called it', () => {
  const graph = new FlameGraph();
  graph.add(['a', 'large'], 999);
  graph.add(['a', 'small'], 1);
  const [a] = graph.finished(0.01).children;
  expect(a?.total).toBe(1000);
  expect(a?.children.map(({name}) => name)).toEqual(['large']);
});
