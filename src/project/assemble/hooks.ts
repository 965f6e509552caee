import type {Diagnostic} from '../../base/source.ts';
import type {DeclaredHook, DeclaredRunHook, RunHookName} from '../declared/declared.ts';
import {shellCommand} from '../declared/phase-keys.ts';
import type {HookStep, RunHooks} from '../project.ts';
import type {Located} from '../toml/section.ts';
import type {Names} from './names.ts';
import {inRole, type PhaseHooks} from './phase.ts';
import {type CallContext, understoodCommands} from './understood-commands.ts';

/** The `before_X` and `after_X` of a file, by phase. A hook for a phase that does not exist is reported. */
export function phaseHooks(
  hooks: readonly DeclaredHook[],
  names: Names,
  report: (diagnostic: Diagnostic) => void,
): ReadonlyMap<string, PhaseHooks> {
  const found = new Map<string, PhaseHooks>();
  for (const hook of hooks) {
    const {phase, when} = hook;
    if (!names.isPhase(phase)) report(noSuchPhase(hook, names));
    const {phases, lines} = sorted(hook, names, report);
    const sequences = phases.length === 0 ? [] : [names.sequence({names: phases, ordered: true, origin: hook.origin})];
    const commands = inRole(
      lines.map((line) => shellCommand(line)),
      when,
    );
    const before = found.get(phase) ?? {before: [], after: [], commandsBefore: [], commandsAfter: []};
    found.set(
      phase,
      when === 'before'
        ? {...before, before: [...before.before, ...sequences], commandsBefore: [...before.commandsBefore, ...commands]}
        : {...before, after: [...before.after, ...sequences], commandsAfter: [...before.commandsAfter, ...commands]},
    );
  }
  return found;
}

/** Which entries are phases and which are shell lines. A single word that is neither is reported and left out. */
function sorted(
  {entries, form}: Pick<DeclaredHook, 'entries' | 'form'>,
  names: Names,
  report: (diagnostic: Diagnostic) => void,
): {readonly phases: readonly Located[]; readonly lines: readonly Located[]} {
  const phases: Located[] = [];
  const lines: Located[] = [];
  for (const entry of entries) {
    const kind = entryKind(entry, form, names, report);
    if (kind === 'phase') phases.push(entry);
    else if (kind === 'line') lines.push(entry);
  }
  return {phases, lines};
}

function entryKind(
  entry: Located,
  form: DeclaredHook['form'],
  names: Names,
  report: (diagnostic: Diagnostic) => void,
): 'phase' | 'line' | undefined {
  if (form === 'commands') return 'line';
  if (names.isPhase(entry.text) || /^[^\s#]*#[^\s#]+$|^\^\S+$/.test(entry.text)) return 'phase';
  if (form === 'lines' || /\s/.test(entry.text)) return 'line';
  const near = names.nearest(entry.text);
  report({
    severity: 'warning',
    code: 'W_UNKNOWN_PHASE',
    message: `there is no phase called "${entry.text}": the hook leaves it out`,
    hint:
      near === undefined ? 'For a shell command of one word, write {commands = ["..."]}.' : `Did you mean "${near}"?`,
    origin: entry.origin,
  });
  return undefined;
}

function noSuchPhase({phase, when, origin}: DeclaredHook, names: Names): Diagnostic {
  const near = names.nearest(phase);
  return {
    severity: 'warning',
    code: 'W_UNKNOWN_PHASE',
    message: `"${when}_${phase}" is a hook of a phase that does not exist: it never runs`,
    ...(near !== undefined && {hint: `Did you mean "${when}_${near}"?`}),
    origin,
  };
}

/** What runs once a run, in the root. */
export function runHooks(hooks: readonly DeclaredRunHook[], context: CallContext): RunHooks {
  const {names, report} = context;
  const steps = (wanted: RunHookName): readonly HookStep[] =>
    hooks
      .filter(({hook}) => hook === wanted)
      .flatMap(({entries, form}) =>
        entries.flatMap((entry): readonly HookStep[] => {
          const kind = entryKind(entry, form, names, report);
          if (kind === 'line')
            return understoodCommands([shellCommand(entry)], context).map((command) => ({kind: 'command', command}));
          const reference = kind === 'phase' ? names.reference(entry) : undefined;
          return reference === undefined ? [] : [{kind: 'phase', reference}];
        }),
      );
  return {
    beforeAll: steps('beforeAll'),
    afterAll: steps('afterAll'),
    onError: steps('onError'),
    onSuccess: steps('onSuccess'),
  };
}
