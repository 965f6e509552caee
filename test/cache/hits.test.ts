import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import {expect, test} from 'vitest';
import {ran, said} from '../rig/cached.ts';
import {finished, notices, outcomes} from '../rig/events.ts';
import {needs} from '../rig/needs.ts';
import {type Files, Rig} from '../rig/rig.ts';

/** Leaves files of several modes, a link, an empty folder and a file in a folder. */
const SCRIPT = `
mkdir -p dist/empty dist/deep
cp in.txt dist/plain.txt
cp in.txt dist/deep/inner.txt
echo 'echo hello' > dist/run.sh
chmod 755 dist/run.sh
echo secret > dist/private.txt
chmod 600 dist/private.txt
ln -s deep/inner.txt dist/link
# whole seconds, which can be put back exactly
touch -d @1000000000 dist/plain.txt
`;

const PROJECT: Files = {
  'make.toml': '[lifecycle.build]\ncommand = "sh build.sh"\ncache = true\noutputs = ["dist/"]',
  'build.sh': SCRIPT,
  'in.txt': 'content',
};

const OUTPUTS = ['plain.txt', 'deep/inner.txt', 'run.sh', 'private.txt', 'link', 'empty'];

/** A line a file, link or folder below `dist`. */
function listing(rig: Rig): readonly string[] {
  return readdirSync(rig.path('dist'), {recursive: true, encoding: 'utf8'})
    .sort()
    .map((name) => {
      const path = rig.path('dist', name);
      const stat = lstatSync(path);
      const mode = (stat.mode & 0o7777).toString(8);
      if (stat.isSymbolicLink()) return `${name} -> ${readlinkSync(path)}`;
      return stat.isDirectory() ? `${name}/` : `${name} ${mode} ${JSON.stringify(readFileSync(path, 'utf8'))}`;
    });
}

const BUILT = [
  'deep/',
  'deep/inner.txt 644 "content"',
  'empty/',
  'link -> deep/inner.txt',
  'plain.txt 644 "content"',
  'private.txt 600 "secret\\n"',
  'run.sh 755 "echo hello\\n"',
];

async function built(): Promise<Rig> {
  const rig = await Rig.make(PROJECT);
  expect(await ran(rig, ['build'])).toEqual(['build passed']);
  expect(listing(rig)).toEqual(BUILT);
  return rig;
}

test('outputs in place are left alone', async () => {
  const rig = await built();
  const identities = (): readonly string[] =>
    OUTPUTS.map((name) => {
      const {ino, mtimeNs, ctimeNs} = lstatSync(rig.path('dist', name), {bigint: true});
      return `${name} ${ino} ${mtimeNs} ${ctimeNs}`;
    });
  const before = identities();
  // the first hit looks at the stored result, the second at what it remembers
  for (const _ of [1, 2]) {
    const {events} = await rig.events(['build']);
    expect(finished(events, 'build')).toMatchObject({status: 'cached', reason: 'outputs in place'});
    expect(identities()).toEqual(before);
  }
});

interface Damage {
  readonly what: string;
  readonly how?: string;
  readonly damage: (rig: Rig) => void;
}

const DAMAGES: readonly Damage[] = [
  {what: 'everything is gone', how: '6 files restored', damage: (rig) => rmSync(rig.path('dist'), {recursive: true})},
  {what: 'one file is gone', how: '1 file restored', damage: (rig) => rmSync(rig.path('dist/deep/inner.txt'))},
  {
    what: 'one file has other bytes',
    how: '1 file restored',
    damage: (rig) => rig.write({'dist/plain.txt': 'tampered'}),
  },
  {
    what: 'one file has other bytes, with its size and time kept',
    how: '1 file restored',
    damage: (rig) => {
      rig.write({'dist/plain.txt': 'CONTENT'});
      utimesSync(rig.path('dist/plain.txt'), 1_000_000_000, 1_000_000_000);
    },
  },
  {
    what: 'a file is not executable',
    how: '1 file restored',
    damage: (rig) => chmodSync(rig.path('dist/run.sh'), 0o644),
  },
  {
    what: 'a file can be read by all',
    how: '1 file restored',
    damage: (rig) => chmodSync(rig.path('dist/private.txt'), 0o644),
  },
  {what: 'the link is gone', how: '1 file restored', damage: (rig) => rmSync(rig.path('dist/link'))},
  {
    what: 'the link leads elsewhere',
    how: '1 file restored',
    damage: (rig) => {
      rmSync(rig.path('dist/link'));
      symlinkSync('plain.txt', rig.path('dist/link'));
    },
  },
  {
    what: 'a file stands where the link was',
    how: '1 file restored',
    damage: (rig) => {
      rmSync(rig.path('dist/link'));
      rig.write({'dist/link': 'content'});
    },
  },
  {
    what: 'a link stands where a file was',
    how: '1 file restored',
    damage: (rig) => {
      renameSync(rig.path('dist/plain.txt'), rig.path('dist/moved.txt'));
      symlinkSync('moved.txt', rig.path('dist/plain.txt'));
      rmSync(rig.path('dist/moved.txt'));
    },
  },
  {
    what: 'the empty folder is gone',
    how: '1 file restored',
    damage: (rig) => rmSync(rig.path('dist/empty'), {recursive: true}),
  },
  {
    what: 'an empty folder stands where a file was',
    how: '1 file restored',
    damage: (rig) => {
      rmSync(rig.path('dist/plain.txt'));
      mkdirSync(rig.path('dist/plain.txt'));
    },
  },
];

test.for(DAMAGES)('outputs come back when $what', async ({how, damage}) => {
  const rig = await built();
  damage(rig);
  const {events} = await rig.events(['build']);
  expect(finished(events, 'build')).toMatchObject({status: 'cached', reason: how});
  expect(listing(rig)).toEqual(BUILT);
  expect(finished((await rig.events(['build'])).events, 'build')).toMatchObject({
    status: 'cached',
    reason: 'outputs in place',
  });
});

test('a damaged output comes back after several hits, too', async () => {
  const rig = await built();
  expect(await ran(rig, ['build'])).toEqual(['build cached']);
  expect(await ran(rig, ['build'])).toEqual(['build cached']);
  chmodSync(rig.path('dist/private.txt'), 0o640);
  expect(await ran(rig, ['build'])).toEqual(['build cached']);
  expect(listing(rig)).toEqual(BUILT);
});

test('a file with another name is replaced, not written through', async () => {
  const rig = await built();
  const other = rig.path('../other.txt');
  execFileSync('ln', [rig.path('dist/plain.txt'), other]);
  rig.write({'dist/plain.txt': 'tampered'});
  expect(await ran(rig, ['build'])).toEqual(['build cached']);
  expect(listing(rig)).toEqual(BUILT);
  expect(readFileSync(other, 'utf8')).toBe('tampered');
});

/** Builds one file, named after its input. */
const NAMED: Files = {
  'make.toml':
    '[lifecycle.build]\ncommand = "mkdir -p dist && cp in.txt dist/$(cat in.txt)"\ncache = true\noutputs = ["dist/"]',
  'in.txt': 'one',
};

test('what the task wrote earlier and does not write now is removed, before it runs and on a hit', async () => {
  const rig = await Rig.make(NAMED);
  await ran(rig, ['build']);
  rig.write({'in.txt': 'two'});
  expect(await ran(rig, ['build'])).toEqual(['build passed']);
  expect(readdirSync(rig.path('dist'))).toEqual(['two']);
  rig.write({'in.txt': 'one'});
  expect(await ran(rig, ['build'])).toEqual(['build cached']);
  expect(readdirSync(rig.path('dist'))).toEqual(['one']);
});

test('what it wrote before it failed is removed, too', async () => {
  const rig = await Rig.make({
    ...NAMED,
    'make.toml': NAMED['make.toml']!.replace('in.txt)', 'in.txt) && ! grep -q bad in.txt'),
  });
  await ran(rig, ['build']);
  rig.write({'in.txt': 'bad'});
  expect((await rig.events(['build'])).code).toBe(1);
  expect(readdirSync(rig.path('dist'))).toEqual(['bad']);
  rig.write({'in.txt': 'one'});
  expect(await ran(rig, ['build'])).toEqual(['build cached']);
  expect(readdirSync(rig.path('dist'))).toEqual(['one']);
});

test('what somebody else put among the outputs stays', async () => {
  const rig = await Rig.make(NAMED);
  await ran(rig, ['build']);
  rig.write({'dist/mine': 'mine', 'dist/folder/mine': 'mine'});
  expect(await ran(rig, ['build'])).toEqual(['build cached']);
  rig.write({'in.txt': 'two'});
  const {events} = await rig.events(['build']);
  expect(outcomes(events)).toEqual(['build passed']);
  expect(said(events, 'W_FOREIGN_OUTPUT')).toEqual([
    'The result of build is not stored: dist/folder/mine and 1 more lay among its outputs before, and it did not write that. Remove it, or exclude it from `outputs` with "!".',
  ]);
  rig.write({'in.txt': 'one'});
  expect(await ran(rig, ['build'])).toEqual(['build cached']);
  expect(readdirSync(rig.path('dist')).sort()).toEqual(['folder', 'mine', 'one']);
  expect(readFileSync(rig.path('dist/folder/mine'), 'utf8')).toBe('mine');
});

test('outputs that git tracks are never removed', async (context) => {
  needs(context, 'git');
  const rig = await Rig.make(NAMED);
  await ran(rig, ['build']);
  const git = (...words: readonly string[]): void => {
    execFileSync('git', words, {cwd: rig.root, stdio: 'ignore'});
  };
  git('init');
  git('add', 'dist/one');
  rig.write({'in.txt': 'two'});
  expect(await ran(rig, ['build'])).toEqual(['build passed']);
  expect(readdirSync(rig.path('dist')).sort()).toEqual(['one', 'two']);
  rig.write({'in.txt': 'three'});
  expect(await ran(rig, ['build'])).toEqual(['build passed']);
  rig.write({'in.txt': 'two'});
  // what git keeps is a source where the task does not write it
  expect(await ran(rig, ['build'])).toEqual(['build passed']);
  expect(readdirSync(rig.path('dist')).sort()).toEqual(['one', 'two']);
});

test('two tasks that write the same file are an error', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [lifecycle.one]
      command = "mkdir -p dist && echo 1 > dist/a"
      cache = true
      outputs = ["dist/"]
      [lifecycle.two]
      command = "mkdir -p dist && echo 2 > dist/a"
      cache = true
      outputs = ["dist/a"]
      depends_on = ["one"]
    `,
  });
  const {code, events} = await rig.events(['two']);
  expect(code).toBe(1);
  expect(finished(events, 'two')).toMatchObject({
    status: 'failed',
    reason: 'two and one both write dist/a. Give each task outputs of its own, or let only one of them declare them.',
  });
});

test('a link that leads out of the project makes a result that is not stored', async () => {
  const rig = await Rig.make({
    'make.toml':
      '[lifecycle.build]\ncommand = "mkdir -p dist && ln -sf /etc/hostname dist/link"\ncache = true\noutputs = ["dist/"]',
  });
  for (const _ of [1, 2]) {
    const {events} = await rig.events(['build']);
    expect(outcomes(events)).toEqual(['build passed']);
    expect(said(events, 'W_NOT_STORED')).toEqual([
      'The result of build is not stored: the link dist/link may lead out of the project.',
    ]);
  }
});

test('an input that changes while the task runs makes a result that is not stored', async () => {
  const rig = await Rig.make({
    'make.toml': '[lifecycle.build]\ncommand = "exec rig build"\ncache = true\noutputs = []\npass_env = ["RIG_*"]',
    'in.txt': '1',
  });
  const program = rig.start(['run', 'build', '--output', 'ndjson']);
  const invocation = await rig.command('build').nextInvocation();
  rig.write({'in.txt': '2'});
  invocation.exit(0);
  expect(await program.ended).toMatchObject({code: 0});
  expect(said(program.events, 'W_INPUT_CHANGED')).toEqual([
    'The result of build is not stored: in.txt changed while it ran.',
  ]);
  for (const text of ['2', '1']) {
    rig.write({'in.txt': text});
    const again = rig.start(['run', 'build', '--output', 'ndjson']);
    (await rig.command('build').nextInvocation()).exit(0);
    expect(await again.ended).toMatchObject({code: 0});
    expect(outcomes(again.events)).toEqual(['build passed']);
  }
});

const INCREMENTAL: Files = {
  'make.toml': `
    [lifecycle.build]
    command = "mkdir -p dist && cp in.txt dist/out.txt && echo $(cat dist/.state) . > dist/.state"
    cache = true
    inputs = ["in.txt", "dist/.state"]
    outputs = ["dist/"]
    incremental = ["dist/.state"]
  `,
  'in.txt': '1',
  'dist/.state': '',
};

test('incremental files are kept, and are neither input nor output', async () => {
  const rig = await Rig.make(INCREMENTAL);
  expect(await ran(rig, ['build'])).toEqual(['build passed']);
  const state = (): string => readFileSync(rig.path('dist/.state'), 'utf8').trim();
  expect(state()).toBe('.');
  rig.write({'dist/.state': 'other'});
  expect(await ran(rig, ['build'])).toEqual(['build cached']);
  expect(state()).toBe('other');
  // gone, it does not come back
  rmSync(rig.path('dist/.state'));
  expect(await ran(rig, ['build'])).toEqual(['build cached']);
  expect(existsSync(rig.path('dist/.state'))).toBe(false);
});

test('a task goes on from the incremental files of its last execution', async () => {
  const rig = await Rig.make(INCREMENTAL);
  await ran(rig, ['build']);
  rig.write({'in.txt': '2'});
  expect(await ran(rig, ['build'])).toEqual(['build passed']);
  expect(readFileSync(rig.path('dist/.state'), 'utf8').trim()).toBe('. .');
});

test('incremental files that belong to other outputs are removed', async () => {
  const rig = await Rig.make(INCREMENTAL);
  await ran(rig, ['build']);
  rig.write({'in.txt': '2'});
  await ran(rig, ['build']);
  rig.write({'in.txt': '1'});
  expect(await ran(rig, ['build'])).toEqual(['build cached']);
  expect(readFileSync(rig.path('dist/out.txt'), 'utf8')).toBe('1');
  expect(existsSync(rig.path('dist/.state'))).toBe(false);
});

test('outputs left out with "!" are neither removed nor restored', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [lifecycle.build]
      command = "mkdir -p dist && cp in.txt dist/out.txt && echo $$ > dist/build.log"
      cache = true
      inputs = ["in.txt"]
      outputs = ["dist/**", "!dist/*.log"]
    `,
    'in.txt': '1',
  });
  await ran(rig, ['build']);
  const log = readFileSync(rig.path('dist/build.log'), 'utf8');
  rmSync(rig.path('dist/out.txt'));
  expect(await ran(rig, ['build'])).toEqual(['build cached']);
  expect(readFileSync(rig.path('dist/build.log'), 'utf8')).toBe(log);
  rmSync(rig.path('dist'), {recursive: true});
  expect(await ran(rig, ['build'])).toEqual(['build cached']);
  expect(readdirSync(rig.path('dist'))).toEqual(['out.txt']);
});

test('`outputs = []` means none: files that lie there are left alone', async () => {
  const rig = await Rig.make({
    'make.toml':
      '[lifecycle.test]\ncommand = "echo tested > report.txt"\ncache = true\ninputs = ["in.txt"]\noutputs = []',
    'in.txt': '1',
  });
  expect(await ran(rig, ['test'])).toEqual(['test passed']);
  rmSync(rig.path('report.txt'));
  expect(await ran(rig, ['test'])).toEqual(['test cached']);
  expect(existsSync(rig.path('report.txt'))).toBe(false);
});

test('a stored result that is broken is a miss, and nothing is touched', async () => {
  const rig = await built();
  const store = rig.path('../.cache/paceline');
  rmSync(rig.path('dist/plain.txt'));
  const entries = readdirSync(store, {recursive: true, encoding: 'utf8'}).filter(
    (name) => /\/ac\/../.test(name) && statSync(`${store}/${name}`).isFile(),
  );
  expect(entries).toHaveLength(1);
  for (const name of entries) {
    const path = `${store}/${name}`;
    const bytes = readFileSync(path);
    bytes[bytes.indexOf('content')]! ^= 1;
    rmSync(path);
    rig.write({[`../.cache/paceline/${name}`]: bytes.toString('latin1')});
  }
  const {events} = await rig.events(['build']);
  expect(outcomes(events)).toEqual(['build passed']);
  expect(notices(events)).not.toContain('W_RESTORE');
  expect(listing(rig)).toEqual(BUILT);
});

test('what needs a task whose links and empty folders come back is skipped, too', async () => {
  const rig = await Rig.make({
    'make.toml': `
      [lifecycle.a]
      command = "mkdir -p a/empty && cp in.txt a/file && ln -s file a/link"
      cache = true
      inputs = ["in.txt"]
      outputs = ["a/"]
      [lifecycle.b]
      command = "mkdir -p b && cp a/link b/x"
      cache = true
      inputs = []
      outputs = ["b/"]
      depends_on = ["a"]
    `,
    'in.txt': '1',
  });
  await ran(rig, ['b']);
  rmSync(rig.path('a'), {recursive: true});
  expect(await ran(rig, ['b'])).toEqual(['a cached', 'b cached']);
  for (const folder of ['a', 'b', '.paceline']) rmSync(rig.path(folder), {recursive: true});
  expect(await ran(rig, ['b'])).toEqual(['a cached', 'b cached']);
  expect(finished((await rig.events(['b'])).events, 'a')).toMatchObject({reason: 'outputs in place'});
});

test('the program ends although it brought back many files', async () => {
  const rig = await Rig.make({
    'make.toml': '[lifecycle.build]\ncommand = "sh build.sh"\ncache = true\noutputs = ["dist/"]',
    'build.sh': 'mkdir dist; for k in $(seq 120); do echo $k > dist/$k; done',
  });
  await ran(rig, ['build']);
  rmSync(rig.path('dist'), {recursive: true});
  expect(await ran(rig, ['build'])).toEqual(['build cached']);
  expect(readdirSync(rig.path('dist'))).toHaveLength(120);
});

test('the size of outputs and the digest of what was printed are told, whether a task ran or not', async () => {
  const rig = await Rig.make({
    'make.toml':
      '[lifecycle.build]\ncommand = "echo printed; mkdir dist; echo 12345 > dist/a"\ncache = true\noutputs = ["dist/"]',
  });
  const expected = {
    outputs: {files: 1, bytes: 6},
    logDigest: createHash('sha256').update('printed\n').digest('hex'),
  };
  expect(finished((await rig.events(['build'])).events, 'build')).toMatchObject({status: 'passed', ...expected});
  expect(finished((await rig.events(['build'])).events, 'build')).toMatchObject({status: 'cached', ...expected});
  rmSync(rig.path('dist'), {recursive: true});
  const {times, ...restored} = finished((await rig.events(['build'])).events, 'build');
  expect(restored).toMatchObject({status: 'cached', ...expected});
  expect(times?.restore?.end).toBeGreaterThan(times?.restore?.start ?? Number.POSITIVE_INFINITY);
});
