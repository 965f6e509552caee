import {connect, type Socket} from 'node:net';
import {PacelineError} from '../../base/error.ts';
import {hearValues} from '../broker/message-lines.ts';
import {type Answers, isReply, type Reply, type Request} from '../broker/protocol.ts';

interface Pending {
  /** Whether the process stays for the answer. */
  readonly isAwaited: boolean;
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
}

/** The broker went away before it answered. */
export class BrokerGoneError extends Error {
  override readonly name = 'BrokerGoneError';
}

/** A connection to the broker. As long as it is open, the leases of its client hold; the kernel closes it with the process. */
export class BrokerConnection {
  readonly #socket: Socket;
  readonly #pending = new Map<number, Pending>();
  #number = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    hearValues(socket, (reply) => {
      // somebody else's socket
      if (isReply(reply)) this.#hear(reply);
      else socket.destroy();
    });
    socket.on('error', () => {});
    socket.once('close', () => {
      for (const {reject} of this.#pending.values()) reject(new BrokerGoneError('the broker went away'));
      this.#pending.clear();
    });
  }

  /** @returns undefined when nobody listens there */
  static open(path: string): Promise<BrokerConnection | undefined> {
    return new Promise((resolve) => {
      const socket = connect(path);
      socket.once('connect', () => resolve(new BrokerConnection(socket)));
      socket.once('error', () => resolve(undefined));
    });
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed && this.#socket.writable;
  }

  /**
   * @throws PacelineError what the broker says
   * @throws BrokerGoneError
   */
  ask<Kind extends Request['kind']>(request: Extract<Request, {kind: Kind}>): Promise<Answers[Kind]> {
    if (!this.isOpen) return Promise.reject(new BrokerGoneError('the broker went away'));
    const number = ++this.#number;
    return new Promise<Answers[Kind]>((resolve, reject) => {
      const isAwaited = request.kind !== 'beat';
      this.#pending.set(number, {isAwaited, resolve, reject});
      if (isAwaited) this.#socket.ref();
      this.#socket.write(`${JSON.stringify({number, request})}\n`);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #hear(reply: Reply): void {
    const pending = this.#pending.get(reply.number);
    this.#pending.delete(reply.number);
    // a process that has nothing else to do may end, and gives its leases back by that
    if ([...this.#pending.values()].every(({isAwaited}) => !isAwaited)) this.#socket.unref();
    if ('answer' in reply) {
      pending?.resolve(reply.answer as never);
      return;
    }
    const {code, message, ...details} = reply.error;
    pending?.reject(new PacelineError(code, message, details));
  }
}
