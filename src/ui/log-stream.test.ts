import {appendFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test, vi} from 'vitest';
import {temporaryFolder} from '../../test/support/temporary-folder.ts';
import {LogStream} from './log-stream.ts';

function followed(): {shown: string[]; write: (text: string) => void; stream: LogStream} {
  const folder = temporaryFolder();
  writeFileSync(join(folder, '1.log'), 'not this\n');
  const shown: string[] = [];
  const stream = new LogStream(folder, {file: '1.log', start: 9, end: 9}, (lines) => shown.push(lines));
  return {shown, write: (text) => appendFileSync(join(folder, '1.log'), text), stream};
}

test('whole lines are shown as they come, the last one at the end', async () => {
  const {shown, write, stream} = followed();
  write('one\ntw');
  await vi.waitFor(() => expect(shown).toEqual(['one\n']));
  write('o\nthree');
  await vi.waitFor(() => expect(shown).toEqual(['one\n', 'two\n']));
  stream.close();
  expect(shown).toEqual(['one\n', 'two\n', 'three\n']);
});

test('a line without end is shown in parts, and nothing of it is lost', async () => {
  const {shown, write, stream} = followed();
  for (let part = 0; part < 30; part++) write('x'.repeat(100_000));
  await vi.waitFor(() => expect(shown.length).toBeGreaterThan(1));
  stream.close();
  expect(shown.join('').replaceAll('\n', '')).toBe('x'.repeat(3_000_000));
});
