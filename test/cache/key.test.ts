import {chmodSync, mkdirSync, rmSync, symlinkSync, utimesSync} from 'node:fs';
import {expect, test} from 'vitest';
import {ran, reasons, runSide, type Side} from '../rig/cached.ts';
import {outcomes} from '../rig/events.ts';
import {type Files, Rig} from '../rig/rig.ts';

const PHASE = '[lifecycle.build]\ncommand = "mkdir -p dist && cat src/* > dist/all"\ncache = true\noutputs = ["dist/"]';

/** A member whose `build` is cached, with files of the root beside it. */
const PROJECT: Files = {
  'package.json': JSON.stringify({name: 'root', workspaces: ['packages/*']}),
  'package-lock.json': '{"lockfileVersion": 3}',
  'make.toml': PHASE,
  'packages/lib/package.json': JSON.stringify({name: 'lib'}),
  'packages/lib/src/a.txt': 'a',
};

const TASK = 'lib#build';

interface Change extends Side {
  readonly what: string;
  /** What the project has besides, all the time. */
  readonly project?: Files;
  /** Before, and when it is changed back. */
  readonly before?: Side;
  /** What is said of the miss. */
  readonly why: string;
}

/** Runs; is skipped; runs once something changed; is skipped after that was changed back, and after it was changed again. */
async function decides({project, before = {}, why, ...after}: Change): Promise<void> {
  const rig = await Rig.make({...PROJECT, ...project});
  const first = await runSide(rig, TASK, before);
  expect(first.stderr).toBe('');
  expect(outcomes(first.events)).toEqual([`${TASK} passed`]);
  expect(outcomes((await runSide(rig, TASK, before)).events)).toEqual([`${TASK} cached`]);
  const changed = await runSide(rig, TASK, after);
  expect(outcomes(changed.events)).toEqual([`${TASK} passed`]);
  expect(reasons(changed.events)[TASK]).toBe(why);
  expect(outcomes((await runSide(rig, TASK, before)).events)).toEqual([`${TASK} cached`]);
  expect(outcomes((await runSide(rig, TASK, after)).events)).toEqual([`${TASK} cached`]);
}

/** The phase with other lines. */
function phase(...lines: readonly string[]): Files {
  return {'make.toml': [PHASE, ...lines].join('\n')};
}

function script(version: string): (rig: Rig) => void {
  return (rig) => rig.install('weaver', `echo 'weaver ${version}'`);
}

const LIB = 'packages/lib';

const CHANGES: readonly Change[] = [
  {
    what: 'the command',
    files: {'make.toml': PHASE.replace('mkdir -p dist', 'mkdir -p ./dist')},
    before: {files: {'make.toml': PHASE}},
    why: 'command changed',
  },
  {
    what: 'the shell',
    files: phase('shell = "bash"'),
    before: {files: {'make.toml': PHASE}},
    why: 'command changed',
  },
  {
    what: 'arguments',
    project: {'make.toml': PHASE.replace('cat src/* > dist/all', 'echo > dist/all')},
    words: ['--', '--fast'],
    why: 'arguments behind -- changed: none -> ["--fast"]',
  },
  {
    what: 'the working folder',
    project: {'.gitignore': 'dist', 'packages/lib/sub/src/b.txt': 'b'},
    files: phase('directory = "sub"'),
    before: {files: {'make.toml': PHASE}},
    why: 'directory changed: none -> sub',
  },
  {
    what: '`outputs`',
    files: {'make.toml': PHASE.replace('["dist/"]', '["dist/", "more/"]')},
    before: {files: {'make.toml': PHASE}},
    why: '`outputs` changed: ["dist/"] -> ["dist/","more/"]',
  },
  {
    what: 'a declared variable',
    project: phase('env = ["API_URL"]'),
    before: {env: {API_URL: 'https://one'}},
    env: {API_URL: 'https://two'},
    why: 'variable API_URL changed',
  },
  {
    what: 'whether a declared variable is set',
    project: phase('env = ["API_URL"]'),
    env: {API_URL: ''},
    why: 'variable API_URL added',
  },
  {
    what: 'a variable that a pattern declares',
    project: phase('env = ["API_*", "!API_SECRET"]'),
    before: {env: {API_URL: '1', API_SECRET: '1'}},
    env: {API_URL: '2', API_SECRET: '2'},
    why: 'variable API_URL changed',
  },
  {
    what: 'a value of the config',
    files: phase('env = {LEVEL = "2"}'),
    before: {files: phase('env = {LEVEL = "1"}')},
    why: 'variable LEVEL changed',
  },
  {
    what: 'a value of [env] of the root',
    files: {'make.toml': `[env]\nLEVEL = "2"\n${PHASE}`},
    before: {files: {'make.toml': `[env]\nLEVEL = "1"\n${PHASE}`}},
    why: 'variable LEVEL changed',
  },
  {what: 'a value of the command line', words: ['-D', 'LEVEL=2'], why: 'variable LEVEL added'},
  ...['NODE_ENV', 'CI', 'TZ', 'LANG', 'LANGUAGE', 'LC_ALL', 'LC_COLLATE'].map((name) => ({
    what: name,
    before: {env: {[name]: 'C'}},
    env: {[name]: 'C.UTF-8'},
    why: `variable ${name} changed`,
  })),
  {
    what: 'NODE_OPTIONS',
    before: {env: {NODE_OPTIONS: '--no-deprecation'}},
    env: {NODE_OPTIONS: '--no-warnings'},
    why: 'variable NODE_OPTIONS changed',
  },
  {
    what: 'the version of a tool in [deps]',
    project: {'make.toml': `[deps]\nweaver = "*"\n${PHASE}`},
    before: {make: script('1.4.0')},
    make: script('1.5.0'),
    why: 'version of weaver changed: weaver 1.4.0 -> weaver 1.5.0',
  },
  {
    what: 'the version of Node',
    before: {files: {'node_modules/.bin/node': '#!/bin/sh\necho v24.0.0'}, make: executable('node_modules/.bin/node')},
    files: {'node_modules/.bin/node': '#!/bin/sh\necho v26.0.0'},
    make: executable('node_modules/.bin/node'),
    why: 'version of Node changed: v24.0.0 -> v26.0.0',
  },
  {
    what: 'the lockfile',
    before: {files: {'package-lock.json': '{"lockfileVersion": 3}'}},
    files: {'package-lock.json': '{"lockfileVersion": 3, "packages": {}}'},
    why: 'package-lock.json changed (a file of the root counts for every task)',
  },
  {
    what: 'a lockfile that is ignored',
    project: {'.gitignore': '*-lock.*'},
    before: {files: {'package-lock.json': '{"lockfileVersion": 3}'}},
    files: {'package-lock.json': '{"lockfileVersion": 3, "packages": {}}'},
    why: 'package-lock.json changed (a file of the root counts for every task)',
  },
  ...['node_modules/.package-lock.json', 'node_modules/.modules.yaml', 'node_modules/.yarn-state.yml'].map((path) => ({
    what: `what is installed: ${path}`,
    project: {'.gitignore': 'node_modules'},
    before: {files: {[path]: 'react: 18'}},
    files: {[path]: 'react: 19'},
    why: `${path} changed (a file of the root counts for every task)`,
  })),
  {
    what: 'what is installed for Plug and Play, though it is ignored',
    project: {'.gitignore': '.pnp.*'},
    before: {files: {'.pnp.cjs': '// react 18'}},
    files: {'.pnp.cjs': '// react 19'},
    why: '.pnp.cjs changed (a file of the root counts for every task)',
  },
  {
    what: 'what is installed for the member alone',
    before: {files: {[`${LIB}/node_modules/.package-lock.json`]: '1'}},
    files: {[`${LIB}/node_modules/.package-lock.json`]: '2'},
    why: `${LIB}/node_modules/.package-lock.json changed`,
  },
  {
    what: 'a file of the root',
    before: {files: {'tsconfig.base.json': '{}'}},
    files: {'tsconfig.base.json': '{"strict": true}'},
    why: 'tsconfig.base.json changed (a file of the root counts for every task)',
  },
  {
    what: 'a file of the root in a folder',
    before: {files: {'config/rules.json': '1'}},
    files: {'config/rules.json': '2'},
    why: 'config/rules.json changed (a file of the root counts for every task)',
  },
  {
    what: 'whether there is a file of the root',
    before: {without: ['.npmrc']},
    files: {'.npmrc': 'strict=true'},
    why: '.npmrc added (a file of the root counts for every task)',
  },
  {
    what: '.env of the root, though it is ignored',
    project: {'.gitignore': '.env*'},
    before: {files: {'.env': 'A=1'}},
    files: {'.env': 'A=2'},
    why: '.env changed (a file of the root counts for every task)',
  },
  {
    what: '.env.local of the member, though it is ignored and not named',
    project: {...phase('inputs = ["src/**"]'), '.gitignore': '.env*'},
    before: {files: {[`${LIB}/.env.local`]: 'A=1'}},
    files: {[`${LIB}/.env.local`]: 'A=2'},
    why: `${LIB}/.env.local changed`,
  },
  {
    what: 'package.json, though `inputs` does not name it',
    project: phase('inputs = ["src/**"]'),
    before: {files: {[`${LIB}/package.json`]: '{"name": "lib"}'}},
    files: {[`${LIB}/package.json`]: '{"name": "lib", "type": "module"}'},
    why: `${LIB}/package.json changed`,
  },
  {
    what: 'a file of `cache_key`',
    project: {...phase('inputs = ["src/**"]', 'cache_key = "schema.sql|other.sql"')},
    before: {files: {[`${LIB}/schema.sql`]: '1'}},
    files: {[`${LIB}/schema.sql`]: '2'},
    why: `${LIB}/schema.sql changed`,
  },
  {
    what: 'a file that `cache_key` hashes',
    project: {...phase('inputs = ["src/**"]', `cache_key = "v1-{{ hash('schema.sql') }}"`)},
    before: {files: {[`${LIB}/schema.sql`]: '1'}},
    files: {[`${LIB}/schema.sql`]: '2'},
    why: `${LIB}/schema.sql changed`,
  },
  {
    what: 'a variable of `cache_key`',
    project: phase('cache_key = "{{ env.TARGET }}"'),
    before: {env: {TARGET: 'es2022'}},
    env: {TARGET: 'es2024'},
    why: 'variable TARGET changed',
  },
  {
    what: 'the text of `cache_key`',
    before: {files: phase('cache_key = "{{ env.TARGET }}v1"')},
    files: phase('cache_key = "{{ env.TARGET }}v2"'),
    why: 'text of `cache_key` changed: v1 -> v2',
  },
  {
    what: 'a file of the member',
    before: {files: {[`${LIB}/src/a.txt`]: 'a'}},
    files: {[`${LIB}/src/a.txt`]: 'b'},
    why: `${LIB}/src/a.txt changed`,
  },
  {
    what: 'a file that was changed with its size and time kept',
    before: {files: {[`${LIB}/src/a.txt`]: 'a'}, make: longAgo(`${LIB}/src/a.txt`)},
    files: {[`${LIB}/src/a.txt`]: 'b'},
    make: longAgo(`${LIB}/src/a.txt`),
    why: `${LIB}/src/a.txt changed`,
  },
  {
    what: 'whether there is a file',
    before: {without: [`${LIB}/src/b.txt`]},
    files: {[`${LIB}/src/b.txt`]: 'b'},
    why: `${LIB}/src/b.txt added`,
  },
  {
    what: 'the name of a file',
    before: {without: [`${LIB}/src/c.txt`], files: {[`${LIB}/src/b.txt`]: 'b'}},
    without: [`${LIB}/src/b.txt`],
    files: {[`${LIB}/src/c.txt`]: 'b'},
    why: `${LIB}/src/b.txt removed, ${LIB}/src/c.txt added`,
  },
  {
    what: 'whether a file is executable',
    before: {make: (rig) => chmodSync(rig.path(LIB, 'src/a.txt'), 0o644)},
    make: (rig) => chmodSync(rig.path(LIB, 'src/a.txt'), 0o755),
    why: `${LIB}/src/a.txt changed`,
  },
  {
    what: 'where a link leads',
    project: {[`${LIB}/b.txt`]: 'same', [`${LIB}/c.txt`]: 'same'},
    before: {make: link('b.txt')},
    make: link('c.txt'),
    why: `${LIB}/src/link changed`,
  },
  {
    what: 'a file behind a link',
    project: phase('inputs = ["src/**"]'),
    before: {files: {[`${LIB}/b.txt`]: '1'}, make: link('b.txt')},
    files: {[`${LIB}/b.txt`]: '2'},
    why: `${LIB}/src/link changed`,
  },
  {
    what: 'a file in a folder behind a link',
    project: {'make.toml': `${PHASE.replace('src/*', 'src/*.txt')}\ninputs = ["src/**"]`},
    before: {
      files: {[`${LIB}/other/b.txt`]: '1'},
      make: (rig) => {
        rmSync(rig.path(LIB, 'src/link'), {force: true});
        symlinkSync('../other', rig.path(LIB, 'src/link'));
      },
    },
    files: {[`${LIB}/other/b.txt`]: '2'},
    why: `${LIB}/src/link/b.txt changed`,
  },
];

function executable(path: string): (rig: Rig) => void {
  return (rig) => rig.makeExecutable(path);
}

function longAgo(path: string): (rig: Rig) => void {
  return (rig) => utimesSync(rig.path(path), 1_000_000_000, 1_000_000_000);
}

function link(target: string): (rig: Rig) => void {
  return (rig) => {
    rmSync(rig.path(LIB, 'src/link'), {force: true});
    symlinkSync(`../${target}`, rig.path(LIB, 'src/link'));
  };
}

test.for(CHANGES)('the key has $what', (change) => decides(change));

interface Constant extends Side {
  readonly what: string;
  readonly project?: Files;
  readonly before?: Side;
}

const CONSTANTS: readonly Constant[] = [
  {what: 'Markdown of the root', files: {'README.md': 'new', 'docs/guide.md': 'new'}},
  {
    what: 'make.toml beyond the phase',
    files: {'make.toml': `# a comment\n${PHASE}\n[lifecycle.other]\ncommand = "true"`},
  },
  {what: 'what is ignored in the root', project: {'.gitignore': '*.log'}, files: {'debug.log': 'new'}},
  {what: 'another member', files: {'packages/app/package.json': '{"name": "app"}', 'packages/app/src/x': ''}},
  {what: 'a variable that is passed', project: phase('pass_env = ["TOKEN"]'), env: {TOKEN: '1'}},
  {what: 'a variable that nobody named', env: {SOMETHING: '1'}},
  {what: 'how the output looks', env: {FORCE_COLOR: '1', TERM: 'xterm'}},
  {what: 'the output itself', make: (rig) => rig.write({[`${LIB}/dist/all`]: 'a'})},
  {
    what: 'when and where pnpm installed',
    before: {
      files: {
        'node_modules/.modules.yaml':
          'packageManager: pnpm@10\nprunedAt: Mon, 01 Jan 2024\nstoreDir: /a/store\nvirtualStoreDir: /a/.pnpm\n',
      },
    },
    files: {
      'node_modules/.modules.yaml':
        'packageManager: pnpm@10\nprunedAt: Tue, 02 Jan 2024\nstoreDir: /b/store\nvirtualStoreDir: /b/.pnpm\n',
    },
  },
  {what: 'times of files', make: (rig) => rig.write({[`${LIB}/src/a.txt`]: 'a'})},
  {what: 'the folder .paceline', files: {[`${LIB}/.paceline/x`]: ''}},
];

test.for(CONSTANTS)('the key does not have $what', async ({project, before = {}, ...after}) => {
  const rig = await Rig.make({...PROJECT, ...project});
  const first = await runSide(rig, TASK, before);
  expect(outcomes(first.events)).toEqual([`${TASK} passed`]);
  const second = await runSide(rig, TASK, after);
  expect(reasons(second.events)).toEqual({});
  expect(outcomes(second.events)).toEqual([`${TASK} cached`]);
});

test('a default of `cache_key` stands for a variable that is not set', async () => {
  const rig = await Rig.make({...PROJECT, ...phase(`cache_key = "{{ env.TARGET | default('es2022') }}"`)});
  expect(await ran(rig, [TASK])).toEqual([`${TASK} passed`]);
  expect(await ran(rig, [TASK])).toEqual([`${TASK} cached`]);
  rig.write(phase(`cache_key = "{{ env.TARGET | default('es2024') }}"`));
  expect(await ran(rig, [TASK])).toEqual([`${TASK} passed`]);
});

test('PATH is not in the key', async () => {
  const rig = await Rig.make(PROJECT);
  expect(await ran(rig, [TASK])).toEqual([`${TASK} passed`]);
  mkdirSync(rig.path('../more'));
  const PATH = `${rig.path('../more')}:${rig.env.PATH}`;
  expect(await ran(rig, [TASK], {env: {PATH}})).toEqual([`${TASK} cached`]);
});

test('the place of the checkout is not in the key', async () => {
  const rig = await Rig.make({...PROJECT, ...phase('env = ["CONFIG"]')});
  rig.write(
    Object.fromEntries(
      Object.entries({...PROJECT, ...phase('env = ["CONFIG"]')}).map(([path, text]) => [`../other/${path}`, text]),
    ),
  );
  expect(await ran(rig, [TASK], {env: {CONFIG: rig.path('config')}})).toEqual([`${TASK} passed`]);
  expect(await ran(rig, [TASK], {cwd: '../other', env: {CONFIG: rig.path('../other/config')}})).toEqual([
    `${TASK} cached`,
  ]);
});
