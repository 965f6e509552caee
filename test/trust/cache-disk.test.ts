import {chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {verifyStore} from '../../src/cache/store/verify-store.ts';
import {finished, notices, outcomes, parseLines} from '../rig/events.ts';
import {needs} from '../rig/needs.ts';
import {type Ending, endingText} from '../rig/program.ts';
import {Rig} from '../rig/rig.ts';
import {actionsOf, filesOf, storeOf, treeOf} from '../rig/stored.ts';

/** Two tasks, each with an output of 400 kB. */
const PROJECT = {
  'make.toml': ['lib', 'app']
    .map(
      (name) => `
        [lifecycle.${name}]
        command = "mkdir -p ${name} && cp src/a.txt ${name}/ && head -c 400000 /dev/zero | tr '\\\\0' ${name[0]} > ${name}/large.bin"
        cache = true
        inputs = ["src/**"]
        outputs = ["${name}/**"]
        ${name === 'app' ? 'depends_on = ["lib"]' : ''}
      `,
    )
    .join(''),
  'src/a.txt': 'a\n',
};

const RUN = ['run', 'app', '--output', 'ndjson'];

function expectRight(folder: string, text: string): void {
  for (const name of ['lib', 'app'])
    expect(treeOf(join(folder, name))).toEqual({'a.txt': text, 'large.bin': name.slice(0, 1).repeat(400_000)});
}

function clearOutputs(folder: string): void {
  for (const name of ['lib', 'app']) rmSync(join(folder, name), {recursive: true, force: true});
}

/** Words that run a script in a mount namespace of its own, with the store as `$0` and the rest of the words as "$@". */
function inNamespace(rig: Rig, script: string): {under: readonly string[]} {
  const {directory} = storeOf(rig);
  mkdirSync(directory, {recursive: true});
  return {under: ['unshare', '--mount', 'sh', '-c', script, directory]};
}

function expectCalm({stdout, stderr}: Ending): void {
  expect(`${stdout}${stderr}`).not.toMatch(/internal error|^\s+at |W_CACHE\b/m);
}

test('a store on a full disk: the run is right, it is said once, and nothing wrong is stored', async (context) => {
  needs(context, 'a mount of its own');
  const rig = await Rig.make(PROJECT);
  const full = 'mount -t tmpfs -o size=200k tmpfs "$0"';
  const ending = await rig.run(RUN, inNamespace(rig, `${full} && exec "$@"`));
  expect(ending.code, endingText(ending)).toBe(0);
  expectCalm(ending);
  expect(notices(parseLines(ending.stdout))).toEqual(['W_NOT_STORED']);
  expectRight(rig.root, 'a\n');
  // room for one of two results: what was stored is used, the other task runs, and then there is room
  clearOutputs(rig.root);
  rmSync(rig.path('.paceline'), {recursive: true});
  const filling = 'head -c 600000 /dev/zero > "$0/filler"';
  const script = `mount -t tmpfs -o size=1200k tmpfs "$0" && ${filling} && "$@" && rm -r lib app "$0/filler" && "$@" && rm -r lib app && exec "$@"`;
  const three = await rig.run(RUN, inNamespace(rig, script));
  expect(three.code, endingText(three)).toBe(0);
  expectCalm(three);
  expect(outcomes(parseLines(three.stdout))).toEqual([
    ...['lib passed', 'app passed'],
    ...['lib cached', 'app passed'],
    ...['lib cached', 'app cached'],
  ]);
  expect(notices(parseLines(three.stdout))).toEqual(['W_NOT_STORED']);
  expectRight(rig.root, 'a\n');
});

test('a checkout on a full disk: a task fails for its own reason, and nothing wrong is stored', async (context) => {
  needs(context, 'a mount of its own');
  const rig = await Rig.make(PROJECT);
  expect((await rig.run(RUN)).code).toBe(0);
  const stored = filesOf(storeOf(rig)).map(({path}) => path);
  mkdirSync(rig.path('../small'));
  // there is room for one of the outputs only: `lib` is restored, `app` cannot be, and cannot be made either
  const script = `
    mount -t tmpfs -o size=700k tmpfs ../small && cp -r make.toml src ../small && cd ../small && "$@"; echo "exit $?"; ls lib; ls -A app 2>&1
  `;
  const ending = await rig.run(RUN, inNamespace(rig, script));
  expectCalm(ending);
  const [lines, rest = ''] = ending.stdout.split(/^(?=exit )/m);
  const events = parseLines(lines ?? '');
  expect(rest).toMatch(/^exit 1\n/);
  expect(outcomes(events)).toEqual(['lib cached', 'app failed']);
  expect(finished(events, 'app')).toMatchObject({end: {kind: 'exit', code: 1}});
  expect(notices(events).filter((code) => code === 'W_RESTORE')).toHaveLength(1);
  expect(filesOf(storeOf(rig)).map(({path}) => path)).toEqual(stored);
  expect(verifyStore(storeOf(rig).directory)).toMatchObject({entries: 2, problems: []});
});

for (const roomKb of [0, 64]) {
  test(`a checkout with ${roomKb} kB of room: what is in place is a hit, or the run does not begin`, async (context) => {
    needs(context, 'a mount of its own');
    const rig = await Rig.make(PROJECT);
    mkdirSync(rig.path('../small'));
    const fill = `{ head -c 9000000 /dev/zero > filler; truncate -s -${roomKb}K filler; true; } 2>/dev/null`;
    const script = `mount -t tmpfs -o size=4m tmpfs ../small && cp -r make.toml src ../small && cd ../small && "$@" && ${fill} && "$@"; echo "exit $?"`;
    const ending = await rig.run(RUN, inNamespace(rig, script));
    expectCalm(ending);
    const [lines = '', code] = ending.stdout.split(/^exit /m);
    const second = outcomes(parseLines(lines)).slice(2);
    // without a journal nothing runs
    expect([code, second]).toEqual(roomKb === 0 ? ['2\n', []] : ['0\n', ['lib cached', 'app cached']]);
  });
}

test('a store that may only be read: hits are used, and it is said once that nothing is stored', async (context) => {
  needs(context, 'a mount of its own');
  const rig = await Rig.make(PROJECT);
  expect((await rig.run(RUN)).code).toBe(0);
  const readOnly = inNamespace(rig, 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"');
  clearOutputs(rig.root);
  rmSync(rig.path('.paceline'), {recursive: true});
  const hits = await rig.run(RUN, readOnly);
  expect(hits.code, endingText(hits)).toBe(0);
  expect(outcomes(parseLines(hits.stdout))).toEqual(['lib cached', 'app cached']);
  expect(notices(parseLines(hits.stdout))).toEqual([]);
  expectRight(rig.root, 'a\n');
  rig.write({'src/a.txt': 'b\n'});
  const runs = await rig.run(RUN, readOnly);
  expect(runs.code, endingText(runs)).toBe(0);
  expectCalm(runs);
  expect(outcomes(parseLines(runs.stdout))).toEqual(['lib passed', 'app passed']);
  expect(notices(parseLines(runs.stdout))).toEqual(['W_NOT_STORED']);
  expectRight(rig.root, 'b\n');
});

test('a store that another user owns, and may not be read: the run is right, and it is said', async (context) => {
  needs(context, 'another user');
  const rig = await Rig.make(PROJECT);
  expect((await rig.run(RUN)).code).toBe(0);
  const {directory} = storeOf(rig);
  chmodSync(directory, 0);
  chmodSync(join(rig.root, '..'), 0o755);
  rig.write({'.paceline/.keep': ''});
  rmSync(rig.path('.paceline'), {recursive: true});
  chmodSync(rig.root, 0o777);
  clearOutputs(rig.root);
  const under = process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];
  const ending = await rig.run(RUN, {under});
  chmodSync(directory, 0o755);
  expect(ending.code, endingText(ending)).toBe(0);
  expectCalm(ending);
  expect(outcomes(parseLines(ending.stdout))).toEqual(['lib passed', 'app passed']);
  expect(notices(parseLines(ending.stdout))).toEqual(['W_STORE', 'W_NOT_STORED']);
  expectRight(rig.root, 'a\n');
});

test('a store that is deleted under a running task is made again', async () => {
  const rig = await Rig.make({
    'make.toml':
      '[lifecycle.build]\ncommand = "exec rig build"\ncache = true\ninputs = ["src/**"]\noutputs = ["build/**"]\npass_env = ["RIG_*"]',
    'src/a.txt': 'a',
  });
  const store = storeOf(rig);
  store.putBlob(Buffer.from('x'));
  const program = rig.start(RUN.with(1, 'build'));
  const build = await rig.command('build').nextInvocation();
  rmSync(store.directory, {recursive: true});
  rig.write({'build/a.txt': 'a', 'build/large.bin': 'l'.repeat(300_000)});
  build.exit(0);
  expect(await program.ended).toMatchObject({code: 0});
  expect(notices(program.events)).toEqual([]);
  expect(verifyStore(store.directory)).toMatchObject({entries: 1, blobs: 1, problems: []});
});

for (const where of ['the folder of the store', 'the folder of the format', 'the folder of the entries'] as const) {
  test(`a file in place of ${where}: tasks run, it is said once, and the file stays`, async () => {
    const rig = await Rig.make(PROJECT);
    const {folder} = storeOf(rig);
    const path = {
      'the folder of the store': folder.directory,
      'the folder of the format': folder.path,
      'the folder of the entries': folder.entries,
    }[where];
    mkdirSync(join(path, '..'), {recursive: true});
    writeFileSync(path, 'a file');
    for (const text of ['a\n', 'a\n', 'b\n']) {
      rig.write({'src/a.txt': text});
      const ending = await rig.run(RUN);
      expect(ending.code, endingText(ending)).toBe(0);
      expectCalm(ending);
      expect(outcomes(parseLines(ending.stdout))).toEqual(['lib passed', 'app passed']);
      expect(notices(parseLines(ending.stdout))).toEqual(['W_NOT_STORED']);
      expectRight(rig.root, text);
    }
    expect(readFileSync(path, 'utf8')).toBe('a file');
    expect(actionsOf(storeOf(rig))).toEqual([]);
  });
}
