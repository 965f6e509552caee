import {expect, test} from 'vitest';
import {recordedCommand} from './recorded-command.ts';

test('a recorded command has its options, and no value of a variable', () => {
  const words = [
    'run',
    'build',
    '-e',
    'ci',
    '-D',
    'TOKEN=s3cret=x',
    '--define',
    'A=1',
    '--define=B=2',
    '-DC=3\n4',
    '--',
    '-D',
    'X=kept',
  ];
  expect(recordedCommand(words)).toEqual([
    'run',
    'build',
    '-e',
    'ci',
    '-D',
    'TOKEN=…',
    '--define',
    'A=…',
    '--define=B=…',
    '-DC=…',
    '--',
    '-D',
    'X=kept',
  ]);
});
