import {randomUUID} from 'node:crypto';
import type {Duplex} from 'node:stream';
import type {StartLimit} from '../start-limits.ts';
import type {Engine} from './engine.ts';

/** What a command in a container came to. */
export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Pending {
  readonly settle: (outcome: CommandResult | Error) => void;
  readonly mark: string;
  stdout: string;
  stderr: string;
}

/** Of a frame of the engine's stream: number of the stream, three bytes of nothing, length; docs.docker.com/reference/api/engine, ContainerAttach. */
const HEADER = 8;
const STDERR = 2;
const PID_PAUSE_MS = 5;

/**
 * One shell in a container, open as long as it is needed: commands run in it one after the other. A `docker exec` of its own for each
 * would cost about a hundred times as much.
 */
export class ExecSession {
  readonly #stream: Duplex;
  readonly #token = randomUUID();
  #turn: Promise<unknown> = Promise.resolve();
  #pending: Pending | undefined;
  #rest = Buffer.alloc(0);
  #serial = 0;
  /** What came while nobody asked: why it could not be started. */
  #stray = '';
  #end: Error | undefined;
  #pid = 0;

  private constructor(stream: Duplex) {
    this.#stream = stream;
    stream.on('data', (chunk: Buffer) => this.#hear(chunk));
    stream.on('error', () => {});
    for (const event of ['end', 'close'] as const)
      stream.once(event, () => this.#close(new Error(`the shell in the container ended\n${this.#stray}`.trimEnd())));
  }

  /**
   * @param container its id
   * @param user whom commands run as; undefined: as the image says
   * @throws when there is no /bin/sh in it
   */
  static async open(engine: Engine, container: string, limit: StartLimit, user?: string): Promise<ExecSession> {
    const streams = {AttachStdin: true, AttachStdout: true, AttachStderr: true, Tty: false};
    const options = {Cmd: ['/bin/sh'], ...streams, ...(user !== undefined && {User: user})};
    const exec = await engine.ask((docker) => docker.getContainer(container).exec(options));
    const stream = await engine.ask(() => exec.start({hijack: true, stdin: true}));
    const session = new ExecSession(stream);
    // what cannot be started says so only in the stream
    await session.run(':', limit);
    session.#pid = await pidOf(() => engine.ask(() => exec.inspect()), limit);
    return session;
  }

  /** Of the shell, on the machine of the engine. */
  get pid(): number {
    return this.#pid;
  }

  get isOpen(): boolean {
    return this.#end === undefined;
  }

  /**
   * Runs a shell line in a subshell of its own, when those before have ended.
   * @throws when it takes longer than it may, or the session ends: it is of no use any more then
   */
  run(line: string, limit: StartLimit): Promise<CommandResult> {
    const result = this.#turn.then(() => this.#runNow(line, limit));
    this.#turn = result.catch(() => {});
    return result;
  }

  close(): void {
    this.#stream.destroy();
  }

  #runNow(line: string, {ms, origin}: StartLimit): Promise<CommandResult> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    const mark = `${this.#token} ${++this.#serial}`;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#close(new Error(`\`${line}\` did not end within ${Math.round(ms)} ms (${origin})`));
        this.close();
      }, ms);
      const settle = (outcome: CommandResult | Error): void => {
        clearTimeout(timer);
        this.#pending = undefined;
        if (outcome instanceof Error) reject(outcome);
        else resolve(outcome);
      };
      this.#pending = {settle, mark, stdout: '', stderr: ''};
      // both streams say where the command ended: nothing orders one behind the other
      this.#stream.write(
        `( eval ${quoted(line)} ) </dev/null; set -- $?; echo; echo "${mark} $1"; { echo; echo "${mark} $1"; } >&2\n`,
      );
    });
  }

  #hear(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= HEADER) {
      const end = HEADER + this.#rest.readUInt32BE(4);
      if (this.#rest.length < end) return;
      this.#take(this.#rest[0] === STDERR ? 'stderr' : 'stdout', this.#rest.toString('latin1', HEADER, end));
      this.#rest = this.#rest.subarray(end);
    }
  }

  #take(name: 'stdout' | 'stderr', text: string): void {
    const pending = this.#pending;
    this.#stray = `${this.#stray}${text}`.slice(-2000);
    if (pending === undefined) return;
    pending[name] += text;
    const [stdout, stderr] = [upTo(pending.stdout, pending.mark), upTo(pending.stderr, pending.mark)];
    if (stdout === undefined || stderr === undefined) return;
    this.#stray = '';
    pending.settle({exitCode: stdout.exitCode, stdout: stdout.text, stderr: stderr.text});
  }

  #close(reason: Error): void {
    this.#end ??= reason;
    this.#pending?.settle(this.#end);
  }
}

/** The engine may pass on what a shell prints before it has noted its number. */
async function pidOf(
  inspect: () => Promise<{readonly Pid: number; readonly Running: boolean}>,
  {ms}: StartLimit,
): Promise<number> {
  for (const deadline = performance.now() + ms; ; ) {
    const {Pid, Running} = await inspect();
    if (Pid > 0 || !Running || performance.now() > deadline) return Pid;
    await new Promise((resolve) => setTimeout(resolve, PID_PAUSE_MS));
  }
}

/** What came before the mark, and the number behind it; undefined: it is not there yet. */
function upTo(text: string, mark: string): {readonly text: string; readonly exitCode: number} | undefined {
  const at = text.lastIndexOf(`\n${mark} `);
  const end = text.indexOf('\n', at + 1);
  if (at < 0 || end < 0) return undefined;
  const exitCode = Number(text.slice(at + mark.length + 2, end));
  // bytes were kept as they are: a letter may have come in two frames
  return {text: Buffer.from(text.slice(0, at), 'latin1').toString('utf8'), exitCode};
}

/** As one word of a POSIX shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
