import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeNet } from '../../../../src/core/address.ts';
import { findAddresses } from '../../../../src/sources/logs/addresses.ts';

const found = (text: string): string[] => findAddresses(text).map(({ net }) => net.text);

describe('findAddresses', () => {
  test.each([
    ['203.0.113.7', ['203.0.113.7']],
    ['from 203.0.113.7.', ['203.0.113.7']],
    ['rhost=203.0.113.7,', ['203.0.113.7']],
    ['203.0.113.7:443 [203.0.113.8]:25', ['203.0.113.7', '203.0.113.8']],
    ['client:203.0.113.7', ['203.0.113.7']],
    ['http://203.0.113.7/x', ['203.0.113.7']],
    ['net 203.0.113.0/24', ['203.0.113.0']],
    ['[2001:db8::7]:22 and 2001:DB8:0::8.', ['2001:db8::7', '2001:db8::8']],
    ['ip:2001:db8::7', ['2001:db8::7']],
    ['::ffff:203.0.113.7', ['203.0.113.7']],
    ['b 203.0.113.9 a 2001:db8::1 c 203.0.113.8', ['203.0.113.9', '2001:db8::1', '203.0.113.8']],
    ['fe80::', ['fe80::']],
  ])('%s', (text, expected) => {
    expect(found(text)).toEqual(expected);
  });

  test.each([
    '1.2.3.4.5',
    '010.1.1.1',
    '1.2.3',
    '256.1.1.1',
    'v1.2.3.4',
    'Chrome/118.0.0.0',
    '192.0.2.1.example.org',
    'host-192.0.2.1',
    '6.1.0.1-amd64',
    '%201.2.3.4',
    '1234567.2.3.4',
    'std::string',
    'fe80::1%eth0',
    '12:34:56',
    '00:11:22:33:44:55',
    '::',
    '2001:db8::7g',
  ])('nothing in %s', (text) => {
    expect(found(text)).toEqual([]);
  });

  test('every canonical address between spaces is found, with its columns', () => {
    const net = fc.oneof(
      fc.bigInt({ min: 0n, max: 2n ** 32n - 1n }).map((value) => makeNet(4, value, 32)),
      fc.bigInt({ min: 2n ** 112n, max: 2n ** 128n - 1n }).map((value) => makeNet(6, value, 128)),
    );
    fc.assert(
      fc.property(fc.array(net, { maxLength: 20 }), (nets) => {
        const text = nets.map((one) => one.text).join(' ');
        const all = findAddresses(text);
        expect(all.map((one) => one.net.text)).toEqual(nets.map((one) => one.text));
        for (const { net: one, start, end } of all) expect(text.slice(start, end)).toBe(one.text);
      }),
    );
  });

  test('a line full of addresses is bounded', () => {
    expect(found('203.0.113.7 '.repeat(300))).toHaveLength(64);
  });
});
