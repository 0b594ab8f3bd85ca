// What is refused and what must be typed; and the overlap index against the plain definition.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mustType, nameNets, refusals, typedMatches } from '../../../src/actions/guards.ts';
import { outermost, rangeIndex } from '../../../src/actions/ranges.ts';
import type { SafeSet } from '../../../src/core/act.ts';
import { contains, makeNet, type Net, overlaps, parseNet } from '../../../src/core/address.ts';
import { unixMs } from '../../../src/core/brand.ts';
import { sanitise } from '../../../src/core/sanitise.ts';

const net = (text: string): Net => {
  const parsed = parseNet(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.value.net;
};

const safeSet = (entries: Readonly<Record<string, string>>): SafeSet => ({
  at: unixMs(0),
  entries: Object.entries(entries).map(([text, why]) => ({ net: net(text), why: sanitise(why) })),
  operatorFound: true,
  gaps: [],
});

const SAFE = safeSet({
  '127.0.0.0/8': 'loopback',
  '198.51.100.7': 'your ssh session',
  '192.0.2.1': 'the default gateway',
  '2001:db8::7': 'ssh session of root@pts/0',
  '10.0.0.0/8': 'allowed by the session file',
});

describe('refusals', () => {
  test.each([
    ['198.51.100.7', '198.51.100.7 is safe: your ssh session'],
    ['198.51.100.0/24', '198.51.100.0/24 covers 198.51.100.7: your ssh session'],
    ['10.20.30.40', '10.20.30.40 lies in 10.0.0.0/8: allowed by the session file'],
    ['2001:db8::/64', '2001:db8::/64 covers 2001:db8::7: ssh session of root@pts/0'],
    ['127.0.0.1', '127.0.0.1 lies in 127.0.0.0/8: loopback'],
    ['0.0.0.0/0', '0.0.0.0/0 is everybody, you included'],
    ['::/0', '::/0 is everybody, you included'],
    ['0.0.0.0/1', '0.0.0.0/1 covers 10.0.0.0/8: allowed by the session file (and 1 more safe addresses)'],
    ['128.0.0.0/1', '128.0.0.0/1 covers 198.51.100.7: your ssh session (and 1 more safe addresses)'],
  ])('%s: %s', (text, reason) => {
    expect(refusals([net(text)], SAFE)).toEqual([reason]);
  });

  test('a v4-mapped spelling of the operator is the operator', () => {
    expect(refusals([net('::ffff:198.51.100.7')], SAFE)).toHaveLength(1);
  });

  test('a stranger passes; nothing at all does not', () => {
    expect(refusals([net('203.0.113.9'), net('2001:db8:1::/48')], SAFE)).toEqual([]);
    expect(refusals([], SAFE)).toEqual(['no address was given']);
  });

  test('many reasons are counted, not listed', () => {
    const many = Array.from({ length: 30 }, (_, i) => net(`127.0.0.${i}`));
    const reasons = refusals(many, SAFE);
    expect(reasons).toHaveLength(6);
    expect(reasons.at(-1)).toBe('and 25 more of 30 touch the safe set');
  });
});

describe('what must be typed', () => {
  test.each([
    ['203.0.113.9', undefined],
    ['203.0.0.0/16', undefined],
    ['203.0.0.0/15', '203.0.0.0/15'],
    ['2001:db8::/32', undefined],
    ['2001:db8::/31', '2001:db8::/31'],
  ])('%s → %s', (text, typed) => {
    expect(mustType([net(text)])).toBe(typed);
  });

  test('the number of many rows', () => {
    const rows = (count: number): Net[] => Array.from({ length: count }, (_, i) => net(`203.0.113.${i}`));
    expect(mustType(rows(10))).toBeUndefined();
    expect(mustType(rows(11))).toBe('11');
  });

  test('what was typed is compared exactly, but for spaces and commas', () => {
    expect(typedMatches('10000', ' 10,000 ')).toBe(true);
    expect(typedMatches('203.0.0.0/15', '203.0.0.0/1')).toBe(false);
    expect(typedMatches('11', undefined)).toBe(false);
    expect(typedMatches('11', '')).toBe(false);
  });
});

const anyNet = fc
  .record({ six: fc.boolean(), value: fc.bigInt({ min: 0n, max: (1n << 12n) - 1n }), prefix: fc.nat(14) })
  .map(({ six, value, prefix }) => {
    const bits = six ? 128 : 32;
    return makeNet(six ? 6 : 4, value << BigInt(bits - 12), Math.min(bits, prefix));
  });

describe('overlap index', () => {
  test('finds what comparing every pair finds', () => {
    fc.assert(
      fc.property(fc.array(anyNet, { maxLength: 40 }), anyNet, (items, wanted) => {
        const found = rangeIndex(items, (one) => one).overlapping(wanted);
        const expected = items.filter((one) => overlaps(one, wanted));
        expect(found.map((one) => one.text).sort()).toEqual(expected.map((one) => one.text).sort());
      }),
    );
  });

  test('outermost covers the same addresses with nothing inside another', () => {
    fc.assert(
      fc.property(fc.array(anyNet, { maxLength: 40 }), (items) => {
        const kept = outermost(items);
        for (const item of items) expect(kept.some((one) => contains(one, item))).toBe(true);
        for (const [i, one] of kept.entries())
          for (const [j, other] of kept.entries()) expect(i !== j && contains(one, other)).toBe(false);
      }),
    );
  });
});

test('a batch is named by its count and first addresses', () => {
  expect(nameNets([net('192.0.2.9')])).toBe('192.0.2.9');
  expect(nameNets(['192.0.2.1', '192.0.2.2', '192.0.2.3'].map(net))).toBe(
    '3 addresses (192.0.2.1, 192.0.2.2, …)',
  );
});
