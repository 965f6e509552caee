import {expect, test} from 'vitest';
import {ODD_NAMES, oddRun} from '../../test/support/odd-run.ts';
import {NO_BUDGET} from '../insight/budget.ts';
import {reportOf} from '../insight/report.ts';
import {readRun} from '../record/run-file.ts';
import {jsonReport, reportData} from './report-json.ts';

const report = reportOf(oddRun(), [oddRun()], NO_BUDGET);

test('nothing is lost on the way to JSON and back', () => {
  // what JSON has no way to say: an undefined member is left out
  const plain = JSON.parse(jsonReport(report)) as Record<string, unknown>;
  expect(plain).toEqual(reportData(report));
  expect(Object.keys(plain).sort()).toEqual(Object.keys(report).sort());
  expect(plain.history).toMatchObject({[ODD_NAMES.flaky]: [21, 21]});
  expect(JSON.stringify(plain)).not.toContain('null');
});

test('the run in it can be read again', () => {
  const {run, problems} = readRun(jsonReport(report), 'report.json');
  expect(run).toEqual(oddRun());
  expect(problems).toEqual([]);
});
