import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {temporaryFolder} from '../../test/support/temporary-folder.ts';
import {Ledger} from './ledger.ts';

function ledgerIn(folder: string, broker: string): Ledger {
  const ledger = new Ledger(join(folder, 'ledger.db'), broker);
  onTestFinished(() => ledger.close());
  return ledger;
}

test('tells what earlier brokers left, the latest first, and not what is our own', () => {
  const folder = temporaryFolder();
  const first = ledgerIn(folder, 'one');
  first.note({kind: 'folder', path: '/a'});
  const entry = first.note({kind: 'process', mark: 'm'});
  first.change(entry, {kind: 'process', mark: 'm', first: {pid: 3, started: '4', boot: 'b'}});
  const second = ledgerIn(folder, 'two');
  second.note({kind: 'folder', path: '/b'});
  expect(second.left().map(({belonging}) => belonging)).toEqual([
    {kind: 'process', mark: 'm', first: {pid: 3, started: '4', boot: 'b'}},
    {kind: 'folder', path: '/a'},
  ]);
  expect(second.left().map(({broker}) => broker)).toEqual(['one', 'one']);
  expect(second.size).toBe(3);
});

test('forgets what was struck out', () => {
  const folder = temporaryFolder();
  const ledger = ledgerIn(folder, 'one');
  const [one] = [ledger.note({kind: 'folder', path: '/a'}), ledger.note({kind: 'folder', path: '/b'})];
  ledger.strike(one);
  ledger.strike(one);
  expect(ledger.size).toBe(1);
  expect(ledgerIn(folder, 'two').left()).toMatchObject([{belonging: {path: '/b'}}]);
});
