import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {appendFileSync, existsSync, readdirSync, readFileSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import * as fc from 'fast-check';
import {expect, test} from 'vitest';
import {anyRun, runStarted} from '../../test/support/run-events.ts';
import {temporaryFolder} from '../../test/support/temporary-folder.ts';
import {processIdentity} from '../base/living-process.ts';
import type {ProcessIdentity} from '../base/process-identity.ts';
import type {NodeId} from '../plan/plan.ts';
import type {RunEvent, RunId, RunStarted} from './events.ts';
import {foldEvents} from './fold.ts';
import {Journal, leftJournals, readJournal, removeJournal} from './journal.ts';
import {openStateFolder} from './state-folder.ts';

const finished: RunEvent = {kind: 'run-finished', time: 9, status: 'passed', exitCode: 0};

function written(events: readonly RunEvent[], root = temporaryFolder()): string {
  const [started, ...rest] = events;
  const journal = new Journal(openStateFolder(root), started as RunStarted);
  for (const event of rest) journal.append(event);
  journal.close();
  return journal.path;
}

test('what was written is read', () => {
  fc.assert(
    fc.property(anyRun, (events) => {
      expect(readJournal(written(events))).toEqual(events);
    }),
    {numRuns: 20},
  );
});

test('a journal names its owner from the moment it is there', () => {
  const root = temporaryFolder();
  const journal = new Journal(openStateFolder(root), runStarted());
  expect(readJournal(journal.path)).toEqual([runStarted()]);
  expect(readdirSync(join(root, '.paceline', 'journal'))).toEqual(['0run.ndjson']);
  journal.close();
});

test('the events of one turn are on the disk at its end', async () => {
  const journal = new Journal(openStateFolder(temporaryFolder()), runStarted());
  journal.append(finished);
  await Promise.resolve();
  expect(readJournal(journal.path)).toEqual([runStarted(), finished]);
  journal.close();
});

test('a last line that was cut off is left out, wherever it was cut', () => {
  const events: readonly RunEvent[] = [runStarted(), {kind: 'task-ready', time: 4, task: 'a' as NodeId}, finished];
  const path = written(events);
  const whole = readFileSync(path);
  for (let length = whole.length; length >= 0; length--) {
    truncateSync(path, length);
    const read = readJournal(path);
    expect(read).toEqual(events.slice(0, read.length));
  }
});

test('lines that are no events are left out', () => {
  const path = written([runStarted()]);
  appendFileSync(path, Buffer.from([0, 0, 0xff, 0xfe, 0x0a]));
  appendFileSync(path, 'null\n7\n"text"\n[1]\n{}\n{"kind":5}\n\n');
  appendFileSync(path, `${JSON.stringify(finished)}\n`);
  expect(readJournal(path)).toEqual([runStarted(), finished]);
  expect(foldEvents(readJournal(path))).toMatchObject({status: 'passed'});
});

test('a disk that refuses a line breaks the journal, not the run', () => {
  const journal = new Journal(openStateFolder(temporaryFolder()), runStarted());
  journal.close();
  // the descriptor is gone: every further write fails
  journal.append(finished);
  journal.flush();
  expect(journal.broken).toMatchObject({code: 'EBADF'});
  journal.append(finished);
  journal.flush();
  expect(readJournal(journal.path)).toEqual([runStarted()]);
});

/** Which journals are left and which are of running programs, when this one was written by `owner`. */
function seen(owner: ProcessIdentity): string {
  const root = temporaryFolder();
  written([runStarted({owner}), finished], root);
  const {left, active} = leftJournals(openStateFolder(root));
  return [
    ...left.map(({run, events}) => `left ${run} ${events.length}`),
    ...active.map((run) => `active ${run}`),
  ].join();
}

test('a journal is left when the very process that wrote it is gone', async () => {
  const own = processIdentity(process.pid);
  expect(seen({...own, pid: process.ppid})).toBe('left 0run 2');
  expect(seen(processIdentity(process.ppid))).toBe('active 0run');
  // our own journal is nobody's leftover; one of an earlier process with our number is
  expect(seen(own)).toBe('');
  expect(seen({...own, started: '1'})).toBe('left 0run 2');
  expect(seen({...own, boot: 'another'})).toBe('left 0run 2');
  const child = spawn(process.execPath, ['--eval', '']);
  const identity = processIdentity(child.pid!);
  await once(child, 'exit');
  expect(seen(identity)).toBe('left 0run 2');
});

test('a journal without an owner is left, and so is one that never began', async () => {
  const root = temporaryFolder();
  const folder = openStateFolder(root);
  writeFileSync(join(folder.journals, 'a.ndjson'), 'garbage\n');
  writeFileSync(join(folder.journals, 'b.ndjson'), '');
  const child = spawn(process.execPath, ['--eval', '']);
  await once(child, 'exit');
  writeFileSync(join(folder.journals, `c.${child.pid}.new`), '');
  writeFileSync(join(folder.journals, 'notes.txt'), '');
  expect(leftJournals(folder).left.map(({run, events}) => `${run} ${events.length}`)).toEqual(['a 0', 'b 0', 'c 0']);
  for (const {path} of leftJournals(folder).left) removeJournal(path);
  expect(readdirSync(folder.journals)).toEqual(['notes.txt']);
});

test('no folder, nothing left', () => {
  const root = temporaryFolder();
  const folder = openStateFolder(root);
  expect(leftJournals({...folder, journals: join(root, 'nowhere')})).toEqual({left: [], active: []});
  removeJournal(join(root, 'nowhere', 'x.ndjson'));
  expect(existsSync(join(root, 'nowhere'))).toBe(false);
  expect(() => new Journal({...folder, journals: join(root, 'nowhere')}, runStarted({run: 'x' as RunId}))).toThrow(
    expect.objectContaining({code: 'E_STATE_FOLDER'}),
  );
});
