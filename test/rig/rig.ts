import {chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {delimiter, dirname, join} from 'node:path';
import {onTestFinished} from 'vitest';
import type {RunEvent} from '../../src/record/events.ts';
import type {Run} from '../../src/record/run.ts';
import {parseLines} from './events.ts';
import {isRunning, kill, processesWith} from './processes.ts';
import {type Ending, endingText, Program, type StartOptions} from './program.ts';
import {type ControlledCommand, Switchboard} from './switchboard.ts';

const BIN = join(import.meta.dirname, '../../dist/bin.js');
const CHILD = join(import.meta.dirname, 'child.cjs');

export type Files = Readonly<Record<string, string>>;

/** A project in a folder of its own, the real program to run in it, and processes that do what the test says. Ends with the test. */
export class Rig {
  /** The project. */
  readonly root: string;
  readonly #folder: string;
  readonly #board: Switchboard;
  readonly #programs: Program[] = [];

  /** Writes a project; what it starts and writes is gone when the test ends. */
  static async make(files: Files, {name = 'project'}: {readonly name?: string} = {}): Promise<Rig> {
    const folder = temporaryFolder();
    const rig = new Rig(folder, join(folder, name), await Switchboard.open(join(folder, 's')));
    onTestFinished(() => rig.#close());
    mkdirSync(join(folder, 'bin'));
    mkdirSync(rig.root);
    rig.install('rig', `exec '${process.execPath}' '${CHILD}' "$@"`);
    rig.write(files);
    return rig;
  }

  private constructor(folder: string, root: string, board: Switchboard) {
    this.#folder = folder;
    this.root = root;
    this.#board = board;
  }

  /** What processes of this rig find in their environment, and nobody else. */
  get env(): Readonly<Record<string, string>> {
    return {
      PATH: [join(this.#folder, 'bin'), dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(
        delimiter,
      ),
      HOME: this.#folder,
      LANG: 'C.UTF-8',
      TZ: 'UTC',
      RIG_SOCKET: join(this.#folder, 's'),
      RIG_SESSION: process.env.RIG_SESSION ?? '',
    };
  }

  write(files: Files): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(this.path(path)), {recursive: true});
      writeFileSync(this.path(path), text);
    }
  }

  path(...parts: readonly string[]): string {
    return join(this.root, ...parts);
  }

  /** The processes that `rig <name>` starts in this project. */
  command(name: string): ControlledCommand {
    return this.#board.command(name);
  }

  /** A program of the project's own, on PATH. */
  install(name: string, script: string): void {
    const path = join(this.#folder, 'bin', name);
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
  }

  /** Makes `paceline` a command that tasks can call. */
  installPaceline(): void {
    this.install('paceline', `exec '${process.execPath}' '${BIN}' "$@"`);
  }

  makeExecutable(...parts: readonly string[]): void {
    chmodSync(this.path(...parts), 0o755);
  }

  /** Starts paceline. */
  start(words: readonly string[], options: StartOptions = {}): Program {
    const {under = [], node = []} = options;
    return this.startProgram([...under, process.execPath, ...node, BIN, ...words], options);
  }

  /** Starts paceline in a terminal that `script` makes; what is typed goes there, and what it shows is its standard output. */
  startInTerminal(words: readonly string[], options: StartOptions = {}): Program {
    const line = [process.execPath, BIN, ...words].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
    const terminal = ['script', '--quiet', '--return', '--flush', '--command', `exec ${line}`, '/dev/null'];
    return this.startProgram(terminal, {...options, stdin: 'pipe'});
  }

  /** Starts any program, to its end at the latest when the test ends. */
  startProgram(words: readonly string[], {env, cwd = '.', stdin = 'ignore', stdout}: StartOptions = {}): Program {
    const program = new Program(words, {cwd: this.path(cwd), env: {...this.env, ...env}, stdin, stdout});
    this.#programs.push(program);
    void program.ended.then((ending) => {
      if (this.#programs.every((one) => one.hasEnded))
        this.#board.giveUp(`paceline ended first, ${endingText(ending)}`);
    });
    return program;
  }

  /** Runs paceline to its end. */
  run(words: readonly string[], options: StartOptions = {}): Promise<Ending> {
    return this.start(words, options).ended;
  }

  /** Runs `paceline run` to its end. */
  async events(
    words: readonly string[],
    options: StartOptions = {},
  ): Promise<Ending & {readonly events: readonly RunEvent[]}> {
    const ending = await this.run(['run', ...words, '--output', 'ndjson'], options);
    return {...ending, events: parseLines(ending.stdout)};
  }

  /** The newest run of the history, or an older one. */
  async recorded(back = 0): Promise<Run> {
    const list = await this.run(['history', '--json', '--limit', '1000']);
    if (list.code !== 0) throw new Error(`the history does not open: ${endingText(list)}`);
    const id = (JSON.parse(list.stdout) as {id: string}[])[back]?.id;
    if (id === undefined) throw new Error(`there are not ${back + 1} runs in the history`);
    return JSON.parse((await this.run(['history', 'show', id, '--json'])).stdout) as Run;
  }

  /** Processes of tasks that are still there. */
  survivors(): readonly string[] {
    return processesWith('RIG_SOCKET', this.env.RIG_SOCKET ?? '')
      .filter(({env, pid}) => env.PACELINE_RUN_ID !== undefined && isRunning(pid))
      .map(({pid, command}) => `${pid} ${command}`);
  }

  async #close(): Promise<void> {
    const unended = this.#programs.filter((program) => !program.hasEnded);
    const survivors = unended.length === 0 ? this.survivors() : [];
    for (const program of unended) program.signal('SIGKILL');
    for (const {pid} of processesWith('RIG_SOCKET', this.env.RIG_SOCKET ?? '')) kill(pid);
    await Promise.all(this.#programs.map((program) => program.ended));
    await this.#board.close();
    rmSync(this.#folder, {recursive: true, force: true, maxRetries: 3});
    if (survivors.length > 0) throw new Error(`processes survived their run:\n${survivors.join('\n')}`);
  }
}

/** Short enough for a Unix socket in it (108 bytes with its end). */
function temporaryFolder(): string {
  const prefix = `paceline-${process.env.RIG_SESSION ?? ''}-`;
  const usual = realpathSync(tmpdir());
  return mkdtempSync(join(usual.length < 70 ? usual : '/tmp', prefix));
}
