import {chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {outcomes, parseLines} from '../rig/events.ts';
import {needs} from '../rig/needs.ts';
import {endingText} from '../rig/program.ts';
import {Rig} from '../rig/rig.ts';

/** Runs the rest of its words in a mount namespace where `.paceline` is a small disk of its own; the mount ends with the process. */
function onSmallDisk(rig: Rig, size: string): readonly string[] {
  mkdirSync(rig.path('.paceline'), {recursive: true});
  // the journal and the history of the first run are kept outside, to be seen
  return [
    'unshare',
    '--mount',
    'sh',
    '-c',
    `mount -t tmpfs -o size=${size} tmpfs "$0/.paceline" && exec "$@"`,
    rig.root,
  ];
}

const TALKS = `
  [lifecycle.fills]
  command = "head -c 4000000 /dev/zero | tr '\\\\0' x; true"
  [lifecycle.behind]
  command = "echo behind > behind.txt"
  depends_on = ["fills"]
`;

test('a disk that fills up under the logs takes neither the run nor its result', async (context) => {
  needs(context, 'a mount of its own');
  const rig = await Rig.make({'make.toml': TALKS});
  const ending = await rig.run(['run', 'behind', '--logs=none'], {under: onSmallDisk(rig, '500k')});
  expect(ending.code, endingText(ending)).toBe(0);
  expect(readFileSync(rig.path('behind.txt'), 'utf8')).toBe('behind\n');
  expect(ending.stdout).toMatch(/W_JOURNAL|W_HISTORY/);
  expect(`${ending.stdout}${ending.stderr}`).not.toMatch(/internal error|^\s+at /m);
});

test('a task that fails because the disk is full is reported as any other', async (context) => {
  needs(context, 'a mount of its own');
  const rig = await Rig.make({
    'make.toml': `
      [lifecycle.fills]
      command = "head -c 4000000 /dev/zero > .paceline/big"
      [lifecycle.behind]
      command = "true"
      depends_on = ["fills"]
    `,
  });
  const {code, stdout, stderr} = await rig.run(['run', 'behind', '--output', 'ndjson'], {
    under: onSmallDisk(rig, '500k'),
  });
  expect(code, stderr).toBe(1);
  expect(outcomes(parseLines(stdout))).toEqual(['fills failed', 'behind blocked']);
});

test('a disk that is full from the start: said in a sentence, exit 2, nothing runs', async (context) => {
  needs(context, 'a mount of its own');
  const rig = await Rig.make({'make.toml': '[lifecycle.build]\ncommand = "touch built.txt"'});
  const [...under] = onSmallDisk(rig, '64k');
  under[4] = under[4]!.replace('&& exec', '&& (head -c 100000 /dev/zero > "$0/.paceline/big"; true) && exec');
  const ending = await rig.run(['run', 'build'], {under});
  expect(ending.code, endingText(ending)).toBe(2);
  expect(ending.stderr).toMatch(/^error Cannot write to .*\.paceline.*E_STATE_FOLDER$/m);
  expect(readdirSync(rig.root)).not.toContain('built.txt');
});

test('when there is room again, the next run is right', async (context) => {
  needs(context, 'a mount of its own');
  const rig = await Rig.make({'make.toml': TALKS});
  const under = [...onSmallDisk(rig, '500k')];
  // in one namespace: the run that fills the disk, then room, then the run that is looked at
  const again = `"$@" >/dev/null; rm -r "$0"/.paceline/logs/*; "$@"`;
  under[4] = `mount -t tmpfs -o size=500k tmpfs "$0/.paceline" || exit; sh -c '${again.replaceAll('behind', '')}' "$0" "$@"`;
  const ending = await rig.run(['run', 'behind', '--logs=none', '--output', 'ndjson'], {under});
  expect(ending.code, endingText(ending)).toBe(0);
});

/** As root everything may be written: another user runs the program. */
function asNobody(rig: Rig): readonly string[] {
  if (process.getuid?.() !== 0) return [];
  chmodSync(join(rig.root, '..'), 0o755);
  return ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
}

test('a project that may not be written: said in a sentence, exit 2, nothing runs', async (context) => {
  needs(context, 'another user');
  const rig = await Rig.make({'make.toml': '[lifecycle.build]\ncommand = "rig build"'});
  chmodSync(rig.root, 0o555);
  const ending = await rig.run(['run', 'build'], {under: asNobody(rig)});
  chmodSync(rig.root, 0o755);
  expect(ending.code, endingText(ending)).toBe(2);
  expect(ending.stderr).toMatch(/^error Cannot write to .*\.paceline.*E_STATE_FOLDER$/m);
  expect(ending.stderr).not.toMatch(/^\s+at /m);
  expect(rig.command('build').count).toBe(0);
});

for (const folder of ['.paceline', '.paceline/logs', '.paceline/journal']) {
  test(`a ${folder} that may not be written: said in a sentence, exit 2, nothing runs`, async (context) => {
    needs(context, 'another user');
    const rig = await Rig.make({
      'make.toml': '[lifecycle.build]\ncommand = "rig build"\n[lifecycle.quick]\ncommand = "true"',
    });
    expect(await rig.run(['run', 'quick'])).toMatchObject({code: 0});
    for (const each of ['.', '.paceline', '.paceline/logs', '.paceline/journal']) chmodSync(rig.path(each), 0o777);
    chmodSync(rig.path(folder), 0o555);
    const ending = await rig.run(['run', 'build'], {under: asNobody(rig)});
    chmodSync(rig.path(folder), 0o755);
    // without a new file in it, `.paceline` is only the place of a history that cannot be written
    const message =
      folder === '.paceline' ? /E_STATE_FOLDER|W_HISTORY/ : /^error Cannot write to .*\.paceline.*E_STATE_FOLDER$/m;
    expect(`${ending.stdout}${ending.stderr}`, endingText(ending)).toMatch(message);
    expect(`${ending.stdout}${ending.stderr}`).not.toMatch(/internal error|^\s+at /m);
  });
}

test('a history that may not be written does not stop a run, and the run is kept until it may', async (context) => {
  needs(context, 'another user');
  const rig = await Rig.make({'make.toml': '[lifecycle.quick]\ncommand = "true"'});
  const under = asNobody(rig);
  chmodSync(rig.root, 0o777);
  expect(await rig.run(['run', 'quick'], {under})).toMatchObject({code: 0});
  writeFileSync(rig.path('.paceline/history.db'), readFileSync(rig.path('.paceline/history.db')));
  chmodSync(rig.path('.paceline/history.db'), 0o444);
  if (process.getuid?.() === 0) chownSync(rig.path('.paceline/history.db'), 0, 0);
  const ending = await rig.run(['run', 'quick'], {under});
  expect(ending.code, endingText(ending)).toBe(0);
  expect(ending.stdout).toContain('W_HISTORY');
  expect(readdirSync(rig.path('.paceline/journal'))).toHaveLength(1);
  rmSync(rig.path('.paceline/history.db'));
  for (const suffix of ['-wal', '-shm']) rmSync(rig.path(`.paceline/history.db${suffix}`), {force: true});
  expect(await rig.run(['run', 'quick'], {under})).toMatchObject({code: 0});
  expect(readdirSync(rig.path('.paceline/journal'))).toEqual([]);
  expect(await rig.recorded(1)).toMatchObject({status: 'passed', command: ['run', 'quick']});
});

test('what only reads works in a project that may not be written', async (context) => {
  needs(context, 'another user');
  const rig = await Rig.make({'make.toml': '[lifecycle.build]\ncommand = "true"'});
  chmodSync(rig.root, 0o555);
  const under = asNobody(rig);
  for (const words of [['list'], ['show', 'build'], ['graph', 'build'], ['run', 'build', '--dry-run']]) {
    const ending = await rig.run(words, {under});
    expect(ending.code, endingText(ending)).toBe(0);
  }
  chmodSync(rig.root, 0o755);
});
