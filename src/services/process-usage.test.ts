import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {expect, test} from 'vitest';
import {usageOf} from './process-usage.ts';

const HOG = `
const {spawn} = require('node:child_process');
const block = Buffer.alloc(Number(process.argv[1]) * 1e6, 1);
for (const end = Date.now() + 60; Date.now() < end; );
if (process.argv[2] === 'parent') spawn(process.execPath, ['-e', process.argv[3], '40', 'child'], {stdio: ['ignore', 'inherit', 'ignore']});
else console.log('ready');
setInterval(() => block, 1000);
`;

test('what a process and its children use is added up', async () => {
  const parent = spawn(process.execPath, ['-e', HOG, '80', 'parent', HOG], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  try {
    await once(parent.stdout, 'data');
    const {memoryBytes = 0, cpuMs = 0} = usageOf(parent.pid ?? 0);
    expect(memoryBytes).toBeGreaterThan(120e6);
    expect(cpuMs).toBeGreaterThanOrEqual(100);
  } finally {
    process.kill(-(parent.pid ?? 0), 'SIGKILL');
    await once(parent, 'exit');
  }
});

test('of a process that is not there nothing is known', () => {
  expect(usageOf(0x3fffffff)).toEqual({});
});
