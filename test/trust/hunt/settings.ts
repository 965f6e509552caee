/** What the configuration of the hunted project says; rendered into make.toml files and package.json files. */
export interface Settings {
  /** Texts in commands: another one is another command. */
  readonly labels: Readonly<Record<string, number>>;
  /** Variables that make.toml sets for all. */
  readonly shared: string;
  /** Variables that a phase sets for itself. */
  readonly own: string;
  /** Packages that are there. */
  readonly packages: readonly string[];
  readonly closure: 'direct' | 'transitive';
  /** f needs b as well. */
  readonly extraEdge: boolean;
  /** m is cached. */
  readonly cachesMiddle: boolean;
  /** d says what it writes. */
  readonly declares: boolean;
  readonly incremental: boolean;
  /** Which inputs g asks for. */
  readonly inputs: 0 | 1 | 2;
  /** Where h writes. */
  readonly place: 'lib' | 'libs';
  /** Whether p may see MODE. */
  readonly seesMode: boolean;
}

export const PACKAGES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'm', 'n', 'p', 'q', 'w'] as const;

export const FIRST_SETTINGS: Settings = {
  labels: {},
  shared: 'one',
  own: 'one',
  packages: PACKAGES,
  closure: 'transitive',
  extraEdge: false,
  cachesMiddle: false,
  declares: false,
  incremental: true,
  inputs: 0,
  place: 'lib',
  seesMode: true,
};

/** One task of the project, as make.toml says it and as it is done from scratch. */
export interface TaskText {
  readonly id: string;
  /** Its workspace; '' is the root. */
  readonly folder: string;
  readonly phase: string;
  readonly command: string;
  /** Ids of tasks. */
  readonly needs: readonly string[];
  readonly lines: readonly string[];
  /** Variables that it sees beside those of all. */
  readonly env: Readonly<Record<string, string>>;
  /** Names of variables that it inherits. */
  readonly inherits: readonly string[];
  readonly isCached: boolean;
}

const INPUTS = [
  {globs: ['src/**/*.txt', '!src/**/*.skip.txt'], find: `-name '*.txt' ! -name '*.skip.txt'`},
  {globs: ['src/**/*.txt'], find: `-name '*.txt'`},
  {globs: ['src/**', '!src/**/*.txt'], find: `! -name '*.txt'`},
] as const;

/** All tasks that are there. */
export function tasksOf(settings: Settings): readonly TaskText[] {
  const tasks = [root(settings), ...PACKAGES.flatMap((name) => PACKAGE_TASKS[name](settings))];
  const present = new Set(['', ...settings.packages.map((name) => `packages/${name}`)]);
  const there = tasks.filter(({folder}) => present.has(folder));
  const ids = new Set(there.map(({id}) => id));
  return there.map((task) => ({...task, needs: task.needs.filter((id) => ids.has(id))}));
}

interface Sketch {
  readonly phase?: string;
  readonly needs?: readonly string[];
  readonly lines: readonly string[];
  readonly command: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly inherits?: readonly string[];
  readonly isCached?: boolean;
}

function root({labels}: Settings): TaskText {
  return {
    id: 'gen',
    folder: '',
    phase: 'gen',
    needs: [],
    command: `. tools/lib.sh; echo gen ${labels.gen ?? 0}; mkdir -p gen; each common notes.txt > gen/all.txt; cp notes.txt gen/notes.txt 2> /dev/null; true`,
    lines: ['outputs = ["gen/"]', 'workspaces = ["."]'],
    env: {},
    inherits: [],
    isCached: true,
  };
}

function task(name: string, settings: Settings, sketch: Sketch): TaskText {
  const {phase = 'build', needs = [], command, lines, env = {}, inherits = [], isCached = true} = sketch;
  const label = settings.labels[`${name}#${phase}`] ?? 0;
  return {
    id: `${name}#${phase}`,
    folder: `packages/${name}`,
    phase,
    needs,
    command: `. ../../tools/lib.sh; echo ${name} ${phase} ${label}; ${command.replaceAll('LABEL', String(label))}; true`,
    lines,
    env,
    inherits,
    isCached,
  };
}

/** Every command reads only what its phase says that it reads. */
const PACKAGE_TASKS: Readonly<Record<(typeof PACKAGES)[number], (settings: Settings) => readonly TaskText[]>> = {
  // default inputs; outputs that come and go with them, and an empty folder
  a: (settings) => [
    task('a', settings, {
      command: '[ $((LABEL % 2)) = 0 ] && mkdir -p dist/empty; stop_if_broken; outline dist src .env',
      lines: ['outputs = ["dist/"]'],
    }),
    task('a', settings, {
      phase: 'check',
      needs: ['a#build'],
      command: 'all dist; each src',
      lines: ['outputs = []'],
    }),
  ],
  // explicit inputs; copies modes, times and links
  b: (settings) => [
    task('b', settings, {
      command:
        'mkdir -p dist; cp -a src/. dist 2> /dev/null; find dist -mindepth 1 -type d -empty -delete; echo LABEL > dist/label.txt',
      lines: ['inputs = ["src/**"]', 'outputs = ["dist/**"]'],
    }),
  ],
  c: (settings) => [
    task('c', settings, {
      needs: ['a#build', 'b#build', 'gen'],
      command:
        'mkdir -p dist; all ../a/dist ../b/dist ../../gen > dist/bundle.txt; each src > dist/own.txt; grep -c . dist/own.txt > dist/count.txt',
      lines: ['outputs = ["dist/**"]'],
    }),
  ],
  // does not say what it writes
  d: (settings) => [
    task('d', settings, {
      needs: ['a#build'],
      command: `rm -rf made out.txt; outline made src; ${settings.declares ? '' : 'tooly --version; '}all ../a/dist > out.txt; echo LABEL >> out.txt`,
      lines: settings.declares ? ['outputs = ["made/", "out.txt"]'] : [],
    }),
  ],
  // reads results of what it needs only through others
  e: (settings) => [
    task('e', settings, {
      needs: ['c#build'],
      command:
        settings.closure === 'direct' || !settings.packages.includes('c')
          ? 'mkdir -p dist; all ../c/dist > dist/e.txt'
          : 'mkdir -p dist; all ../c/dist ../a/dist > dist/e.txt',
      lines: ['outputs = ["dist/e.txt"]', `closure = "${settings.closure}"`],
    }),
  ],
  f: (settings) => [
    task('f', settings, {
      needs: ['d#build', 'w#build', ...(settings.extraEdge ? ['b#build'] : [])],
      command: `mkdir -p dist; all ../d/made ../d/out.txt ../w/where.txt ${settings.extraEdge ? '../b/dist' : ''} > dist/f.txt`,
      lines: ['outputs = ["dist"]'],
    }),
  ],
  g: (settings) => {
    const {globs, find} = INPUTS[settings.inputs];
    return [
      task('g', settings, {
        command: `mkdir -p out/tmp; echo LABEL > out/tmp/x; for f in $(find -L src -type f ${find} 2> /dev/null | LC_ALL=C sort); do echo "$f"; describe "$f"; done > out/g.txt; echo old > out/old.txt; touch -d @1000 out/old.txt`,
        lines: [`inputs = ${JSON.stringify(globs)}`, 'outputs = ["out/**", "!out/tmp/**"]'],
      }),
    ];
  },
  // goes on from what it left, without looking at it
  h: (settings) => [
    task('h', settings, {
      needs: ['a#build'],
      command: settings.incremental
        ? `onwards ${settings.place} LABEL`
        : `outline ${settings.place} src; echo LABEL > ${settings.place}/label`,
      lines: [
        `outputs = ["${settings.place}/"]`,
        ...(settings.incremental ? [`incremental = ["${settings.place}/.info/", ".memo/"]`] : []),
      ],
    }),
  ],
  // not cached, between tasks that are
  m: (settings) => [
    task('m', settings, {
      needs: ['a#build'],
      command: 'rm -rf dist; mkdir dist; all ../a/dist > dist/m.txt; each src >> dist/m.txt',
      lines: ['outputs = ["dist/"]'],
      isCached: settings.cachesMiddle,
    }),
  ],
  n: (settings) => [
    task('n', settings, {
      needs: ['m#build'],
      command: 'mkdir -p dist; all ../m/dist > dist/n.txt',
      lines: ['outputs = ["dist/"]'],
    }),
  ],
  // variables, files of the root, what is installed, tools
  p: (settings) => [
    task('p', settings, {
      command:
        '{ echo "$SHARED ${MODE-no mode} ${STAGE-no stage} ${NOISE-no noise} ${NODE_ENV-no env} $TZ LABEL"; tooly --version; always extra/key.bin ../../.env ../../.env.local .env .env.local ../../package-lock.json ../../node_modules/.package-lock.json package.json; (cd ../..; each notes.txt common); } > stamp.txt; cat stamp.txt',
      lines: [
        'outputs = ["stamp.txt"]',
        `cache_key = "{{ env.STAGE | default('none') }}-{{ hash('extra/key.bin') }}"`,
        ...(settings.seesMode ? ['env = ["MODE"]'] : []),
      ],
      inherits: settings.seesMode ? ['MODE', 'STAGE'] : ['STAGE'],
    }),
  ],
  q: (settings) => [
    task('q', settings, {
      needs: ['e#build', 'n#build'],
      command:
        'mkdir -p dist; all ../e/dist ../n/dist > dist/q.txt; chmod 600 dist/q.txt; cp dist/q.txt dist/run; chmod 755 dist/run; ln -sf q.txt dist/link',
      lines: ['outputs = ["dist/**"]', 'closure = "direct"'],
    }),
  ],
  // holds in one place only
  w: (settings) => [
    task('w', settings, {
      command: 'pwd > where.txt; echo "$OWN"; each src >> where.txt',
      lines: ['outputs = ["where.txt"]'],
      env: {OWN: settings.own},
    }),
  ],
};

/** Files that say all of this. */
export function configuration(settings: Settings): ReadonlyMap<string, string> {
  const tasks = tasksOf(settings);
  const files = new Map<string, string>();
  const folders = Map.groupBy(tasks, ({folder}) => folder);
  for (const [folder, own] of folders) {
    const head = folder === '' ? [`[deps]`, `tooly = "*"`, `[env]`, `SHARED = "${settings.shared}"`] : [];
    files.set(
      folder === '' ? 'make.toml' : `${folder}/make.toml`,
      [...head, ...own.flatMap((one) => phaseText(one)), ''].join('\n'),
    );
    if (folder !== '')
      files.set(`${folder}/package.json`, `${JSON.stringify({name: folder.slice('packages/'.length)})}\n`);
  }
  files.set('package.json', `${JSON.stringify({name: 'hunted', private: true, workspaces: ['packages/*']})}\n`);
  return files;
}

function phaseText({phase, command, needs, lines, isCached, env}: TaskText): readonly string[] {
  const names = needs.map((id) => (id.includes('#') ? id : `//#${id}`));
  const own = Object.entries(env).map(([name, value]) => `env.${name} = ${JSON.stringify(value)}`);
  return [
    `[lifecycle.${phase}]`,
    `command = '''${command}'''`,
    `depends_on = ${JSON.stringify(names)}`,
    `cache = ${isCached}`,
    'pass_env = ["HUNT_GIT"]',
    ...lines,
    ...own,
  ];
}

/** Shell functions of all commands; what starts a program for each file would take most of the time of the hunt. */
export const LIBRARY = `
# files that git would not ignore
list() {
  git --git-dir="$HUNT_GIT" --work-tree="$PACELINE_ROOT" -c core.excludesFile=/dev/null -c core.quotePath=false \\
    ls-files -o --exclude-per-directory=.gitignore -- "$@"
}
content() { while IFS= read -r line || [ -n "$line" ]; do printf '%s\\n' "$line"; done < "$1"; }
# what one file is
describe() {
  if [ -L "$1" ]; then printf 'link %s\\n' "$(readlink "$1")"; fi
  if [ -d "$1" ]; then
    for inner in "$1"/*; do if [ -f "$inner" ]; then printf '%s: ' "\${inner##*/}"; content "$inner"; fi; done
  elif [ -f "$1" ]; then
    if [ -x "$1" ]; then printf 'x '; else printf -- '- '; fi
    content "$1"
  else echo nothing; fi
}
each() { for f in $(list "$@"); do echo "$f"; describe "$f"; done; }
always() { for f in "$@"; do echo "$f"; describe "$f"; done; }
# everything in folders of outputs
all() {
  find "$@" -name .info -prune -o -printf '%p %y %l %m\\n' 2> /dev/null | LC_ALL=C sort
  find "$@" -name .info -prune -o -type f -print 2> /dev/null | LC_ALL=C sort | xargs -r tail -v -n +1
}
folder_of() { case $1 in */*) if [ ! -d "\${1%/*}" ]; then mkdir -p "\${1%/*}"; fi ;; esac; }
# a file of outputs for each source
outline() {
  place=$1
  shift
  [ -d "$place" ] || mkdir "$place"
  for f in $(list "$@"); do
    folder_of "$place/$f"
    describe "$f" > "$place/$f"
    if [ -x "$f" ] && [ -f "$f" ]; then chmod 755 "$place/$f"; fi
  done
}
# the same, but what it remembers of a source it does not do again
onwards() {
  mkdir -p "$1/.info" .memo
  if [ "$(cat "$1/.info/options" 2> /dev/null)" != "$2" ]; then rm -rf .memo; mkdir .memo; fi
  echo "$2" > "$1/.info/options"
  echo "$2" > "$1/label"
  for f in $(list src) $(find ../a/dist -type f 2> /dev/null | LC_ALL=C sort); do
    name=\${f#../}
    new=$(describe "$f")
    if [ -f ".memo/$name" ] && [ "$(content ".memo/$name")" = "$new" ]; then continue; fi
    folder_of "$1/$name"
    folder_of ".memo/$name"
    printf '%s\\n' "$new" > "$1/$name"
    printf '%s\\n' "$new" > ".memo/$name"
  done
}
stop_if_broken() { if [ -f src/broken ]; then mkdir -p dist; echo half > dist/half.txt; exit 1; fi; }
`;
