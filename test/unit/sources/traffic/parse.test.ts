// Interface counters from captured and from broken /proc/net/dev.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseNetDev } from '../../../../src/sources/traffic/parse.ts';

const HEAD =
  'Inter-|   Receive                                                |  Transmit\n' +
  ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n';

test('captured', () => {
  const text = readFileSync(
    join(import.meta.dirname, '../../../captures/proc/linux-6.18/acct-net-dev.txt'),
    'utf8',
  );
  const found = parseNetDev(text);
  expect(found?.map((one) => one.name)).toEqual(['lo', 'v0']);
  expect(found?.[1]).toMatchObject({ rxErrors: 0, txDropped: 0 });
  expect(found?.[1]?.txBytes).toBeGreaterThan(0);
});

test('each column goes to its field, also right behind the colon', () => {
  expect(parseNetDev(`${HEAD}eth0:1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n`)).toEqual([
    {
      name: 'eth0',
      rxBytes: 1,
      rxPackets: 2,
      rxErrors: 3,
      rxDropped: 4,
      txBytes: 9,
      txPackets: 10,
      txErrors: 11,
      txDropped: 12,
    },
  ]);
});

test('lines that are not counters are left out, other files are refused', () => {
  expect(parseNetDev(`${HEAD}eth0: 1 2 3\n\u0000\neth1: x\n`)).toEqual([]);
  expect(parseNetDev('')).toBeUndefined();
  expect(parseNetDev('permission denied')).toBeUndefined();
});

test('a hostile interface name is shown, not obeyed', () => {
  const line = `a\u001b[2Jb: ${Array.from({ length: 16 }, () => '1').join(' ')}\n`;
  expect(parseNetDev(HEAD + line)?.[0]?.name).toBe('a\\x1b[2Jb');
});

test('never throws', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseNetDev(HEAD + text)));
});
