import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {readMakeDocument} from './dialects/make-file.ts';
import type {Dialect} from './project.ts';
import {parseDocument} from './toml/document.ts';
import {validateFiles} from './validate.ts';

const corpus = join(import.meta.dirname, '../../../shared/corpus/make');

/** What was reached; a number that gets worse fails, one that gets better is to be written down here. */
const baseline = {
  'cargo-make': {files: 24, phases: 1405, honoured: 5101, warned: 16, closed: 0},
  lifecycle: {files: 20, phases: 187, honoured: 762, warned: 21, closed: 179},
} as const;

describe.skipIf(!existsSync(corpus))('real make.toml files (../shared/corpus/make)', () => {
  const files = existsSync(corpus) ? readdirSync(corpus).map((name) => join(corpus, name)) : [];
  const reports = validateFiles(files, corpus);
  const sums = (dialect: Dialect) => {
    const own = reports.filter((report) => report.dialect === dialect);
    const sum = (number: (report: (typeof reports)[number]) => number): number =>
      own.reduce((total, report) => total + number(report), 0);
    return {
      files: own.length,
      phases: sum(({phases}) => phases.length),
      honoured: sum(({keys}) => keys.honoured),
      warned: sum(({keys}) => keys.warned),
      closed: sum(({keys}) => keys.closed),
    };
  };

  test('all of them load', () => {
    expect(reports).toHaveLength(44);
    expect(
      reports.filter(({status}) => status === 'refused').map(({file, diagnostics}) => ({file, diagnostics})),
    ).toEqual([]);
  });

  test.each(Object.keys(baseline) as (keyof typeof baseline)[])(
    '%s: key uses honoured are no fewer than they were',
    (dialect) => {
      const {files: count, phases, honoured, warned, closed} = sums(dialect);
      const before = baseline[dialect];
      expect({count, phases, uses: honoured + warned + closed}).toEqual({
        count: before.files,
        phases: before.phases,
        uses: before.honoured + before.warned + before.closed,
      });
      expect(honoured).toBeGreaterThanOrEqual(before.honoured);
      expect(closed).toBeLessThanOrEqual(before.closed);
      expect(honoured / (honoured + warned)).toBeGreaterThanOrEqual(0.95);
    },
  );

  test('everything that is not honoured is named by a warning', () => {
    const silent = reports.filter(({keys, diagnostics}) => keys.warned + keys.closed > 0 && diagnostics.length === 0);
    expect(silent.map(({file}) => file)).toEqual([]);
  });

  test('each phase stands where it says', () => {
    for (const path of files) {
      const text = readFileSync(path, 'utf8');
      const lines = text.split('\n');
      const document = parseDocument(basename(path), text, () => undefined);
      expect(document).toBeDefined();
      if (document === undefined) continue;
      for (const {name, origin} of readMakeDocument(document, () => undefined).declared.phases.values()) {
        const {line, column, length = 0} = origin;
        expect(
          lines[line - 1]?.slice(column - 1, column - 1 + length).replaceAll('"', ''),
          `${basename(path)}:${line}`,
        ).toBe(name);
      }
    }
  });

  test('each diagnostic stands inside its file', () => {
    for (const {file, diagnostics} of reports) {
      const lines = readFileSync(join(corpus, file), 'utf8').split('\n');
      for (const {origin, code} of diagnostics) {
        expect(origin.file).toBe(file);
        expect(
          (lines[origin.line - 1]?.length ?? -1) >= origin.column - 1,
          `${code} ${file}:${origin.line}:${origin.column}`,
        ).toBe(true);
      }
    }
  });
});
