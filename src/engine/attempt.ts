import {join, resolve} from 'node:path';
import type {OwnCommand, Task} from '../plan/task.ts';
import type {CommandEnd, RunListener} from '../record/events.ts';
import type {Environment} from './environment.ts';
import type {Execution, Executor} from './executor.ts';
import type {LogSlot} from './log-store.ts';
import {timer} from './timer.ts';

export interface AttemptContext {
  readonly task: Task;
  readonly attempt: number;
  readonly root: string;
  readonly slot: LogSlot;
  readonly executor: Executor;
  readonly environment: Environment;
  readonly extraEnv: Readonly<Record<string, string>>;
  readonly emit: RunListener;
  readonly now: () => number;
  readonly graceMs: number;
}

/** How a whole attempt ended: with the first command that failed, or well. */
export interface AttemptEnd {
  readonly end: CommandEnd;
  readonly line: string;
  /** Processes that the commands had left running, and that were ended. */
  readonly leftovers: number;
}

/** One attempt at a task: its commands in order, or side by side, under their time limits. */
export class Attempt {
  readonly #context: AttemptContext;
  readonly #variables: Record<string, string>;
  readonly #running = new Set<Execution>();
  readonly #started: Execution[] = [];
  #stopped: CommandEnd | undefined;
  #killed = false;
  #command = 0;

  constructor(context: AttemptContext) {
    this.#context = context;
    this.#variables = context.environment.forTask(context.task, context.extraEnv);
  }

  /** The environment of the commands. */
  get variables(): Readonly<Record<string, string>> {
    return this.#variables;
  }

  get directory(): string {
    const {task, root} = this.#context;
    return resolve(join(root, task.workspace.directory), task.phase.directory ?? '.');
  }

  async run(): Promise<AttemptEnd> {
    const {task, graceMs} = this.#context;
    const limit = this.#limit(task.phase.limits.timeoutMs, 'phase');
    const result = task.phase.parallel && task.commands.length > 1 ? await this.#sideBySide() : await this.#inOrder();
    clearTimeout(limit);
    let leftovers = 0;
    for (const execution of this.#started) {
      // a second Ctrl-C kills these too
      this.#running.add(execution);
      leftovers += await execution.endLeftovers(this.#killed ? 0 : graceMs);
      this.#running.delete(execution);
    }
    return {...result, leftovers};
  }

  /** Asks the commands to stop; `forced` kills them. The first reason is kept as the end. */
  stop(end: CommandEnd, forced: boolean): void {
    this.#stopped ??= end;
    this.#killed ||= forced;
    for (const execution of this.#running) execution.signal(forced ? 'SIGKILL' : 'SIGTERM');
    if (!forced) timer(this.#context.graceMs, () => this.#kill())?.unref();
  }

  #kill(): void {
    this.#killed = true;
    for (const execution of this.#running) execution.signal('SIGKILL');
  }

  async #inOrder(): Promise<{end: CommandEnd; line: string}> {
    let last = {end: {kind: 'exit', code: 0} as CommandEnd, line: ''};
    for (const command of this.#context.task.commands) {
      if (this.#stopped !== undefined) break;
      last = await this.#runCommand(command);
      if (!succeeded(last.end)) break;
    }
    return this.#stopped === undefined ? last : {...last, end: this.#stopped};
  }

  async #sideBySide(): Promise<{end: CommandEnd; line: string}> {
    const {commands} = this.#context.task;
    let end = {end: {kind: 'exit', code: 0} as CommandEnd, line: ''};
    // hook lines keep their place before and behind the phase's own commands
    for (const role of ['before', 'main', 'after'] as const) {
      const batch = commands.filter((command) => command.role === role);
      const ends =
        role === 'main'
          ? await Promise.all(batch.map((command) => this.#runCommand(command)))
          : await this.#batchInOrder(batch);
      end = ends.find((one) => !succeeded(one.end)) ?? ends.at(-1) ?? end;
      if (!succeeded(end.end) || this.#stopped !== undefined) break;
    }
    return this.#stopped === undefined ? end : {...end, end: this.#stopped};
  }

  async #batchInOrder(commands: readonly OwnCommand[]): Promise<{end: CommandEnd; line: string}[]> {
    const ends: {end: CommandEnd; line: string}[] = [];
    for (const command of commands) {
      const end = await this.#runCommand(command);
      ends.push(end);
      if (!succeeded(end.end)) break;
    }
    return ends;
  }

  async #runCommand(command: OwnCommand): Promise<{end: CommandEnd; line: string}> {
    const {task, attempt, executor, environment, slot, emit, now} = this.#context;
    const index = this.#command++;
    const env = command.kind === 'shell' ? environment.forScript(task, command, this.#variables) : this.#variables;
    const args =
      command.role === 'main' && command === task.commands.findLast((one) => one.role === 'main') ? task.args : [];
    const execution = executor.start({task, command, env, directory: this.directory, log: slot.descriptor, args});
    this.#running.add(execution);
    this.#started.push(execution);
    emit({
      kind: 'command-started',
      time: now(),
      task: task.id,
      attempt,
      command: index,
      line: execution.line,
      pid: execution.pid,
      ...(command.role !== 'main' && {role: command.role}),
    });
    let timedOut: CommandEnd | undefined;
    const {commandTimeoutMs} = task.phase.limits;
    const limit = timer(commandTimeoutMs, () => {
      timedOut = {kind: 'timeout', limitMs: commandTimeoutMs ?? 0, of: 'command'};
      execution.signal('SIGTERM');
      timer(this.#context.graceMs, () => execution.signal('SIGKILL'))?.unref();
    });
    const {end: ended, usage} = await execution.ended;
    clearTimeout(limit);
    this.#running.delete(execution);
    const end = timedOut ?? this.#stopped ?? ended;
    emit({
      kind: 'command-finished',
      time: now(),
      task: task.id,
      attempt,
      command: index,
      end,
      ...(usage !== undefined && {usage}),
    });
    return {end, line: execution.line};
  }

  #limit(limitMs: number | undefined, of: 'phase'): NodeJS.Timeout | undefined {
    return timer(limitMs, () => this.stop({kind: 'timeout', limitMs: limitMs ?? 0, of}, false));
  }
}

export function succeeded(end: CommandEnd): boolean {
  return end.kind === 'exit' && end.code === 0;
}
