import {createServer, type Server, type Socket} from 'node:net';
import {Invocation} from './invocation.ts';

/** The processes of one name. */
export class ControlledCommand {
  readonly name: string;
  readonly #waiting: Invocation[] = [];
  readonly #wanted: {resolve: (invocation: Invocation) => void; reject: (error: Error) => void}[] = [];
  #count = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** How often it was started so far. */
  get count(): number {
    return this.#count;
  }

  /** Resolves with the oldest invocation that was not asked for yet; rejects when nothing is left that could start one. */
  nextInvocation(): Promise<Invocation> {
    const invocation = this.#waiting.shift();
    return invocation === undefined
      ? new Promise((resolve, reject) => this.#wanted.push({resolve, reject}))
      : Promise.resolve(invocation);
  }

  add(invocation: Invocation): void {
    this.#count++;
    const wanted = this.#wanted.shift();
    if (wanted === undefined) this.#waiting.push(invocation);
    else wanted.resolve(invocation);
  }

  /** Nobody is left who could start it. */
  giveUp(reason: string): void {
    for (const {reject} of this.#wanted.splice(0)) reject(new Error(`"rig ${this.name}" was never started: ${reason}`));
  }
}

/** Where controlled processes call, and from where they are told what to do. */
export class Switchboard {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #commands = new Map<string, ControlledCommand>();

  /** Listens on a Unix socket. */
  static async open(path: string): Promise<Switchboard> {
    const board = new Switchboard();
    await new Promise<void>((resolve, reject) => {
      board.#server.once('error', reject);
      board.#server.listen(path, resolve);
    });
    return board;
  }

  private constructor() {
    this.#server = createServer((socket) => this.#answer(socket));
  }

  command(name: string): ControlledCommand {
    let command = this.#commands.get(name);
    if (command === undefined) {
      command = new ControlledCommand(name);
      this.#commands.set(name, command);
    }
    return command;
  }

  giveUp(reason: string): void {
    for (const command of this.#commands.values()) command.giveUp(reason);
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #answer(socket: Socket): void {
    this.#sockets.add(socket);
    let invocation: Invocation | undefined;
    let rest = '';
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const message = JSON.parse(line);
        if (invocation !== undefined) invocation.hear(message);
        else {
          invocation = new Invocation(message, socket);
          this.command(invocation.name).add(invocation);
        }
      }
    });
    // a killed process resets the connection: `close` follows
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
  }
}
