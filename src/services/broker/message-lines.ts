import type {Socket} from 'node:net';

/** Longer messages are not ours, bytes. */
const LONGEST = 16 * 1024 * 1024;

/** Hears JSON values, one a line. Whoever sends something else, or far too much, is hung up on. */
export function hearValues(socket: Socket, hear: (value: unknown) => void, longest = LONGEST): void {
  let parts: Buffer[] = [];
  let length = 0;
  socket.on('data', (chunk: Buffer) => {
    let rest = chunk;
    for (let end = rest.indexOf(10); end >= 0 && !socket.destroyed; end = rest.indexOf(10)) {
      const text = Buffer.concat([...parts, rest.subarray(0, end)]).toString();
      parts = [];
      length = 0;
      rest = rest.subarray(end + 1);
      const value = parsed(text);
      if (value === undefined) socket.destroy();
      else hear(value);
    }
    parts.push(rest);
    length += rest.length;
    if (length > longest) socket.destroy();
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
