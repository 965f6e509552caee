import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import type {StoredProfile} from '../src/record/profile.ts';
import {pageAt} from './rig/browser.ts';
import {Rig} from './rig/rig.ts';

const BUSY = `
export function busyLoop() {
  let sum = 0;
  const end = process.hrtime.bigint() + 300_000_000n;
  while (process.hrtime.bigint() < end) sum += Math.sqrt(sum + 1);
  return sum;
}
busyLoop();
`;

const PROJECT = {
  'make.toml': `
[lifecycle.prepare]
command = "touch prepared"

[lifecycle.build]
command = "node busy.mjs"
depends_on = ["prepare"]
cache = true

[lifecycle.broken]
command = "node busy.mjs && exit 7"
`,
  'busy.mjs': BUSY,
};

test('the functions of a Node program are named, with the time in them', async () => {
  const rig = await Rig.make(PROJECT);
  const {code, stdout} = await rig.run(['profile', 'build']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^build: passed in/);
  expect(stdout).toMatch(/ms {2}busyLoop .*busy\.mjs:2$/m);
  // the task alone, and nothing of it stays but the profile
  expect(existsSync(rig.path('prepared'))).toBe(false);
  const [name = ''] = readdirSync(rig.path('.paceline/profiles'));
  const stored = JSON.parse(readFileSync(rig.path('.paceline/profiles', name), 'utf8')) as StoredProfile;
  expect(stored).toMatchObject({task: 'build', root: {name: 'all'}});
  expect(stored.sources).toContain('v8');
  expect(stored.root.total).toBeGreaterThan(150);
  // it would have been slower than other runs
  expect(JSON.parse((await rig.run(['history', '--json'])).stdout)).toEqual([]);
});

test('a task that fails is profiled, too, and its exit code is told', async () => {
  const rig = await Rig.make(PROJECT);
  const {code, stdout} = await rig.run(['profile', 'broken']);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^broken: failed in/);
  expect(stdout).toContain('busyLoop');
});

test('a name of several tasks is not profiled', async () => {
  const rig = await Rig.make({
    'make.toml': '[lifecycle.lint]\ncommand = "true"\nworkspaces = ["a", "b"]',
    'package.json': '{"workspaces": ["a", "b"]}',
    'a/package.json': '{"name": "a"}',
    'b/package.json': '{"name": "b"}',
  });
  const {code, stderr} = await rig.run(['profile', 'lint']);
  expect(code).toBe(2);
  expect(stderr).toContain('"lint" is 2 tasks');
  expect(stderr).toContain('paceline profile a#lint');
});

test('the page of a run has the flame graphs of its tasks', async (context) => {
  const rig = await Rig.make(PROJECT);
  await rig.run(['profile', 'build']);
  await rig.run(['run', 'build']);
  await rig.run(['report', '--format', 'html', '--out', 'report.html']);
  const page = await pageAt(context, rig.path('report.html'));
  const flame = page.locator('#profiles');
  await flame.scrollIntoViewIfNeeded();
  const frame = flame.getByTitle(/^busyLoop .*busy\.mjs:2: \d+ ms/);
  const before = await frame.boundingBox();
  await frame.click();
  const after = await frame.boundingBox();
  expect(after?.width).toBeGreaterThanOrEqual(before?.width ?? Number.POSITIVE_INFINITY);
  expect(await flame.getByTitle(/^all: /).count()).toBe(0);
  await flame.getByRole('button', {name: 'Everything'}).click();
  expect(await flame.getByTitle(/^all: /).count()).toBe(1);
});
