import type {RunReport} from '../insight/report.ts';

/** The report as plain data; `run` is the whole Run. */
export function reportData(report: RunReport): object {
  const {criticalPath, history} = report;
  return {
    ...report,
    criticalPath: {...criticalPath, slack: Object.fromEntries(criticalPath.slack)},
    history: Object.fromEntries(history),
  };
}

export function jsonReport(report: RunReport): string {
  return `${JSON.stringify(reportData(report), undefined, 2)}\n`;
}
