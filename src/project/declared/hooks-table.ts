import type {Section} from '../toml/section.ts';
import type {DeclaredHook, DeclaredRunHook, RunHookName} from './declared.ts';

const runHooks: Readonly<Record<string, RunHookName>> = {
  before_all: 'beforeAll',
  after_all: 'afterAll',
  on_error: 'onError',
  on_success: 'onSuccess',
};

/** `[hooks]`. */
export function readHooks(section: Section | undefined): {
  readonly hooks: readonly DeclaredHook[];
  readonly runHooks: readonly DeclaredRunHook[];
} {
  const hooks: DeclaredHook[] = [];
  const ofRun: DeclaredRunHook[] = [];
  for (const key of section?.keys ?? []) {
    if (section === undefined) break;
    const table = section.section(key);
    const entries = table?.located('commands') ?? section.located(key) ?? [];
    const form = table !== undefined ? 'commands' : section.string(key) !== undefined ? 'lines' : 'names';
    const hook = runHooks[key];
    if (hook !== undefined) {
      ofRun.push({hook, entries, form});
      continue;
    }
    const named = /^(before|after)_(.+)$/s.exec(key === 'on_init' ? 'after_init' : key);
    if (named === null) continue;
    hooks.push({
      when: named[1] === 'before' ? 'before' : 'after',
      phase: named[2] ?? '',
      origin: section.origin(key),
      entries,
      form,
    });
  }
  return {hooks, runHooks: ofRun};
}
