import {expect, test} from 'vitest';
import {ODD_NAMES, oddRun} from '../../test/support/odd-run.ts';
import {csvReport} from './csv.ts';

/** The records of a text by the rules of RFC 4180, and nothing more lenient. */
function parsed(text: string): readonly (readonly string[])[] {
  const records: string[][] = [];
  let rest = text;
  while (rest !== '') {
    const record: string[] = [];
    for (;;) {
      const [field, quoted, end] = /^(?:"((?:[^"]|"")*)"|[^",\r\n]*)(,|\r\n)/.exec(rest)?.values().toArray() ?? [];
      if (field === undefined || end === undefined) throw new Error(`not a field: ${rest.slice(0, 40)}`);
      record.push(quoted === undefined ? field.slice(0, -end.length) : quoted.replaceAll('""', '"'));
      rest = rest.slice(field.length);
      if (end === '\r\n') break;
    }
    records.push(record);
  }
  return records;
}

test('a line a task, with names that need quotes', () => {
  const [head = [], ...lines] = parsed(csvReport([oddRun()]));
  expect(new Set(lines.map(({length}) => length))).toEqual(new Set([head.length]));
  const column = (name: string): readonly (string | undefined)[] => lines.map((line) => line[head.indexOf(name)]);
  expect(column('task')).toEqual([
    'lib',
    ODD_NAMES.failed,
    ODD_NAMES.blocked,
    `'${ODD_NAMES.flaky}`,
    'skipped',
    'tolerated',
  ]);
  expect(column('status')).toEqual(['cached', 'failed', 'blocked', 'passed', 'skipped', 'tolerated']);
  expect(column('saved_ms')).toEqual(['1234.568', '', '', '', '', '']);
  expect(column('wait_ms')).toEqual(['1', '1', '', '2', '', '25']);
  expect(column('cpu_ms')).toEqual(['', '10', '', '20', '', '10']);
  expect(column('duration_ms')).toEqual(['4.001', '11', '', '21', '', '7']);
  expect(column('finish_ms')[2]).toBe('');
});

test('several runs: the oldest first', () => {
  const run = oddRun();
  const [, ...lines] = parsed(
    csvReport([
      {...run, at: 2000},
      {...run, at: 1000},
    ]),
  );
  expect(lines.map(([, at]) => at)).toEqual([
    ...Array(6).fill('1970-01-01T00:00:01.000Z'),
    ...Array(6).fill('1970-01-01T00:00:02.000Z'),
  ]);
});

test.each(['=1', '+1', '-1', '\tx', '\rx'])('%j is no formula', (name) => {
  const run = oddRun();
  const text = csvReport([
    {...run, tasks: run.tasks.slice(0, 1).map((task) => ({...task, task: name as typeof task.task}))},
  ]);
  expect(parsed(text)[1]?.[2]).toBe(`'${name}`);
});

test('a name of a package is left as it is', () => {
  const run = oddRun();
  const text = csvReport([
    {...run, tasks: run.tasks.slice(0, 1).map((task) => ({...task, task: '@shop/cart#build' as typeof task.task}))},
  ]);
  expect(parsed(text)[1]?.[2]).toBe('@shop/cart#build');
});
