import {execFileSync} from 'node:child_process';
import {readFileSync, renameSync, rmSync} from 'node:fs';
import {expect, test} from 'vitest';
import {verifyStore} from '../../src/cache/store/verify-store.ts';
import {finished, parseLines} from '../rig/events.ts';
import {needs} from '../rig/needs.ts';
import {endingText} from '../rig/program.ts';
import {Rig} from '../rig/rig.ts';
import {storeOf} from '../rig/stored.ts';

const LARGE = Number(process.env.CACHE_LARGE ?? 2 ** 30);
const MANY = Number(process.env.CACHE_MANY ?? 50_000);
const MOST_BYTES = 300 * 2 ** 20;
/** Files that are taken in one turn of the loop, at most. */
const AT_ONCE = 200;

/** Loaded into the program: writes its peak memory (bytes) and the turns of its loop when it ends. */
const MONITOR = `
  import {readFileSync, writeFileSync} from 'node:fs';
  process.on('exit', () => {
    const peak = Number(/VmHWM:\\s+(\\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024;
    writeFileSync(process.env.MONITOR_TO, JSON.stringify({peak, turns: performance.nodeTiming.uvMetricsInfo.loopCount}));
  });
`;

async function watched(rig: Rig): Promise<{status: string; peak: number; turns: number}> {
  rig.write({'../monitor.mjs': MONITOR});
  const to = rig.path('../monitored.json');
  const ending = await rig.run(['run', 'build', '--output', 'ndjson'], {
    node: ['--import', rig.path('../monitor.mjs')],
    env: {MONITOR_TO: to},
  });
  expect(ending.code, endingText(ending)).toBe(0);
  const {status} = finished(parseLines(ending.stdout), 'build');
  return {status, ...(JSON.parse(readFileSync(to, 'utf8')) as {peak: number; turns: number})};
}

function project(command: string): Record<string, string> {
  return {
    'make.toml': `[lifecycle.build]\ncommand = ${JSON.stringify(command)}\ncache = true\ninputs = ["in.txt"]\noutputs = ["dist/**"]\n`,
    'in.txt': 'in',
  };
}

test(`an output of ${LARGE} bytes is stored and restored in bounded memory`, async (context) => {
  needs(context, 'Linux');
  // a different byte in each block of a mebibyte, and not sparse
  const rig = await Rig.make(
    project(
      `mkdir -p dist && node -e 'const {openSync, writeSync} = require("fs"); const file = openSync("dist/large.bin", "w"); for (let at = 0; at < ${LARGE}; at += 1048576) writeSync(file, Buffer.alloc(Math.min(1048576, ${LARGE} - at), at / 1048576))'`,
    ),
  );
  const stored = await watched(rig);
  expect(stored.status).toBe('passed');
  renameSync(rig.path('dist'), rig.path('kept'));
  const restored = await watched(rig);
  expect(restored.status).toBe('cached');
  execFileSync('cmp', [rig.path('dist/large.bin'), rig.path('kept/large.bin')]);
  for (const {peak} of [stored, restored]) expect(peak).toBeLessThan(MOST_BYTES);
}, 180_000);

test(`${MANY} small outputs are stored and restored in bounded memory, a few at a time`, async (context) => {
  needs(context, 'Linux');
  const rig = await Rig.make(
    project(
      `node -e 'const {mkdirSync, writeFileSync} = require("fs"); for (let n = 0; n < ${MANY}; n++) { const folder = "dist/" + (n % 500); if (n < 500) mkdirSync(folder, {recursive: true}); writeFileSync(folder + "/" + n, "file " + n) }'`,
    ),
  );
  const digest = (): string =>
    execFileSync('sh', ['-c', 'find dist -type f -print0 | sort -z | xargs -0 cat | sha256sum'], {
      cwd: rig.root,
      encoding: 'utf8',
    });
  const stored = await watched(rig);
  expect(stored.status).toBe('passed');
  const before = digest();
  rmSync(rig.path('dist'), {recursive: true});
  const restored = await watched(rig);
  expect(restored.status).toBe('cached');
  expect(digest()).toBe(before);
  const inPlace = await watched(rig);
  expect(inPlace.status).toBe('cached');
  if (process.env.SHOW) console.log(stored, restored, inPlace);
  for (const {peak} of [stored, restored, inPlace]) expect(peak).toBeLessThan(MOST_BYTES);
  for (const {turns} of [stored, restored]) expect(turns - inPlace.turns).toBeGreaterThan(MANY / AT_ONCE);
  expect(verifyStore(storeOf(rig).directory)).toMatchObject({entries: 1, problems: []});
}, 180_000);
