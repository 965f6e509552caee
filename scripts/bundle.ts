import {join} from 'node:path';
import {type Plugin, type RolldownOutput, rolldown} from 'rolldown';

const root = join(import.meta.dirname, '..');

/** What `paceline run` loads every time; everything else is loaded when it is named. */
const HOT = ['src/cli/main.ts', 'src/cli/run.ts', 'src/ui/grouped.ts'].map((path) => join(root, path));

interface ModuleInfo {
  readonly importedIds: readonly string[];
}

/**
 * Bundles the program and the library into `dir`; returns the names of the packages that went in. The hot path is one file: each
 * further file costs half a millisecond at every start, and so do 30 kB of code that is not needed.
 */
export async function bundle(dir: string, version: string): Promise<readonly string[]> {
  let hot: ReadonlySet<string> | undefined;
  const build = await rolldown({
    cwd: root,
    input: {
      bin: 'src/bin.ts',
      index: 'src/index.ts',
      services: 'src/services.ts',
      vitest: 'src/vitest.ts',
      'node-test': 'src/node-test.ts',
    },
    platform: 'node',
    // the one that runs the tests
    external: ['vitest'],
    transform: {define: {PACELINE_VERSION: JSON.stringify(version)}},
    checks: {ineffectiveDynamicImport: false},
    plugins: [asciiOnly, builtinsWithoutFacade],
  });
  const {output} = await build.write({
    dir,
    format: 'esm',
    minify: true,
    chunkFileNames: 'chunks/[name]-[hash].js',
    codeSplitting: {
      groups: [
        {
          debugName: 'run',
          name: (id, context) => {
            hot ??= reachable((module) => context.getModuleInfo(module));
            return hot.has(id) ? 'run' : null;
          },
        },
      ],
    },
  });
  await build.close();
  await bundleThread(dir);
  const broker = await bundleBroker(dir, version);
  return [...new Set([...packagesIn(output), ...broker])].sort();
}

function packagesIn(output: RolldownOutput['output']): readonly string[] {
  return output.flatMap((chunk) => {
    if (chunk.type !== 'chunk') return [];
    return chunk.moduleIds.flatMap((id) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1] ?? []);
  });
}

/** The process that keeps the services has a program of its own; nothing in it is loaded by a run. */
async function bundleBroker(dir: string, version: string): Promise<readonly string[]> {
  const build = await rolldown({
    cwd: root,
    input: {broker: 'src/services/broker/main.ts'},
    platform: 'node',
    // bindings that need a compiler, and that their users do without
    external: ['pg-native', 'cpu-features', /\.node$/],
    transform: {define: {PACELINE_VERSION: JSON.stringify(version)}},
  });
  const {output} = await build.write({dir, format: 'esm', minify: true, chunkFileNames: 'broker/[name]-[hash].js'});
  await build.close();
  return packagesIn(output);
}

/** A thread has a program of its own: what it shares with the rest would make it load all of it. */
async function bundleThread(dir: string): Promise<void> {
  const build = await rolldown({
    cwd: root,
    input: {'output-thread': 'src/cache/worker/main.ts'},
    platform: 'node',
    plugins: [asciiOnly, builtinsWithoutFacade],
  });
  await build.write({dir, format: 'esm', minify: true});
  await build.close();
}

/** One letter outside Latin-1 makes the engine keep the whole source in two bytes a letter. All such letters stand in literals. */
const asciiOnly: Plugin = {
  name: 'ascii-only',
  renderChunk: (code) =>
    code.replaceAll(/[\u0080-\uffff]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`),
};

/**
 * `import {readFileSync} from 'node:fs'` makes Node build a module around its own one, which reads every property of it and so loads
 * whatever is behind them: about 15 ms at each start. Taken from Node directly, modules that are loaded anyway cost nothing.
 */
const builtinsWithoutFacade: Plugin = {
  name: 'builtins-without-facade',
  renderChunk: (code) =>
    code.replaceAll(
      /\bimport\s*(?:([\w$]+)\s*(?:,\s*)?)?(?:\*\s*as\s+([\w$]+)\s*|(\{[^{}]*\})\s*)?from\s*["'](node:[\w/]+)["'];?/g,
      (_, whole?: string, namespace?: string, names?: string, module = '') => {
        const source = `process.getBuiltinModule("${module}")`;
        if (LATE.has(module)) return lateBindings(source, whole, names);
        const bindings = names?.replaceAll(/([\w$]+)\s+as\s+([\w$]+)/g, '$1:$2');
        const parts = [whole, namespace, bindings].filter((part) => part !== undefined);
        return parts.map((part) => `const ${part}=${source};`).join('');
      },
    ),
};

/** Modules that many runs never need, and that Node does not load by itself; all that is imported from them are functions. */
const LATE: ReadonlySet<string> = new Set(['node:child_process']);

/** Functions that take the real ones from the module when they are called. */
function lateBindings(source: string, whole: string | undefined, names: string | undefined): string {
  const call = (name: string): string => `(...words)=>${source}.${name}(...words)`;
  const own = [...(names ?? '').matchAll(/([\w$]+)(?:\s+as\s+([\w$]+))?/g)].map(
    ([, name = '', alias = name]) => `const ${alias}=${call(name)};`,
  );
  // commander starts subcommands that are programs of their own
  return (whole === undefined ? '' : `const ${whole}={spawn:${call('spawn')}};`) + own.join('');
}

/** The modules that the hot ones import statically. */
function reachable(infoOf: (id: string) => ModuleInfo | null): ReadonlySet<string> {
  const found = new Set(HOT);
  for (const id of found) for (const imported of infoOf(id)?.importedIds ?? []) found.add(imported);
  return found;
}
