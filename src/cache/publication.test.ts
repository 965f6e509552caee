import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {taskOf} from '../../test/support/order.ts';
import {temporaryFolder} from '../../test/support/temporary-folder.ts';
import {FileIndex} from './file-index.ts';
import {type Candidate, Publication} from './publication.ts';

/** A publication over a folder with the files `a` and `b`, and what became of candidates. */
function publication(): {
  root: string;
  index: FileIndex;
  publication: Publication;
  ends: string[];
  candidate: (name: string, more?: Partial<Candidate>) => Candidate;
} {
  const root = temporaryFolder();
  for (const name of ['a', 'b']) writeFileSync(join(root, name), name);
  const index = new FileIndex(root);
  const ends: string[] = [];
  return {
    root,
    index,
    publication: new Publication(index),
    ends,
    candidate: (name, more = {}) => ({
      task: taskOf(),
      changedInputs: () => undefined,
      slots: [],
      clock: index.clock,
      // more than there is time for: waits until somebody flushes
      cost: 1e9,
      publish: () => ends.push(`${name} published`),
      refuse: (changed) => ends.push(`${name} refused: ${changed.join()}`),
      ...more,
    }),
  };
}

test('what nothing changed under is published, in order, once', () => {
  const {publication: waiting, ends, candidate} = publication();
  waiting.add(candidate('one'));
  waiting.add(candidate('two'));
  waiting.flush();
  waiting.flush();
  expect(ends).toEqual(['one published', 'two published']);
});

test('what costs nothing is published at once', () => {
  const {publication: at, ends, candidate} = publication();
  at.add(candidate('one', {cost: 0}));
  expect(ends).toEqual(['one published']);
});

test('what has many files waits', () => {
  const {index, publication: at, ends, candidate} = publication();
  for (let number = 0; number < 1_000_000; number++) index.paths.push('');
  at.add(candidate('one', {cost: 1_000_000}));
  expect(ends).toEqual([]);
  at.flush();
  expect(ends).toEqual(['one published']);
});

test('inputs that changed are told, and others are published all the same', () => {
  const {publication: at, ends, candidate} = publication();
  at.add(candidate('one', {changedInputs: () => ['src/x', 'src/y']}));
  at.add(candidate('two'));
  at.flush();
  expect(ends).toEqual(['one refused: src/x,src/y', 'two published']);
});

test('inputs are looked at after the task has ended', () => {
  const {publication: at, candidate} = publication();
  const times: number[] = [];
  const before = performance.now();
  at.add(candidate('one', {cost: 0, changedInputs: (since) => void times.push(since)}));
  expect(times).toHaveLength(1);
  expect(times[0]).toBeGreaterThanOrEqual(before);
});

test('outputs of others that changed since the key was made are changes, folders apart', () => {
  const {root, index, publication: at, ends, candidate} = publication();
  mkdirSync(join(root, 'folder'));
  const slots = ['a', 'b', 'folder'].map((name) => index.slot(name));
  for (const slot of slots) index.refresh(slot, 0);
  const one = candidate('one', {slots: [slots]});
  writeFileSync(join(root, 'folder/x'), '');
  at.add({...one, cost: 0});
  expect(ends).toEqual(['one published']);
  writeFileSync(join(root, 'b'), 'other');
  at.add({...one, cost: 0});
  expect(ends.at(-1)).toBe('one refused: b');
});
