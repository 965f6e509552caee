/** A socket that takes connections or packets. */
export interface Listener {
  /** `tcp 0.0.0.0:80`, for people. */
  readonly words: string;
  readonly protocol: string;
  readonly port: number;
  /** Nobody outside of its network can reach it. */
  readonly isLoopback: boolean;
}

/** Prints the kernel's tables of sockets, each behind its name. */
export const LISTENING_LINE =
  'for table in tcp tcp6 udp udp6; do echo "= $table"; cat /proc/net/$table 2>/dev/null; done';

/** States of sockets that wait for somebody: TCP_LISTEN, and TCP_CLOSE, which is that of every unconnected UDP socket; include/net/tcp_states.h */
const WAITING: Readonly<Record<string, string>> = {tcp: '0A', tcp6: '0A', udp: '07', udp6: '07'};

/** Reads what LISTENING_LINE prints; proc_net_tcp in the kernel's documentation. */
export function listenersIn(text: string): readonly Listener[] {
  let protocol = '';
  return text.split('\n').flatMap((line) => {
    if (line.startsWith('= ')) {
      protocol = line.slice(2);
      return [];
    }
    const [, local = '', , state] = line.trim().split(/\s+/);
    const [address = '', port = ''] = local.split(':');
    if (state !== WAITING[protocol] || !/^[0-9A-F]{4}$/.test(port)) return [];
    const number = Number.parseInt(port, 16);
    return [
      {
        words: `${protocol} ${addressWords(address)}:${number}`,
        protocol,
        port: number,
        isLoopback: isLoopback(address),
      },
    ];
  });
}

/** Bytes of each word stand in the order of the machine: little-endian ones are all that there are today. */
function addressWords(hex: string): string {
  const words = hex.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => (word.match(/../g) ?? []).reverse());
  if (bytes.length === 4) return bytes.map((byte) => Number.parseInt(byte, 16)).join('.');
  return bytes.every((byte) => byte === '00')
    ? '[::]'
    : `[${bytes
        .join('')
        .replaceAll(/(.{4})(?=.)/g, '$1:')
        .toLowerCase()}]`;
}

/** 127.0.0.0/8, ::1, and the first one written as IPv6. */
function isLoopback(hex: string): boolean {
  return /^......7F$/.test(hex) || hex === '00000000000000000000000001000000' || /^0{16}FFFF0000......7F$/.test(hex);
}
