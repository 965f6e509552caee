import {render} from 'preact';
import type {PageData} from '../../src/export/html.ts';
import {App} from './app.tsx';

const [data, page] = [document.getElementById('report-data'), document.getElementById('page')];
if (data !== null && page !== null) {
  const read = JSON.parse(data.textContent ?? '') as PageData;
  document.title = `paceline ${read.report.run.command.join(' ')}: ${read.report.run.status}`;
  render(<App data={read} />, page);
}
