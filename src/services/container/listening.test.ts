import {expect, it} from 'vitest';
import {listenersIn} from './listening.ts';

it('finds what waits for somebody', () => {
  const text = `= tcp
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
   1: 0100007F:1538 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2 1 0 100 0 0 10 0
   2: 0200A8C0:0050 0100A8C0:9C40 01 00000000:00000000 00:00000000 00000000     0        0 3 1 0 20 4 30 10 -1
= tcp6
  sl  local_address                         remote_address                        st tx_queue
   0: 00000000000000000000000000000000:01BB 00000000000000000000000000000000:0000 0A 00000000:00000000
   1: 00000000000000000000000001000000:01BC 00000000000000000000000000000000:0000 0A 00000000:00000000
   2: 0000000000000000FFFF00000100007F:01BD 00000000000000000000000000000000:0000 0A 00000000:00000000
= udp
   0: 00000000:0035 00000000:0000 07 00000000:00000000
= udp6
`;
  expect(
    listenersIn(text).map(({words, isLoopback}) => `${words}${isLoopback ? ' (loopback)' : ''}`),
  ).toMatchInlineSnapshot(`
    [
      "tcp 0.0.0.0:80",
      "tcp 127.0.0.1:5432 (loopback)",
      "tcp6 [::]:443",
      "tcp6 [0000:0000:0000:0000:0000:0000:0000:0001]:444 (loopback)",
      "tcp6 [0000:0000:0000:0000:0000:ffff:7f00:0001]:445 (loopback)",
      "udp 0.0.0.0:53",
    ]
  `);
});
