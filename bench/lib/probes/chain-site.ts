import {execFileSync} from 'node:child_process';
import {existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {measure} from '../measure.ts';
import {outputFoldersOf, setAside} from '../outputs.ts';
import type {Runner} from '../runner.ts';
import {commandAt, makeSite, type Site, stopDaemon} from '../site.ts';
import {type Workload, workloadOf} from '../workload.ts';
import {chain, chainShape, letterOf} from '../workloads/chain.ts';

type Letter = 'a' | 'b' | 'c';

/** What a build of the whole chain did. */
export interface Build {
  /** The packages whose commands were run: `a b`, or `none`. */
  readonly ran: string;
  readonly printed: string;
}

export type Variables = Readonly<Record<'DECLARED' | 'SECRET', string>>;

export const usual: Variables = {DECLARED: 'first', SECRET: 'hidden'};

/** The chain of three packages, with one runner. */
export class ChainSite {
  readonly #workload: Workload;
  readonly #site: Site;
  readonly #marks: string;
  readonly #log: string;

  constructor(runner: Runner, parent: string) {
    mkdirSync(parent, {recursive: true});
    this.#marks = join(parent, 'marks');
    this.#log = join(parent, 'log');
    this.#workload = workloadOf(chain(this.#marks), chainShape);
    this.#site = makeSite(runner, this.#workload, parent);
  }

  /** Throws CommandFailed. */
  async build(variables: Variables = usual, output: 'usual' | 'reasons' = 'usual'): Promise<Build> {
    rmSync(this.#marks, {force: true});
    const command = commandAt(this.#site, {task: 'build', cache: 'on', output});
    await measure([{...command, env: {...command.env, ...variables}}], this.#log);
    const ran = existsSync(this.#marks)
      ? readFileSync(this.#marks, 'utf8').trim().split('\n').sort().join(' ')
      : 'none';
    return {ran, printed: readFileSync(this.#log, 'utf8')};
  }

  /** All sources as at the start, all outputs as they should be. */
  async reset(): Promise<void> {
    const {kind, members, shape} = this.#workload;
    for (const member of members) {
      for (const [path, text] of Object.entries(kind.filesOf(member, shape))) {
        const file = join(this.#site.folder, member.folder, path);
        if (readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
      }
    }
    this.takeOutputs();
    await this.build();
  }

  /** Moves all outputs away. */
  takeOutputs(): void {
    setAside(this.#site.folder, outputFoldersOf(this.#workload), this.#site.aside);
  }

  /** '' when there is no such file. */
  read(letter: Letter, path: string): string {
    const file = this.#file(letter, path);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  write(letter: Letter, path: string, text: string): void {
    writeFileSync(this.#file(letter, path), text);
  }

  /** Another content of the same length, with the time put back to the nanosecond, which Node's own utimes cannot. */
  writeUnseen(letter: Letter, path: string, text: string): void {
    const file = this.#file(letter, path);
    if (Buffer.byteLength(text) !== statSync(file).size) throw new RangeError(`${path} would get another size`);
    const original = `${this.#log}.original`;
    execFileSync('cp', ['-p', file, original]);
    writeFileSync(file, text);
    execFileSync('touch', ['-r', original, file]);
  }

  remove(letter: Letter, path: string): void {
    rmSync(this.#file(letter, path));
  }

  exists(letter: Letter, path: string): boolean {
    return existsSync(this.#file(letter, path));
  }

  isExecutable(letter: Letter, path: string): boolean {
    return this.exists(letter, path) && (statSync(this.#file(letter, path)).mode & 0o111) === 0o111;
  }

  /** Where a link points; undefined for anything else. */
  targetOf(letter: Letter, path: string): string | undefined {
    const file = this.#file(letter, path);
    const status = lstatSync(file, {throwIfNoEntry: false});
    return status?.isSymbolicLink() ? readlinkSync(file) : undefined;
  }

  close(): void {
    stopDaemon(this.#site);
  }

  #file(letter: Letter, path: string): string {
    const member = this.#workload.members.find((one) => letterOf(one) === letter);
    return join(this.#site.folder, member?.folder ?? '', path);
  }
}
