import {chmodSync, rmSync} from 'node:fs';
import {createServer, type Server, type Socket} from 'node:net';
import type {Broker} from './broker.ts';
import {errorReply, LeavingError} from './errors.ts';
import {hearValues} from './message-lines.ts';
import {isMessage, type Message, type Reply} from './protocol.ts';
import {Visitor} from './visitor.ts';

/** How often leases of silent clients are looked for, ms. */
const LOOK_MS = 1000;
/** When the last look is longer ago, this process was frozen itself: what clients have said meanwhile is still to be read, ms. */
const FROZEN_MS = 3000;
/** How long to wait for somebody who wants something, ms: clients of one run come one behind the other. */
const FIRST_MS = 10_000;

export interface BrokerServerOptions {
  readonly socket: string;
  /** How long to stay without clients and leases, ms; 0: ends with its last client. */
  readonly idleMs: number;
  /** Nobody needs it any more: everything is taken away, the socket first. */
  readonly onIdle: () => void;
  readonly report: (message: string) => void;
}

/** Takes requests on a Unix socket that only its user can open. */
export class BrokerServer {
  readonly #broker: Broker;
  readonly #options: BrokerServerOptions;
  readonly #server: Server;
  readonly #visitors = new Map<Socket, Visitor>();
  #lookedAt = performance.now();
  /** Whether anybody has asked for anything since it listens. */
  #wasAsked = false;
  #idle: NodeJS.Timeout | undefined;
  #isClosed = false;

  private constructor(broker: Broker, options: BrokerServerOptions) {
    this.#broker = broker;
    this.#options = options;
    this.#server = createServer((socket) => this.#welcome(socket));
  }

  static async listen(broker: Broker, options: BrokerServerOptions): Promise<BrokerServer> {
    const one = new BrokerServer(broker, options);
    // whoever has the lock is the only one: what lies here is of a dead one
    rmSync(options.socket, {force: true});
    await new Promise<void>((resolve, reject) => {
      one.#server.once('error', reject);
      one.#server.listen(options.socket, resolve);
    });
    chmodSync(options.socket, 0o600);
    setInterval(() => {
      one.#lookForSilent();
      broker.tend();
    }, LOOK_MS).unref();
    one.#waitForNext();
    return one;
  }

  /** Nobody new is welcome; those who are there hear that their leases have ended when this process does. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#idle);
    // its socket file goes with it: who wants something finds that nobody is there, and starts the next broker
    this.#server.close();
  }

  #welcome(socket: Socket): void {
    clearTimeout(this.#idle);
    const visitor = new Visitor();
    this.#visitors.set(socket, visitor);
    socket.on('error', () => {});
    hearValues(socket, (value) => {
      if (isMessage(value)) void this.#hear(value, socket, visitor);
      else socket.destroy();
    });
    socket.once('close', () => {
      this.#visitors.delete(socket);
      void this.#broker.forget(visitor).then(() => this.#waitForNext());
    });
  }

  async #hear({number, request}: Message, socket: Socket, visitor: Visitor): Promise<void> {
    this.#wasAsked = true;
    let reply: Reply;
    try {
      if (request.kind === 'shutdown') {
        if (!request.ifEmpty || this.#broker.isEmpty) return this.#options.onIdle();
        reply = {number, answer: null};
      } else reply = {number, answer: await this.#broker.answer(request, visitor)};
    } catch (error) {
      // whoever is hung up on asks the next one
      if (error instanceof LeavingError) return void socket.destroy();
      this.#options.report(`${request.kind}: ${(error as Error).stack}`);
      reply = {number, error: errorReply(error)};
    }
    // what was granted to somebody who has gone meanwhile
    if (socket.destroyed) await this.#broker.forget(visitor);
    else socket.write(`${JSON.stringify(reply)}\n`);
  }

  #waitForNext(): void {
    if (this.#visitors.size > 0 || this.#isClosed) return;
    const {idleMs} = this.#options;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#leaveWhenIdle(), this.#wasAsked ? idleMs : Math.max(FIRST_MS, idleMs));
  }

  #leaveWhenIdle(): void {
    if (this.#visitors.size > 0 || this.#isClosed) return;
    // a database that somebody wants to look at
    if (!this.#broker.isIdle && this.#options.idleMs > 0) {
      this.#waitForNext();
      return;
    }
    this.#options.onIdle();
  }

  #lookForSilent(): void {
    const now = performance.now();
    const wasFrozen = now - this.#lookedAt > FROZEN_MS;
    this.#lookedAt = now;
    if (wasFrozen) return;
    for (const [socket, visitor] of this.#visitors) {
      if (!visitor.hasExpired) continue;
      this.#options.report(`a client was silent for ${Math.round(visitor.silentMs)} ms: its leases have expired`);
      socket.destroy();
    }
  }
}
