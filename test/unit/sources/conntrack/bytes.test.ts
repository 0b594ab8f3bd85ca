// The byte readers accept exactly what core/address accepts, and read the same value.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseHost } from '../../../../src/core/address.ts';
import { readV4, readV6 } from '../../../../src/sources/conntrack/bytes.ts';

function read(text: string): Readonly<{ family: 4 | 6; value: bigint }> | undefined {
  const bytes = Buffer.from(`##${text}##`);
  const end = bytes.length - 2;
  const v4 = readV4(bytes, 2, end);
  if (v4 >= 0) return { family: 4, value: BigInt(v4) };
  const key = new Uint32Array(4);
  const family = readV6(bytes, 2, end, key);
  if (family === 0) return undefined;
  return { family, value: key.reduce((value, word) => (value << 32n) | BigInt(word), 0n) };
}

function expected(text: string): ReturnType<typeof read> {
  const parsed = parseHost(text);
  return parsed.ok ? { family: parsed.value.family, value: parsed.value.value } : undefined;
}

test.each([
  '192.0.2.1',
  '0.0.0.0',
  '255.255.255.255',
  '256.0.0.1',
  '010.1.1.1',
  '1.2.3',
  '1.2.3.4.5',
  '1..2.3',
  '.1.2.3.4',
  '1.2.3.4.',
  '00.0.0.0',
  '1.2.3.4 ',
  '::',
  '::1',
  '1::',
  '2001:db8::1',
  '2001:0db8:0000:0000:0000:0000:0000:0001',
  '1:2:3:4:5:6:7:8',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1::2::3',
  ':1',
  '1:',
  ':::',
  '1:::2',
  '12345::',
  'g::',
  '::ffff:192.0.2.1',
  '::ffff:c000:201',
  '::192.0.2.1',
  '1:2:3:4:5:6:7::',
  '::2:3:4:5:6:7:8',
  '1::2:3:4:5:6:7:8',
  'fe80::1%eth0',
  '',
])('%s', (text) => {
  expect(read(text)).toEqual(expected(text));
});

test('agrees with the strict parser on anything made of address characters', () => {
  const characters = fc.constantFrom(...'0123456789abcdefABCDEF:.%/ g');
  fc.assert(
    fc.property(fc.array(characters, { maxLength: 42 }), (text) => {
      // Networks are not hosts: parseHost takes "/128", a flow never has one.
      fc.pre(!text.includes('/'));
      expect(read(text.join(''))).toEqual(expected(text.join('')));
    }),
    { numRuns: 2000 },
  );
});

test('reads every canonical and every full spelling', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
      expect(read(text)).toEqual(expected(text));
    }),
    { numRuns: 2000 },
  );
});
