// Plain lists as people publish them: everything that is an address is taken once, everything else is named by its place.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outermost } from '../../../src/actions/ranges.ts';
import { type Family, makeNet } from '../../../src/core/address.ts';
import { createBanListParser } from '../../../src/firewall/ban-list.ts';

function read(text: string | Buffer, cut = Number.POSITIVE_INFINITY) {
  const parser = createBanListParser('list.txt');
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += cut) parser.push(bytes.subarray(at, at + cut));
  return parser.end();
}
const textsOf = (text: string): readonly string[] => {
  const list = read(text);
  if (!list.ok) throw new Error(list.problem.summary);
  return list.value.nets.map((net) => net.text);
};
const whyNot = (text: string): string => {
  const list = read(text);
  return list.ok ? 'read' : list.problem.summary;
};

const anyNet = fc.constantFrom<Family>(4, 6).chain((family) => {
  const bits = family === 4 ? 32 : 128;
  // Few bits, so that networks repeat and nest.
  const value = fc.integer({ min: 0, max: 63 }).map((low) => (1n << BigInt(bits - 2)) + BigInt(low));
  return fc.tuple(value, fc.integer({ min: bits - 6, max: bits })).map(([v, p]) => makeNet(family, v, p));
});
const noise = fc.constantFrom('', '  ', '# münchen.example ☃', '; SBL1', '\t# ');
const lineEnd = fc.constantFrom('\n', '\r\n');

describe('a plain list of addresses', () => {
  it('is the same set of addresses whatever comments, ends of lines and order it has, cut anywhere', () => {
    const lines = fc.array(fc.tuple(anyNet, noise, lineEnd), { maxLength: 30 });
    fc.assert(
      fc.property(lines, fc.boolean(), fc.integer({ min: 1, max: 40 }), (rows, mark, cut) => {
        const text = rows.map(([net, words, end]) => `${net.text} ${words}${end}${words}${end}`).join('');
        const list = read((mark ? '\ufeff' : '') + text, cut);
        const wanted = outermost(rows.map(([net]) => net));
        expect(list.ok && list.value.nets.map((net) => net.text)).toEqual(wanted.map((net) => net.text));
        expect(list.ok && list.value.repeated).toBe(rows.length - wanted.length);
      }),
    );
  });

  it('never throws, whatever the bytes are', () => {
    fc.assert(
      fc.property(
        fc.uint8Array(),
        fc.integer({ min: 1, max: 9 }),
        (bytes, cut) => void read(Buffer.from(bytes), cut),
      ),
    );
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void read(`${text}\n1.2.3.4-${text}`)));
  });

  it('expands ranges to the fewest networks and says how many host bits there were', () => {
    expect(textsOf('192.0.2.10-192.0.2.20\n')).toEqual([
      '192.0.2.10/31',
      '192.0.2.12/30',
      '192.0.2.16/30',
      '192.0.2.20',
    ]);
    expect(textsOf('192.0.2.1 - 192.0.2.1')).toEqual(['192.0.2.1']);
    expect(textsOf('2001:db8::-2001:db8::f')).toEqual(['2001:db8::/124']);
    const list = read('192.0.2.7/24\n::ffff:192.0.2.1\n');
    expect(list).toMatchObject({
      ok: true,
      value: { widened: ['192.0.2.7/24 is taken as 192.0.2.0/24'], widenedTotal: 1, repeated: 1, lines: 2 },
    });
  });

  it('is refused as a whole with the places of what is no address', () => {
    for (const [text, words] of [
      ['1.2.3.4\n  hello', /^list\.txt:2:3: "hello" is not an IP address/],
      ['\ufeffhello', /^list\.txt:1:2:/],
      ['1.2.3.4 a comment', /put a "#" before/],
      ['010.1.1.1', /leading zeros/],
      ['192.0.2.20-192.0.2.10', /ends \(192\.0\.2\.10\) before it begins/],
      ['192.0.2.1-2001:db8::1', /same family/],
      ['192.0.2.0/24-192.0.3.0', /one address to another/],
      ['1.2.3.4-', /in a range/],
      ['x'.repeat(5000), /longer than 4096/],
      ['\x1b[2J', /^[\x20-\x7e…]+$/],
    ] as const)
      expect([text, whyNot(text)]).toEqual([text, expect.stringMatching(words)]);
    const many = whyNot('x\n'.repeat(1200)).split('\n');
    expect([many.length, many.at(-1)]).toEqual([11, '… and 1,190 more']);
  });

  it('takes 100,000 lines in one go', () => {
    const lines = Array.from(
      { length: 100_000 },
      (_, i) => `${20 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}.7 # ${i}`,
    );
    const list = read(`${lines.join('\r\n')}\r\n${lines.slice(0, 10).join('\n')}`, 65_536);
    expect(list).toMatchObject({ ok: true, value: { lines: 100_010, repeated: 10 } });
    expect(list.ok && list.value.nets.length).toBe(100_000);
  });
});
