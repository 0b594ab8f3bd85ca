// Where TCP listens, from the kernel's table.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseListeners } from '../../../../src/actions/shields/listening.ts';

const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const row = (local: string, state: string): string =>
  `   0: ${local} ${'0'.repeat(local.indexOf(':'))}:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 1 1\n`;

test('listeners that others can reach, with the address where it is one', () => {
  const table =
    HEAD +
    row('00000000:0016', '0A') +
    row('0100007F:0019', '0A') +
    row('057100CB:0050', '0A') +
    row('057100CB:0051', '01') +
    row('00000000000000000000000000000000:01BB', '0A') +
    row('00000000000000000000000001000000:0277', '0A');
  expect(parseListeners(table).map(({ port, family, address }) => [port, family, address?.text])).toEqual([
    [22, 4, undefined],
    [80, 4, '203.0.113.5'],
    [443, 6, undefined],
  ]);
});

test('never throws, whatever the bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expect(parseListeners(HEAD + Buffer.from(bytes).toString('latin1'))).toEqual([]);
    }),
  );
});
