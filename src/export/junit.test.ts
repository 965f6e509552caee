import {expect, test} from 'vitest';
import {ODD_NAMES, oddRun} from '../../test/support/odd-run.ts';
import {parsedXml, type XmlElement} from '../../test/support/xml.ts';
import {junitReport} from './junit.ts';

const LOG = '\u001b[31mred\u001b[0m\nline 2\r\n\u0000 <&"]]> é';

/** What the schema of Jenkins' xunit plugin (junit-10.xsd) says of the elements that are used here. */
const SCHEMA: Readonly<
  Record<
    string,
    {
      readonly required: readonly string[];
      readonly allowed: readonly string[];
      readonly children: readonly string[];
      readonly hasText: boolean;
    }
  >
> = {
  testsuites: {
    required: [],
    allowed: ['name', 'time', 'tests', 'failures', 'errors'],
    children: ['testsuite'],
    hasText: false,
  },
  testsuite: {
    required: ['name', 'tests', 'failures', 'errors'],
    allowed: ['group', 'time', 'skipped', 'timestamp', 'hostname', 'id', 'package', 'file', 'log', 'url'],
    children: ['testsuite', 'properties', 'testcase', 'system-out', 'system-err'],
    hasText: false,
  },
  testcase: {
    required: ['name'],
    allowed: ['time', 'classname', 'group'],
    children: ['skipped', 'error', 'failure', 'system-out', 'system-err'],
    hasText: false,
  },
  failure: {required: [], allowed: ['type', 'message'], children: [], hasText: true},
  skipped: {required: [], allowed: ['type', 'message'], children: [], hasText: true},
  'system-out': {required: [], allowed: [], children: [], hasText: true},
};
const SUREFIRE_TIME = /^(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]*)?$/;

function assertValid({name, attributes, children, text}: XmlElement): void {
  const rules = SCHEMA[name];
  if (rules === undefined) throw new Error(`the schema has no <${name}>`);
  for (const attribute of rules.required) expect(attributes, name).toHaveProperty(attribute);
  for (const attribute of Object.keys(attributes))
    expect([...rules.required, ...rules.allowed], name).toContain(attribute);
  if (attributes.time !== undefined) expect(attributes.time).toMatch(SUREFIRE_TIME);
  if (!rules.hasText) expect(text.trim(), name).toBe('');
  for (const child of children) {
    expect(rules.children, name).toContain(child.name);
    assertValid(child);
  }
}

test('what is written is what the schema of Jenkins allows, whatever the names and logs', () => {
  assertValid(parsedXml(junitReport(oddRun(), () => LOG)));
  assertValid(parsedXml(junitReport({...oddRun(), tasks: [], wallMs: 3_600_000_000}, () => '')));
});

test('each status is what Jenkins calls it; the counts are those of the cases', () => {
  const report = parsedXml(junitReport(oddRun(), () => LOG));
  const [suite] = report.children;
  const cases = suite!.children.map(
    ({attributes: {name, classname}, children}) => `${classname} / ${name}: ${children.map((child) => child.name)}`,
  );
  expect(cases).toEqual([
    'root / lib: ',
    'web / say "a|b" <c> & `d`, é: failure',
    "root / it's\ufffd ]]> \ufffd: skipped",
    'root / =1+1\n2,3: system-out',
    'root / skipped: skipped',
    'root / tolerated: system-out',
  ]);
  expect(suite!.attributes).toMatchObject({
    name: 'paceline run web#say "a|b" <all>',
    tests: '6',
    failures: '1',
    errors: '0',
    skipped: '2',
    time: '0.042',
    timestamp: '2023-11-14T22:13:20',
  });
  expect(report.attributes).toMatchObject({tests: '6', failures: '1', errors: '0'});
});

test('a failure has the end of the log, without colours and what XML cannot say', () => {
  const [suite] = parsedXml(
    junitReport(oddRun(), ({task}) => (task === ODD_NAMES.failed ? LOG : 'of another')),
  ).children;
  const [failure] = suite!.children[1]!.children;
  expect(failure).toMatchObject({
    attributes: {type: 'exit', message: `exit code 1: make "${ODD_NAMES.failed}"`},
    text: 'red\nline 2\r\n\ufffd <&"]]> é',
  });
});

test('the time of a case is that of its task', () => {
  const [suite] = parsedXml(junitReport(oddRun(), () => '')).children;
  expect(suite!.children.map(({attributes}) => attributes.time)).toEqual([
    '0.004',
    '0.011',
    '0.000',
    '0.021',
    '0.000',
    '0.007',
  ]);
});
