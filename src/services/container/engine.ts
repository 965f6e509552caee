import type {Readable} from 'node:stream';
import Docker from 'dockerode';
import type {PacelineError} from '../../base/error.ts';
import {engineCandidates, placeOf} from './engine-address.ts';
import {type FailedCandidate, lostEngine, missingEngine} from './missing-engine.ts';

/** How long an engine may take to say that it is there, ms. */
const ANSWER_MS = 5000;

/** docs.docker.com/reference/api/engine, SystemEvents */
interface EngineEvent {
  readonly Type: string;
  readonly Actor: {readonly ID: string; readonly Attributes?: {readonly exitCode?: string}};
}

/** A container engine that answers, watched as long as we use it. */
export class Engine {
  readonly address: string;
  /** `Docker 28.2`. */
  readonly name: string;
  /** How containers on it reach ports that they publish: an address of this machine, or the other machine's. */
  readonly host: string;
  readonly #docker: Docker;
  readonly #deaths = new Map<string, (exitCode: number) => void>();
  readonly #imageListeners = new Set<() => void>();
  readonly #lost: Promise<never>;
  #isLost = false;

  private constructor(address: string, name: string, docker: Docker, events: readonly Readable[]) {
    this.address = address;
    this.name = name;
    this.host = publishedHost(address);
    this.#docker = docker;
    this.#lost = new Promise((_, reject) => {
      for (const stream of events)
        stream.once('close', () => {
          this.#isLost = true;
          reject(lostEngine(address));
        });
    });
    this.#lost.catch(() => {});
    for (const stream of events) this.#hear(stream);
  }

  /**
   * The engine that programs of this environment use.
   * @param label of the containers whose end is heard of
   * @throws PacelineError E_NO_ENGINE
   */
  static async connect(env: Readonly<Record<string, string | undefined>>, label: string): Promise<Engine> {
    const failed: FailedCandidate[] = [];
    for (const candidate of engineCandidates(env)) {
      try {
        return await Engine.#open(candidate.address, label);
      } catch (error) {
        const {code, message} = error as NodeJS.ErrnoException;
        failed.push({candidate, code, message});
      }
    }
    throw missingEngine(failed, env);
  }

  static async #open(address: string, label: string): Promise<Engine> {
    const docker = dockerAt(address);
    const version = await within(ANSWER_MS, docker.version());
    // a stream ends when the engine does: nobody waits for the answer of a dead one
    const streams = [
      docker.getEvents({filters: {type: ['container'], event: ['die'], label: [label]}}),
      docker.getEvents({filters: {type: ['image']}}),
    ];
    const events = (await within(ANSWER_MS, Promise.all(streams))) as Readable[];
    const [component] = (version as {readonly Components?: readonly {readonly Name: string}[]}).Components ?? [];
    const name = /podman/i.test(component?.Name ?? '') ? 'Podman' : 'Docker';
    return new Engine(address, `${name} ${version.Version}`, docker, events);
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  /**
   * Asks the engine for something.
   * @throws PacelineError E_NO_ENGINE when it went away
   * @throws the engine's own error, with `statusCode`
   */
  async ask<Answer>(question: (docker: Docker) => Promise<Answer>): Promise<Answer> {
    if (this.#isLost) throw this.lost();
    try {
      return await Promise.race([question(this.#docker), this.#lost]);
    } catch (error) {
      if (!isGone(error)) throw error;
      this.#isLost = true;
      throw this.lost();
    }
  }

  lost(): PacelineError {
    return lostEngine(this.address);
  }

  /** Calls back when a container ends. */
  onDeath(id: string, tell: (exitCode: number) => void): void {
    this.#deaths.set(id, tell);
  }

  forget(id: string): void {
    this.#deaths.delete(id);
  }

  /** Calls back when an image came, went, or got another name. @returns ends that */
  onImages(tell: () => void): () => void {
    this.#imageListeners.add(tell);
    return () => this.#imageListeners.delete(tell);
  }

  #hear(events: Readable): void {
    let text = '';
    events.setEncoding('utf8');
    events.on('error', () => {});
    events.on('data', (chunk: string) => {
      const lines = `${text}${chunk}`.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        if (line.trim() === '') continue;
        const {Type, Actor} = JSON.parse(line) as EngineEvent;
        if (Type === 'image') for (const tell of this.#imageListeners) tell();
        else this.#deaths.get(Actor.ID)?.(Number(Actor.Attributes?.exitCode ?? -1));
      }
    });
  }
}

/** What the engine knows nothing of: it is gone already. */
export function isUnknown(error: unknown): boolean {
  return (error as {readonly statusCode?: number}).statusCode === 404;
}

/** What the engine says, without the words of its transport. */
export function engineMessage(error: unknown): string {
  const {json, message} = error as {readonly json?: {readonly message?: string}; readonly message: string};
  return json?.message ?? message.replace(/^\(HTTP code \d+\) [\w ]+ - /, '').trim();
}

/** A client of the engine at an address. */
export function dockerAt(address: string): Docker {
  const {isSecure, ...place} = placeOf(address);
  return new Docker('socketPath' in place ? place : {...place, protocol: isSecure ? 'https' : 'http'});
}

/** @throws when it takes longer */
export async function within<Value>(ms: number, promise: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function isGone(error: unknown): boolean {
  const {code} = error as NodeJS.ErrnoException;
  return code === 'ECONNREFUSED' || code === 'ENOENT' || code === 'ECONNRESET' || code === 'EPIPE';
}

function publishedHost(address: string): string {
  const {protocol, hostname} = new URL(address);
  return protocol === 'unix:' || hostname === 'localhost' ? '127.0.0.1' : hostname;
}
