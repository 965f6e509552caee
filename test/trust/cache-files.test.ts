import {execFileSync} from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {finished, notices} from '../rig/events.ts';
import {needs} from '../rig/needs.ts';
import {endingText} from '../rig/program.ts';
import {Rig} from '../rig/rig.ts';
import {actionsOf, storeOf, treeOf} from '../rig/stored.ts';

/** A task that copies `src` to `dist`, in a shell's way. */
function copying(command = 'mkdir -p dist && cp -a src/. dist/'): Record<string, string> {
  return {
    'make.toml': `
      [lifecycle.build]
      command = ${JSON.stringify(command)}
      cache = true
      inputs = ["src/**"]
      outputs = ["dist/**"]
    `,
    'src/a.txt': 'a\n',
  };
}

async function built(rig: Rig): Promise<{status: string; reason: string | undefined; codes: readonly string[]}> {
  const ending = await rig.events(['build']);
  expect(ending.code, endingText(ending)).toBe(0);
  expect(`${ending.stdout}${ending.stderr}`).not.toMatch(/internal error|^\s+at |W_CACHE\b/m);
  const {status, reason} = finished(ending.events, 'build');
  return {status, reason, codes: notices(ending.events)};
}

/** Builds, throws the outputs away, builds again: the outputs are the same and nothing was executed. */
async function comesBack(rig: Rig): Promise<void> {
  expect(await built(rig)).toMatchObject({status: 'passed', codes: []});
  const before = treeOf(rig.path('dist'));
  rmSync(rig.path('dist'), {recursive: true});
  expect(await built(rig)).toMatchObject({status: 'cached', codes: []});
  expect(treeOf(rig.path('dist'))).toEqual(before);
}

test('links among inputs: dangling, in a loop, to folders, to a folder around them', async () => {
  const rig = await Rig.make({...copying('mkdir -p dist && ls src > dist/names.txt'), 'elsewhere/b.txt': 'b\n'});
  symlinkSync('nowhere', rig.path('src/dangling'));
  symlinkSync('loop-b', rig.path('src/loop-a'));
  symlinkSync('loop-a', rig.path('src/loop-b'));
  symlinkSync('../elsewhere', rig.path('src/folder'));
  symlinkSync('..', rig.path('src/around'));
  await comesBack(rig);
  // what is behind a link counts
  rig.write({'elsewhere/b.txt': 'B\n'});
  expect((await built(rig)).status).toBe('passed');
  rmSync(rig.path('src/dangling'));
  symlinkSync('nothing', rig.path('src/dangling'));
  expect((await built(rig)).status).toBe('passed');
  expect((await built(rig)).status).toBe('cached');
});

test('a link among inputs that leads out of the project makes a task uncached, and says so', async () => {
  const rig = await Rig.make({
    ...copying('mkdir -p dist && cat src/out/x.txt > dist/x.txt'),
    '../outside/x.txt': '1\n',
  });
  symlinkSync('../../outside', rig.path('src/out'));
  for (const text of ['1\n', '2\n']) {
    rig.write({'../outside/x.txt': text});
    const {status, codes} = await built(rig);
    expect(status).toBe('passed');
    expect(codes).toEqual(['W_UNCACHEABLE']);
    expect(readFileSync(rig.path('dist/x.txt'), 'utf8')).toBe(text);
  }
});

test('a fifo and a socket among inputs are not waited for', async () => {
  const rig = await Rig.make(copying('mkdir -p dist && cp src/a.txt dist/'));
  execFileSync('mkfifo', [rig.path('src/fifo')]);
  const server = createServer().listen(rig.path('src/s'));
  onTestFinished(() => void server.close());
  await comesBack(rig);
});

for (const [what, command, said] of [
  ['a fifo', 'mkdir -p dist && mkfifo dist/fifo', /dist\/fifo is no file that can be stored/],
  [
    'a socket',
    `mkdir -p dist && node -e 'require("net").createServer().listen("dist/s", () => process.kill(process.pid, 9))'; true`,
    /dist\/s is no file that can be stored/,
  ],
  ['a link out of the project', 'mkdir -p dist && ln -sf ../../out dist/out', /dist\/out may lead out of the project/],
  ['a link to an absolute path', 'mkdir -p dist && ln -sf /etc dist/etc', /dist\/etc may lead out of the project/],
  ['a link in place of the folder', 'mkdir -p real && echo x > real/x.txt && ln -sfn real dist', /dist is a link/],
] as const) {
  test(`${what} among outputs: the result is not stored, and it is said`, async () => {
    const rig = await Rig.make(copying(command));
    for (let round = 0; round < 2; round++) {
      const ending = await rig.run(['run', 'build']);
      expect(ending.code, endingText(ending)).toBe(0);
      expect(ending.stdout).toMatch(said);
      expect(ending.stdout.match(/W_NOT_STORED/g)).toHaveLength(1);
    }
    expect(actionsOf(storeOf(rig))).toEqual([]);
  });
}

test('links, modes and empty folders among outputs come back', async () => {
  const rig = await Rig.make(
    copying(`
      mkdir -p dist/empty dist/deep/er
      ln -s deep/er dist/folder; ln -s a.txt dist/file; ln -s nowhere dist/dangling; ln -s loop dist/loop; ln -s ../src dist/src
      cp src/a.txt dist/; cp src/a.txt dist/deep/er/run.sh; chmod 755 dist/deep/er/run.sh
      echo secret > dist/secret.txt; chmod 600 dist/secret.txt
    `),
  );
  await comesBack(rig);
  expect(statSync(rig.path('dist/deep/er/run.sh')).mode & 0o7777).toBe(0o755);
  expect(treeOf(rig.path('dist'))).toMatchObject({folder: '-> deep/er', 'empty/': '/', 'secret.txt': 'secret\n (600)'});
});

test('names of every kind come back', async () => {
  const rig = await Rig.make(copying());
  const long = 'n'.repeat(255);
  const deep = Array.from({length: 12}, () => 'd'.repeat(80)).join('/');
  for (const name of [
    'two\nlines',
    `"double" 'single'`,
    'größe',
    '日本',
    '*',
    'a\\b',
    'tab\there',
    ' ',
    '-n',
    '%41',
    '$(id)',
    '~',
    long,
  ])
    rig.write({[`src/${name}`]: `${name}\n`});
  rig.write({[`src/${deep}/x`]: 'deep\n'});
  await comesBack(rig);
  expect(Object.keys(treeOf(rig.path('dist')))).toHaveLength(15);
});

test('names that are no UTF-8: a result with one is not stored, a task with one among its inputs is not cached', async (context) => {
  const rig = await Rig.make(copying(`mkdir -p dist && cp src/a.txt dist/ && printf x > "dist/caf$(printf '\\351')"`));
  const odd = Buffer.concat([Buffer.from(`${rig.path('src')}/`), Buffer.from([0xff, 0xfe])]);
  try {
    writeFileSync(odd, 'x');
  } catch {
    return context.skip('needs a file system that takes any bytes');
  }
  const first = await built(rig);
  expect(first.status).toBe('passed');
  expect(first.codes).toContain('W_UNCACHEABLE');
  rmSync(odd);
  rmSync(rig.path('dist'), {recursive: true});
  for (let round = 0; round < 2; round++) {
    expect(await built(rig)).toMatchObject({status: 'passed', codes: ['W_NOT_STORED']});
    expect(readdirSync(rig.path('dist'), {encoding: 'buffer'})).toHaveLength(2);
  }
  expect(actionsOf(storeOf(rig))).toEqual([]);
});

test('a link to a name that is no UTF-8 is not stored', async () => {
  const rig = await Rig.make(copying(`mkdir -p dist && ln -sf "caf$(printf '\\351')" dist/link`));
  for (let round = 0; round < 2; round++)
    expect(await built(rig)).toMatchObject({status: 'passed', codes: ['W_NOT_STORED']});
  expect(actionsOf(storeOf(rig))).toEqual([]);
});

test('links among inputs whose targets differ in bytes that are no UTF-8 are different', async () => {
  const rig = await Rig.make(copying('mkdir -p dist && readlink src/link > dist/target'));
  for (const byte of [0xe9, 0xe8]) {
    rmSync(rig.path('src/link'), {force: true});
    symlinkSync(Buffer.from([byte]), rig.path('src/link'));
    expect((await built(rig)).status).toBe('passed');
    expect(readFileSync(rig.path('dist/target'))).toEqual(Buffer.from([byte, 0x0a]));
    expect((await built(rig)).status).toBe('cached');
  }
});

test('a file that only changes the case of its name', async () => {
  const rig = await Rig.make(copying());
  expect((await built(rig)).status).toBe('passed');
  renameSync(rig.path('src/a.txt'), rig.path('src/A.txt'));
  expect((await built(rig)).status).toBe('passed');
  expect(treeOf(rig.path('dist'))).toEqual({'A.txt': 'a\n'});
  renameSync(rig.path('src/A.txt'), rig.path('src/a.txt'));
  expect((await built(rig)).status).toBe('cached');
  expect(treeOf(rig.path('dist'))).toEqual({'a.txt': 'a\n'});
});

/** As root everything may be read: another user runs the program, in a folder that is its own. */
function asNobody(rig: Rig): {under: readonly string[]} {
  if (process.getuid?.() !== 0) return {under: []};
  execFileSync('chown', ['-R', '65534:65534', join(rig.root, '..')]);
  return {under: ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']};
}

test('an input that cannot be read makes a task uncached, and says so', async (context) => {
  needs(context, 'another user');
  const rig = await Rig.make(copying('mkdir -p dist && cp src/a.txt dist/'));
  rig.write({'src/closed.txt': 'x'});
  const options = asNobody(rig);
  chmodSync(rig.path('src/closed.txt'), 0);
  const ending = await rig.events(['build'], options);
  expect(ending.code, endingText(ending)).toBe(0);
  expect(notices(ending.events)).toEqual(['W_UNCACHEABLE']);
});

for (const [what, command, code] of [
  ['file', 'mkdir -p dist && cp src/a.txt dist/ && chmod 0 dist/a.txt', 0],
  ['folder', 'mkdir -p dist/in && cp src/a.txt dist/in && chmod 0 dist/in', 0],
  ['folder of a task that fails', 'mkdir -p dist/in && chmod 0 dist/in; exit 3', 1],
] as const) {
  test(`an output that cannot be read, a ${what}: the task ends as it ended, and nothing is stored`, async (context) => {
    needs(context, 'another user');
    const rig = await Rig.make(copying(`chmod -R u+rwx dist; ${command}`));
    const options = asNobody(rig);
    for (let round = 0; round < 2; round++) {
      const ending = await rig.events(['build'], options);
      expect(ending.code, endingText(ending)).toBe(code);
      expect(`${ending.stdout}${ending.stderr}`).not.toMatch(/internal error|^\s+at /m);
      expect(finished(ending.events, 'build')).toMatchObject(
        code === 0 ? {status: 'passed'} : {status: 'failed', end: {kind: 'exit', code: 3}},
      );
    }
    expect(actionsOf(storeOf(rig))).toEqual([]);
    chmodSync(rig.path('dist'), 0o755);
    mkdirSync(rig.path('dist/in'), {recursive: true});
    chmodSync(rig.path('dist/in'), 0o755);
  });
}
