import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readdirSync, readFileSync} from 'node:fs';
import {setTimeout as delay} from 'node:timers/promises';
import {expect, onTestFinished, test} from 'vitest';
import {outcomes} from '../rig/events.ts';
import {isRunning} from '../rig/processes.ts';
import {endingText} from '../rig/program.ts';
import {seededRandom} from '../rig/random.ts';
import {Rig} from '../rig/rig.ts';

const SEED = Number(process.env.SEED ?? 20_260_726);
const KILLS = 100;

/** Short tasks of every kind, so that a kill meets each state: queued, running, retrying, ready, leaving processes behind, finals. */
const PROJECT = `
  [execution]
  grace = "2s"
  [hooks]
  after_all = { commands = ["echo $PACELINE_STATUS > status.txt"] }
  [lifecycle.server]
  command = "echo listening; exec sleep 1000"
  persistent = true
  ready_when = { log = "listening" }
  [lifecycle.leaves-one]
  command = "sleep 1000 & echo left"
  [lifecycle.leaves-a-daemon]
  command = "setsid sleep 1000 & echo left"
  [lifecycle.flaky]
  command = "test -e flaky.txt || { touch flaky.txt; exit 1; }; rm flaky.txt"
  retries = 3
  retry_delay = "5ms"
  [lifecycle.one]
  commands = ["sleep 0.02", "echo one > one.txt"]
  [lifecycle.two]
  commands = ["cat one.txt one.txt > two.txt", "sleep 0.02"]
  depends_on = ["one", "server"]
  [lifecycle.all]
  command = "cat two.txt one.txt > all.txt"
  depends_on = ["two", "flaky", "leaves-one", "leaves-a-daemon"]
`;

test(`kill -9 at ${KILLS} random moments: the history opens, nothing is left running, and the next run is right`, async () => {
  const random = seededRandom(SEED);
  const rig = await Rig.make({'make.toml': PROJECT});
  // looks like ours, and is not
  const stranger = spawn('sleep', ['1000'], {env: rig.env, stdio: 'ignore', detached: true});
  onTestFinished(() => void stranger.kill('SIGKILL'));
  await once(stranger, 'spawn');
  const begun = new Set<string>();
  for (let kill = 1; kill <= KILLS; kill++) {
    const program = rig.start(['run', 'all', '--output', 'ndjson', '--jobs', '3']);
    // half of the kills by the clock (they meet the start), half by what has happened
    if (kill % 2 === 0) await delay(random() * 250);
    else {
      const events = Math.ceil(random() * 30);
      await program.event((event) => event.kind === 'run-finished' || program.events.length >= events).catch(() => {});
    }
    program.signal('SIGKILL');
    await program.ended;
    for (const event of program.events) if (event.kind === 'run-started') begun.add(event.run);
    if (kill % 10 === 0) await nextRunIsRight(rig, begun);
  }
  expect(isRunning(stranger.pid!), 'a process that was not ours').toBe(true);
}, 120_000);

async function nextRunIsRight(rig: Rig, begun: Set<string>): Promise<void> {
  const ending = await rig.events(['all']);
  expect(ending.code, endingText(ending)).toBe(0);
  const tasks = ['after_all', 'all', 'flaky', 'leaves-a-daemon', 'leaves-one', 'one', 'server', 'two'];
  expect([...outcomes(ending.events)].sort()).toEqual(
    tasks.map((task) => `${task} ${task === 'server' ? 'stopped' : 'passed'}`),
  );
  expect(readFileSync(rig.path('all.txt'), 'utf8')).toBe('one\none\none\n');
  expect(readFileSync(rig.path('status.txt'), 'utf8')).toBe('passed\n');
  expect(rig.survivors()).toEqual([]);
  expect(readdirSync(rig.path('.paceline/journal'))).toEqual([]);
  const list = await rig.run(['history', '--json', '--limit', '1000']);
  const kept = JSON.parse(list.stdout) as {id: string; status: string}[];
  expect([...begun].filter((run) => !kept.some(({id}) => id === run))).toEqual([]);
  expect(kept[0]?.status).toBe('passed');
}
