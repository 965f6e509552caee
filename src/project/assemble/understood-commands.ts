import type {Diagnostic} from '../../base/source.ts';
import type {Command, ScriptCommand} from '../project.ts';
import type {Names} from './names.ts';
import {callsRunner, programCall, type RunnerCall, runnerCall} from './runner-call.ts';

/** What understanding a command needs to know. */
export interface CallContext {
  readonly names: Names;
  readonly profile: string | undefined;
  readonly report: (diagnostic: Diagnostic) => void;
}

/** Commands with the calls of a runner among them turned into the phases that they name. */
export function understoodCommands(commands: readonly Command[], context: CallContext): readonly Command[] {
  return commands.some((command) => mayCall(command))
    ? commands.flatMap((command) => understood(command, context))
    : commands;
}

function mayCall(command: Command): boolean {
  switch (command.kind) {
    case 'shell':
      return /ggen|cargo|makers|paceline/.test(command.line);
    case 'program':
      return ['cargo', 'makers', 'ggen', 'npx', 'paceline'].includes(command.program);
    case 'script':
      return /ggen|cargo|makers|paceline/.test(command.text);
    case 'phases':
      return false;
  }
}

function understood(command: Command, context: CallContext): readonly Command[] {
  switch (command.kind) {
    case 'phases':
      return [command];
    case 'program': {
      const words = [command.program, ...command.args];
      const call = programCall(words);
      const understoodCall = phaseCall(call, words.join(' '), command, context);
      if (understoodCall === undefined && call !== undefined) warn(command, call, context);
      return [understoodCall ?? command];
    }
    case 'shell': {
      const call = runnerCall(command.line);
      const understoodCall = phaseCall(call, command.line, command, context);
      if (understoodCall === undefined && callsRunner(command.line)) warn(command, call, context);
      return [understoodCall ?? command];
    }
    case 'script':
      return understoodScript(command, context);
  }
}

function phaseCall(
  call: RunnerCall | undefined,
  line: string,
  command: Command,
  {names, profile}: CallContext,
): Command | undefined {
  if (call === undefined || (call.profile !== undefined && call.profile !== profile)) return undefined;
  if (!call.phases.every((phase) => names.isPhase(phase))) return undefined;
  const {role, origin} = command;
  const references = call.phases.flatMap((text) => names.reference({text, origin}) ?? []);
  return {kind: 'phases', sequence: {references, ordered: call.ordered}, line, role, origin};
}

/** A shell script that stops at the first failure and has nothing but plain lines is the same line by line. */
function understoodScript(command: ScriptCommand, context: CallContext): readonly Command[] {
  const all = command.text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const [first = ''] = all;
  const setsStop = /^set -[eux]*e[eux]*(?:o pipefail)?$/.test(first);
  const lines = setsStop ? all.slice(1) : all;
  const calls = lines.map((line) => phaseCall(runnerCall(line), line, command, context));
  if (calls.every((call) => call === undefined)) {
    if (callsRunner(command.text)) warn(command, undefined, context);
    return [command];
  }
  const shell = command.interpreter[0]?.replace(/^.*\//, '');
  const stops = setsStop || command.interpreter.some((word) => /^-\w*e\w*$/.test(word));
  const isShell = shell === 'sh' || shell === 'bash';
  const separable = isShell && lines.every((line, index) => calls[index] !== undefined || isPlain(line));
  if (!separable || (lines.length > 1 && !stops)) {
    warn(command, undefined, context);
    return [command];
  }
  return lines.map((line, index): Command => {
    const {role, origin} = command;
    return calls[index] ?? {kind: 'shell', line, role, origin, ...(shell === 'bash' && {shell})};
  });
}

/** A line of one simple command that leaves nothing behind in its shell. */
function isPlain(line: string): boolean {
  if (/[|&;<>(){}$`\\!*?[\]~]/.test(line.replace(/'[^']*'/g, '').replace(/"[^"$`\\]*"/g, ''))) return false;
  if ((line.match(/'/g)?.length ?? 0) % 2 === 1 || (line.match(/"/g)?.length ?? 0) % 2 === 1) return false;
  return !/^(?:\w+=|(?:cd|pushd|popd|export|set|unset|source|\.|alias|trap|exec|exit|return|eval|shift|umask|ulimit|wait|read|declare|local|readonly|if|then|else|elif|fi|for|while|until|do|done|case|esac|function|shopt|time)\b)/.test(
    line,
  );
}

function warn(command: Command, call: RunnerCall | undefined, {names, report}: CallContext): void {
  const unknown = call?.phases.filter((phase) => !names.isPhase(phase)) ?? [];
  const {origin} = command;
  if (unknown.length > 0) {
    const message = `this calls phases that do not exist: ${unknown.join(', ')}`;
    const hint = `Define them, or take them out; the line runs as it is written.`;
    report({severity: 'warning', code: 'W_UNKNOWN_PHASE', message, hint, origin});
    return;
  }
  report({
    severity: 'warning',
    code: 'W_NESTED_RUNNER',
    message: 'this calls a runner from inside a script: it starts by itself, and what it runs is not part of the plan',
    hint: 'Name the phases in depends_on (cargo-make: dependencies or run_task), or give the call a command of its own.',
    origin,
  });
}
