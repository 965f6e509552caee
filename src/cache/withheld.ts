import {readFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import type {Task} from '../plan/task.ts';
import type {Dialect} from '../project/project.ts';
import {globsOf} from './input-definitions.ts';
import {findOutputs} from './output-files.ts';

/** Shells set these themselves. */
const OF_SHELLS = new Set(['_', 'PWD', 'OLDPWD', 'SHLVL']);
/** Files that are larger are not searched, bytes; nor are more than these in all. */
const LARGEST = 1 << 20;
const MOST = 20 << 20;

/** A failed task may lack a variable that it was not given: says which of those it mentions, and the line to add. */
export function withheldNotice(
  task: Task,
  withheld: readonly string[],
  {root, dialect}: {root: string; dialect: Dialect},
): string | undefined {
  // what the command itself uses was told when it started
  const told = usedBy(task, withheld);
  const names = withheld.filter((name) => !OF_SHELLS.has(name) && !told.includes(name));
  if (names.length === 0) return undefined;
  const mentioned = namesIn(textsOf(task, root), names);
  if (mentioned.length === 0) return undefined;
  const are = mentioned.length === 1 ? 'it is set, but' : 'they are set, but';
  return `${task.id} failed. It mentions ${mentioned.join(', ')}: ${are} not declared, so a cached phase does not get ${mentioned.length === 1 ? 'it' : 'them'}. ${advice(task, mentioned, dialect)}`;
}

/** Says which variables a command uses, as `$NAME` or `${NAME}`, that are set and that it is not given. */
export function usedNotice(task: Task, withheld: readonly string[], dialect: Dialect): string | undefined {
  const used = usedBy(task, withheld);
  if (used.length === 0) return undefined;
  return `${task.id} uses ${used.join(', ')}, which ${used.length === 1 ? 'is' : 'are'} set but not declared: a cached phase does not get ${used.length === 1 ? 'it' : 'them'}. ${advice(task, used, dialect)}`;
}

function usedBy(task: Task, withheld: readonly string[]): readonly string[] {
  const text = commandsOf(task);
  return withheld.filter(
    (name) => !OF_SHELLS.has(name) && new RegExp(`\\$\\{?${RegExp.escape(name)}(?!\\w)`).test(text),
  );
}

function commandsOf(task: Task): string {
  return task.commands
    .map((command) =>
      command.kind === 'shell'
        ? command.line
        : command.kind === 'script'
          ? command.text
          : [command.program, ...command.args].join(' '),
    )
    .join('\n');
}

function* textsOf(task: Task, root: string): Iterable<string> {
  yield commandsOf(task);
  const {inputs} = task.phase.caching;
  const globs = globsOf(
    task.workspace.directory,
    inputs === undefined ? ['src/**', '*'] : inputs.filter((one) => one !== '$default'),
  );
  if (globs === undefined) return;
  let total = 0;
  for (const path of findOutputs(root, globs, undefined).files.keys()) {
    const absolute = join(root, path);
    try {
      const {size} = statSync(absolute);
      if (size > LARGEST) continue;
      total += size;
      if (total > MOST) return;
      yield readFileSync(absolute, 'latin1');
    } catch {
      // gone meanwhile
    }
  }
}

function namesIn(texts: Iterable<string>, names: readonly string[]): readonly string[] {
  const open = new Map(
    names.map((name) => [
      name,
      new RegExp(`(?<![\\w$])${RegExp.escape(name)}(?!\\w)|\\$${RegExp.escape(name)}(?!\\w)`),
    ]),
  );
  const found: string[] = [];
  for (const text of texts) {
    for (const [name, pattern] of open) {
      if (!text.includes(name) || !pattern.test(text)) continue;
      found.push(name);
      open.delete(name);
    }
  }
  return found.sort();
}

/** The lines that declare variables, in the words of the dialect. */
function advice({phase}: Task, names: readonly string[], dialect: Dialect): string {
  const list = `[${names.map((name) => `"${name}"`).join(', ')}]`;
  const [hashed, passed] =
    dialect === 'turbo'
      ? [`"env": ${list}`, `"passThroughEnv": ${list}`]
      : [`${dialect === 'lifecycle' ? 'env' : 'cache_env'} = ${list}`, `pass_env = ${list}`];
  return `Add ${hashed} (part of the key) or ${passed} (not part of it) to "${phase.name}".`;
}
