// The one address parser: strict in, canonical out. A spelling that tools disagree about never gets through.

import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, it } from 'vitest';
import {
  compareNets,
  contains,
  isHost,
  makeNet,
  type Net,
  overlaps,
  parseHost,
  parseNet,
  sizeOf,
  widen,
} from '../../../src/core/address.ts';

function net(text: string): Net {
  const parsed = parseNet(text);
  if (!parsed.ok) throw new Error(parsed.problem.summary);
  return parsed.value.net;
}

const v4 = fc.bigInt({ min: 0n, max: 0xffffffffn });
const v6 = fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }).filter((value) => value >> 32n !== 0xffffn);
const anyNet = fc.oneof(
  fc.tuple(v4, fc.integer({ min: 0, max: 32 })).map(([value, prefix]) => makeNet(4, value, prefix)),
  fc.tuple(v6, fc.integer({ min: 0, max: 128 })).map(([value, prefix]) => makeNet(6, value, prefix)),
);

describe('parsing', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['192.0.2.0/24', '192.0.2.0/24'],
    ['192.0.2.1/32', '192.0.2.1'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8::/32', '2001:db8::/32'],
    ['::', '::'],
    ['::1/128', '::1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:0201', '192.0.2.1'],
    ['::ffff:192.0.2.0/120', '192.0.2.0/24'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ])('%s is %s', (text, canonical) => {
    expect(net(text).text).toBe(canonical);
  });

  it.each([
    '1.2.3.4; flush ruleset',
    '1.2.3.4 }',
    '1.2.3.4\n',
    '\n1.2.3.4',
    '$(id)',
    '`id`',
    '-1.2.3.4',
    '--help',
    '',
    '010.1.1.1',
    '1.2.3',
    '127.1',
    '16909060',
    '0x01020304',
    '1.2.3.4 ',
    ' 1.2.3.4',
    '１.2.3.4',
    '1.2.3.256',
    '1.2.3.4.5',
    'fe80::1%eth0',
    '[::1]:22',
    '[::1]',
    '1.2.3.4:443',
    'localhost',
    '1.2.3.4/33',
    '1.2.3.4/-1',
    '1.2.3.4/024',
    '1.2.3.4/ 24',
    '1.2.3.4/24/8',
    '1.2.3.4/',
    '::/129',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    ':1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:',
    '::1.2.3',
    '1.2.3.4::',
    '0.0.0.0/0x0',
    'a'.repeat(10_000),
    '１２７.0.0.1',
    '٣.2.3.4',
  ])('%j is refused', (text) => {
    expect(parseNet(text)).toMatchObject({ ok: false, problem: { code: 'bad-input' } });
  });

  it('says which spelling is the matter', () => {
    const hint = (text: string) => {
      const parsed = parseNet(text);
      return parsed.ok ? undefined : parsed.problem.hint;
    };
    expect(hint('010.1.1.1')).toMatch(/octal/);
    expect(hint('fe80::1%eth0')).toMatch(/zone/);
    expect(hint('1.2.3.4:443')).toMatch(/port/);
  });

  it('shows that host bits widened a network', () => {
    expect(parseNet('192.0.2.77/24')).toMatchObject({
      ok: true,
      value: { widened: true, net: { text: '192.0.2.0/24' } },
    });
    expect(parseNet('192.0.2.0/24')).toMatchObject({ ok: true, value: { widened: false } });
    expect(parseNet('2001:db8::1/64')).toMatchObject({
      ok: true,
      value: { widened: true, net: { text: '2001:db8::/64' } },
    });
  });

  it('takes a single address where one is needed', () => {
    expect(parseHost('192.0.2.0/24')).toMatchObject({ ok: false });
    expect(parseHost('192.0.2.1/32')).toMatchObject({ ok: true });
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseNet(text)));
  });

  it('agrees with an independent library on every address both accept', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const parsed = parseNet(text);
        expect(parsed.ok).toBe(ipaddr.isValid(text));
        if (!parsed.ok) return;
        const other = ipaddr.process(text);
        expect(other.toByteArray().reduce((value, byte) => (value << 8n) | BigInt(byte), 0n)).toBe(
          parsed.value.net.value,
        );
      }),
    );
  });
});

describe('printing', () => {
  it('parse undoes print', () => {
    fc.assert(
      fc.property(anyNet, (one) => {
        expect(net(one.text)).toEqual(one);
      }),
    );
  });

  it('is what RFC 5952 asks for', () => {
    fc.assert(
      fc.property(v6, (value) => {
        const bytes = Array.from({ length: 16 }, (_, index) =>
          Number((value >> BigInt(120 - 8 * index)) & 0xffn),
        );
        expect(makeNet(6, value, 128).text).toBe(new ipaddr.IPv6(bytes).toRFC5952String());
      }),
    );
  });
});

describe('comparing', () => {
  it('contains and overlaps agree with counting', () => {
    expect(contains(net('192.0.2.0/24'), net('192.0.2.9'))).toBe(true);
    expect(contains(net('192.0.2.0/24'), net('192.0.3.9'))).toBe(false);
    expect(contains(net('192.0.2.9'), net('192.0.2.0/24'))).toBe(false);
    expect(contains(net('0.0.0.0/0'), net('2001:db8::1'))).toBe(false);
    expect(overlaps(net('192.0.2.9'), net('192.0.2.0/24'))).toBe(true);
    expect(sizeOf(net('192.0.2.0/24'))).toBe(256n);
    expect(sizeOf(net('::/0'))).toBe(1n << 128n);
  });

  it('a widened network holds what it was made from', () => {
    fc.assert(
      fc.property(anyNet, fc.integer({ min: 0, max: 128 }), (one, prefix) => {
        const wide = widen(one, Math.min(prefix, one.prefix));
        expect(contains(wide, one)).toBe(true);
        expect(isHost(wide)).toBe(wide.prefix === (wide.family === 4 ? 32 : 128));
      }),
    );
  });

  it('orders totally', () => {
    fc.assert(
      fc.property(anyNet, anyNet, (a, b) => {
        expect(Math.sign(compareNets(a, b))).toBe(-Math.sign(compareNets(b, a)) + 0);
        expect(compareNets(a, b) === 0).toBe(a.text === b.text);
      }),
    );
  });
});
