import {lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../../test/support/temporary-folder.ts';
import {OutputWriter} from './output-writer.ts';
import type {FileToWrite} from './worker/write-files.ts';

function files(count: number, text: string): readonly FileToWrite[] {
  return Array.from({length: count}, (_, k) => ({
    path: `dist/d${k % 3}/f${k}`,
    mode: k % 2 === 0 ? 0o644 : 0o750,
    bytes: Buffer.from(`${text} ${k}`),
  }));
}

function contents(base: string): readonly string[] {
  return readdirSync(base, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return `${path.slice(base.length + 1)} ${(lstatSync(path).mode & 0o777).toString(8)} ${readFileSync(path, 'utf8')}`;
    })
    .sort();
}

/** Until the thread has the work. */
async function writeUntil(writer: OutputWriter, base: string, isDone: () => boolean): Promise<void> {
  for (let round = 0; !isDone(); round++) await writer.write(base, files(2, `round ${round}`));
}

test('the thread writes what the caller would have written, and tells the same of it', async () => {
  const here = temporaryFolder();
  const there = temporaryFolder();
  const few = await new OutputWriter().write(here, files(50, 'text'));
  const writer = new OutputWriter({many: 1});
  await writeUntil(writer, temporaryFolder(), () => writer.hasThread);
  const many = await writer.write(there, files(50, 'text'));
  expect(contents(there)).toEqual(contents(here));
  expect(contents(there)).toHaveLength(50);
  expect(many.map(({size, mode}) => [size, mode])).toEqual(few.map(({size, mode}) => [size, mode]));
  const [first] = many;
  const {ino, ctimeMs, mtimeMs} = lstatSync(join(there, 'dist/d0/f0'));
  expect([first?.ino, first?.ctimeMs, first?.mtimeMs]).toEqual([ino, ctimeMs, mtimeMs]);
});

test('the thread does not write through links', async () => {
  const base = temporaryFolder();
  const outside = temporaryFolder();
  symlinkSync(outside, join(base, 'dist'));
  const writer = new OutputWriter({many: 1});
  await writeUntil(writer, temporaryFolder(), () => writer.hasThread);
  await expect(writer.write(base, files(1, 'text'))).rejects.toThrow(
    'dist is a link or a file where a folder should be',
  );
  expect(readdirSync(outside)).toEqual([]);
});

test('a thread that dies of its work leaves it to the caller', async () => {
  const folder = temporaryFolder();
  const program = join(folder, 'thread.mjs');
  writeFileSync(
    program,
    `import {parentPort} from 'node:worker_threads';
     parentPort.on('message', () => process.exit(1));
     parentPort.postMessage('ready');`,
  );
  const base = join(folder, 'workspace');
  mkdirSync(base);
  const writer = new OutputWriter({many: 1, program: pathToFileURL(program)});
  await writeUntil(writer, temporaryFolder(), () => writer.hasThread);
  await writer.write(base, files(50, 'text'));
  expect(contents(base)).toHaveLength(50);
  expect(writer.hasThread).toBe(false);
});

test('a thread that never starts is not needed', async () => {
  const base = temporaryFolder();
  const writer = new OutputWriter({many: 1, program: pathToFileURL(join(base, 'not-there.mjs'))});
  for (let round = 0; round < 5; round++) await writer.write(base, files(50, 'text'));
  expect(contents(base)).toHaveLength(50);
});
