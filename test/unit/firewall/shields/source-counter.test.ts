// Counting connections by source: on the kernel's own bytes, on made-up tables, and on anything at all.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Net, parseNet } from '../../../../src/core/address.ts';
import { createSourceCounter } from '../../../../src/firewall/shields/source-counter.ts';

const net = (text: string): Net => {
  const parsed = parseNet(text);
  if (!parsed.ok) throw new Error(parsed.problem.summary);
  return parsed.value.net;
};
const OWN = [net('192.0.2.1'), net('2001:db8::1')];

type Flow = Readonly<{ from: string; to?: string; port: number; local?: string; state?: string }>;

function line({ from, to = '192.0.2.1', port, local = to, state = 'ESTABLISHED' }: Flow): string {
  return `ipv4     2 tcp      6 300 ${state} src=${from} dst=${to} sport=4000 dport=${port} [UNREPLIED] src=${local} dst=${from} sport=${port} dport=4000 mark=0 zone=0 use=2\n`;
}

function count(text: string, options: Partial<Parameters<typeof createSourceCounter>[0]> = {}, over = 0) {
  const counter = createSourceCounter({ ports: new Set([80, 443]), own: OWN, ...options });
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 37) counter.push(bytes.subarray(at, at + 37));
  const { sources, exact } = counter.over(over);
  return { sources: sources.map(({ source, flows }) => `${source.text} ${flows}`), exact };
}

test('the most come first; other ports, forwarded flows and closed ones are not counted', () => {
  const text = [
    ...Array.from({ length: 3 }, () => line({ from: '203.0.113.9', port: 80 })),
    ...Array.from({ length: 5 }, () => line({ from: '203.0.113.8', port: 443 })),
    line({ from: '203.0.113.7', port: 22 }),
    line({ from: '203.0.113.7', port: 80, to: '198.51.100.1' }),
    line({ from: '203.0.113.7', port: 80, state: 'TIME_WAIT' }),
    line({ from: '203.0.113.7', port: 80, state: 'CLOSE' }),
    line({ from: '203.0.113.6', port: 80, state: 'CLOSE_WAIT' }),
  ].join('');
  expect(count(text)).toEqual({
    sources: ['203.0.113.8 5', '203.0.113.9 3', '203.0.113.6 1'],
    exact: true,
  });
  expect(count(text, {}, 3).sources).toEqual(['203.0.113.8 5']);
});

test('behind a translation the local address and port count', () => {
  const translated =
    'tcp      6 300 ESTABLISHED src=203.0.113.9 dst=198.51.100.1 sport=4000 dport=8080 src=192.0.2.1 dst=203.0.113.9 sport=80 dport=4000 [ASSURED] mark=0 use=1\n';
  expect(count(translated).sources).toEqual(['203.0.113.9 1']);
});

test('IPv6 counts by /64, in the long spelling of the kernel', () => {
  const text = ['0001', '0002']
    .map((low) =>
      line({
        from: `2001:0db8:0113:0001:0000:0000:0000:${low}`,
        to: '2001:0db8:0000:0000:0000:0000:0000:0001',
        port: 443,
      }),
    )
    .join('');
  expect(count(text).sources).toEqual(['2001:db8:113:1::/64 2']);
});

test('when too many sources are seen the large ones survive and it is said', () => {
  const crowd = Array.from({ length: 300 }, (_, i) => line({ from: `10.0.${i >> 8}.${i & 255}`, port: 80 }));
  const heavy = Array.from({ length: 40 }, () => line({ from: '203.0.113.9', port: 80 }));
  const seen = count([...heavy, ...crowd].join(''), { most: 64 });
  expect(seen.exact).toBe(false);
  expect(seen.sources[0]).toBe('203.0.113.9 40');
  expect(seen.sources.length).toBeLessThanOrEqual(64);
});

test.each([
  'proc/linux-6.18/plain-net-nf_conntrack.txt',
  'proc/linux-6.18/acct-net-nf_conntrack.txt',
  'conntrack/1.4.7/plain-L.txt',
  'conntrack/1.4.7/acct-L-extended.txt',
])('%s: every open connection to a port is counted once', (name) => {
  const text = readFileSync(`test/captures/${name}`, 'latin1');
  const open = text.split('\n').filter((one) => /\btcp\b/.test(one) && !/ (TIME_WAIT|CLOSE) /.test(one));
  const ports = new Set(open.map((one) => Number([...one.matchAll(/sport=(\d+)/g)][1]?.[1])));
  const counter = createSourceCounter({ ports, own: [] });
  counter.push(Buffer.from(text));
  const total = counter.over(0).sources.reduce((sum, { flows }) => sum + flows, 0);
  expect(total).toBe(open.length);
  expect(total).toBeGreaterThan(0);
});

test('whatever bytes come, nothing throws', () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    fc.constantFrom('tcp      6 1 ', 'src=', 'sport=80 ', '\n', '::', '1.2.3.4 ').map((s) => Buffer.from(s)),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const counter = createSourceCounter({ ports: new Set([80]), own: [], most: 4 });
      for (const one of pieces) counter.push(Buffer.from(one));
      counter.over(0);
    }),
  );
});
