// The flow table parser on captured tables, on broken ones, and against a slow reader that makes strings.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeNet, parseHost, parseNet } from '../../../../src/core/address.ts';
import { FlowParser } from '../../../../src/sources/conntrack/flow-parser.ts';
import { type FlowCounts, reportOf, TOP_ROWS } from '../../../../src/sources/conntrack/flow-report.ts';

const CAPTURES = join(import.meta.dirname, '../../../captures');
const capture = (path: string): Buffer => readFileSync(join(CAPTURES, path));
const PROC = 'proc/linux-6.18';
const TOOL = 'conntrack/1.4.7';

function count(bytes: Buffer, chunkBytes = 4096, seed = 7): FlowCounts {
  const parser = new FlowParser(seed);
  for (let at = 0; at < bytes.length; at += chunkBytes) parser.push(bytes.subarray(at, at + chunkBytes));
  parser.end();
  return reportOf(parser, []);
}

/** Source → flows, read the slow way. */
function slowSources(text: string): Map<string, number> {
  const sources = new Map<string, number>();
  for (const line of text.split('\n')) {
    const parsed = parseHost(/ src=(\S+)/.exec(line)?.[1] ?? '');
    if (parsed.ok) sources.set(parsed.value.text, (sources.get(parsed.value.text) ?? 0) + 1);
  }
  return sources;
}

const flowsOf = (counts: FlowCounts) => new Map(counts.sources.map((row) => [row.net.text, row.flows]));
const splitOf = (counts: FlowCounts) =>
  Object.fromEntries(counts.states.map((one) => [`${one.protocol} ${one.state}`, one.count]));

describe('captured tables', () => {
  for (const file of [
    `${PROC}/plain-net-nf_conntrack.txt`,
    `${PROC}/acct-net-nf_conntrack.txt`,
    `${TOOL}/plain-L.txt`,
    `${TOOL}/plain-L-extended.txt`,
    `${TOOL}/acct-L.txt`,
    `${TOOL}/acct-L-extended.txt`,
  ])
    test(`${file}: every line counted, sources as a slow reader has them`, () => {
      const bytes = capture(file);
      const counts = count(bytes);
      expect(counts.total).toBe(bytes.toString().trimEnd().split('\n').length);
      expect(counts.unreadable).toBe(0);
      expect(flowsOf(counts)).toEqual(slowSources(bytes.toString()));
      expect(counts.states.reduce((sum, one) => sum + one.count, 0)).toBe(counts.total);
    });

  test('states, flags, zones and both families', () => {
    const counts = count(capture(`${PROC}/acct-net-nf_conntrack.txt`));
    expect(splitOf(counts)).toEqual({
      'tcp SYN_RECV': 12,
      'tcp ESTABLISHED': 10,
      'udp unreplied': 4,
      'tcp SYN_SENT': 3,
      'icmpv6 replied': 2,
      'tcp CLOSE_WAIT': 2,
      'udp assured': 2,
      'udp replied': 2,
      'icmp replied': 1,
      'tcp TIME_WAIT': 1,
    });
    const flood = counts.sources.find((row) => row.net.text === '203.0.113.77');
    expect(flood?.states).toEqual(new Map([['SYN_RECV', 12]]));
    const mixed = counts.sources.find((row) => row.net.text === '203.0.113.5');
    expect(mixed?.states.get('UDP')).toBe(4);
    expect(counts.networks.map((row) => [row.net.text, row.flows, row.members])).toEqual([
      ['203.0.113.0/24', 18, 2],
      ['192.0.2.0/24', 15, 2],
      ['2001:db8:9::/64', 4, 1],
      ['2001:db8:1::/64', 2, 2],
    ]);
  });

  test('bytes only with accounting, both directions summed', () => {
    const plain = count(capture(`${PROC}/plain-net-nf_conntrack.txt`));
    expect(plain.talkers).toEqual([]);
    expect(plain.sources.every((row) => row.bytes === undefined)).toBe(true);
    const bytes = capture(`${PROC}/acct-net-nf_conntrack.txt`);
    const sum = [...bytes.toString().matchAll(/ bytes=(\d+)/g)].reduce((total, m) => total + Number(m[1]), 0);
    const counts = count(bytes);
    expect(counts.talkers.reduce((total, row) => total + (row.bytes ?? 0), 0)).toBe(sum);
    expect(counts.talkers[0]?.net.text).toBe('192.0.2.20');
  });

  test('an empty table is no flows, not an error', () => {
    expect(count(capture(`${PROC}/empty-net-nf_conntrack.txt`))).toMatchObject({ total: 0, sources: [] });
  });

  test('the same report however the bytes are cut, whatever the seed', () => {
    const bytes = capture(`${PROC}/acct-net-nf_conntrack.txt`);
    const whole = count(bytes, bytes.length);
    for (const size of [1, 2, 3, 7, 64, 211, 4096]) expect(count(bytes, size, size)).toEqual(whole);
  });
});

describe('lines that are not as usual', () => {
  const one = (line: string) => count(Buffer.from(`${line}\n`));

  test('an offloaded flow has neither timeout nor state', () => {
    const counts = one(
      'ipv4     2 tcp      6 src=192.0.2.1 dst=192.0.2.2 sport=1 dport=2 src=192.0.2.2 [OFFLOAD] use=2',
    );
    expect(splitOf(counts)).toEqual({ 'tcp offloaded': 1 });
    expect(counts.sources[0]?.states).toEqual(new Map([['TCP', 1]]));
  });

  test('a protocol without a name is called by its number', () => {
    expect(splitOf(one('ipv4     2 unknown  99 599 src=192.0.2.1 dst=192.0.2.2 [UNREPLIED] src=x'))).toEqual({
      'protocol 99 unreplied': 1,
    });
  });

  test('a v4-mapped source is the IPv4 peer that it is', () => {
    const mapped = '0000:0000:0000:0000:0000:ffff:c000:0201';
    for (const text of [mapped, '::ffff:192.0.2.1', '::ffff:c000:201'])
      expect(one(`ipv6     10 tcp      6 9 CLOSE src=${text} dst=::1`).sources[0]?.net.text).toBe(
        '192.0.2.1',
      );
  });

  test('what cannot be read is counted apart and harms no neighbour', () => {
    const good = 'udp      17 29 src=192.0.2.1 dst=192.0.2.2 [UNREPLIED] src=192.0.2.2';
    const bad = [
      'udp      17 29 src=192.0.2.01 dst=192.0.2.2',
      'udp      17 29 src=192.0.2.1;reboot dst=192.0.2.2',
      'udp      17 29 src= dst=192.0.2.2',
      'tcp      6 29 ESTABLISHED',
      'udp      999 29 src=192.0.2.1',
      '\u001b[2J',
      `tcp 6 1 ${'X'.repeat(9000)} src=192.0.2.1`,
      'udp      17 29 src=2001:db8::1::2 dst=x',
    ];
    const counts = count(Buffer.from(bad.flatMap((line) => [line, good]).join('\n')), 1000);
    expect(counts).toMatchObject({ total: bad.length, unreadable: bad.length, distinct: 1 });
  });

  test('a state word never seen before is shown as it is, a hostile one is not', () => {
    const counts = count(
      Buffer.from('tcp 6 9 NEW_STATE src=192.0.2.1 dst=x\ntcp 6 9 A\u001b[2J src=192.0.2.1 dst=x\n'),
    );
    expect(counts.sources[0]?.states).toEqual(
      new Map([
        ['NEW_STATE', 1],
        ['other', 1],
      ]),
    );
  });
});

const v4 = fc.nat({ max: 0xffffffff }).map((value) => makeNet(4, BigInt(value), 32).text);
const v6 = fc.bigInt({ min: 1n << 64n, max: (1n << 128n) - 1n }).map((value) => makeNet(6, value, 128).text);
const line = fc
  .tuple(
    fc.oneof(v4, v6),
    fc.constantFrom('ESTABLISHED ', 'SYN_RECV ', ''),
    fc.option(fc.nat(), { nil: undefined }),
  )
  .map(([source, state, bytes]) => {
    const counters = bytes === undefined ? '' : ` packets=1 bytes=${bytes}`;
    const protocol = state === '' ? 'udp      17' : 'tcp      6';
    return {
      source,
      bytes,
      text: `${protocol} 29 ${state}src=${source} dst=192.0.2.1 sport=1${counters} src=192.0.2.1`,
    };
  });

describe('properties', () => {
  test('random bytes never throw, and every line lands in one of two counts', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), fc.integer({ min: 1, max: 300 }), (bytes, size) => {
        const counts = count(Buffer.from(bytes), size);
        const lines = Buffer.from(bytes)
          .toString('latin1')
          .split('\n')
          .filter((text) => text !== '');
        expect(counts.total + (counts.unreadable ?? 0)).toBe(lines.length);
      }),
    );
  });

  test('sources and bytes equal those of a slow reader', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 150 }), fc.integer({ min: 1, max: 400 }), (lines, size) => {
        const text = `${lines.map((one) => one.text).join('\n')}\n`;
        const counts = count(Buffer.from(text), size);
        expect(flowsOf(counts)).toEqual(slowSources(text));
        const bytes = lines.reduce((sum, one) => sum + (one.bytes ?? 0), 0);
        expect(counts.sources.reduce((sum, row) => sum + (row.bytes ?? 0), 0)).toBe(bytes);
      }),
    );
  });
});

test('the top of many sources is exact, and ties go by address', () => {
  const lines: string[] = [];
  for (let host = 0; host < 5000; host++)
    for (let flow = 0; flow <= (host % 1000 === 7 ? 3 : host % 2); flow++)
      lines.push(`udp 17 29 src=10.0.${host >> 8}.${host & 255} dst=192.0.2.1`);
  const counts = count(Buffer.from(lines.join('\n')));
  expect(counts.distinct).toBe(5000);
  expect(counts.sources).toHaveLength(TOP_ROWS);
  expect(counts.sources.slice(0, 5).map((row) => [row.net.text, row.flows])).toEqual(
    [7, 1007, 2007, 3007, 4007].map((host) => [`10.0.${host >> 8}.${host & 255}`, 4]),
  );
  expect(counts.sources.at(-1)?.flows).toBe(2);
});

test('ours: own addresses and attached private networks', () => {
  const parser = new FlowParser(1);
  parser.push(
    Buffer.from(['10.0.0.9', '192.0.2.2', '198.51.100.7'].map((s) => `udp 17 29 src=${s} dst=x`).join('\n')),
  );
  parser.end();
  const own = ['10.0.0.0/24', '192.0.2.2'].flatMap((text) => {
    const parsed = parseNet(text);
    return parsed.ok ? [parsed.value.net] : [];
  });
  const report = reportOf(parser, own);
  expect(report.sources.map((row) => [row.net.text, row.ours])).toEqual([
    ['10.0.0.9', true],
    ['192.0.2.2', true],
    ['198.51.100.7', false],
  ]);
  // A public /24 is not ours because we have one address in it.
  expect(report.networks.find((row) => row.net.text === '192.0.2.0/24')?.ours).toBe(false);
});
