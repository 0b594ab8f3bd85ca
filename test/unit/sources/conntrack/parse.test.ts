// Counters, own addresses and networks, from captured files and from broken ones.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseFibTrie, parseInet6, parseRoutes } from '../../../../src/sources/conntrack/own-nets.ts';
import { parseStatFile, parseStatTool } from '../../../../src/sources/conntrack/parse.ts';

const CAPTURES = join(import.meta.dirname, '../../../captures');
const capture = (path: string): string => readFileSync(join(CAPTURES, path), 'utf8');
const texts = (nets: readonly Readonly<{ text: string }>[]): string[] => nets.map((net) => net.text);

describe('counters', () => {
  test('captured, file and tool alike', () => {
    const zero = { insertFailed: 0, drop: 0, earlyDrop: 0 };
    expect(parseStatFile(capture('proc/linux-6.18/acct-stat-nf_conntrack.txt'))).toEqual(zero);
    expect(parseStatTool(capture('conntrack/1.4.7/acct-S.txt'))).toEqual(zero);
  });

  test('hexadecimal, summed over cpus, by column name in any order', () => {
    const text = 'entries drop  insert_failed\n0000000a 00000010 ffffffff\n0000000a 00000001 00000001\n';
    expect(parseStatFile(text)).toEqual({ drop: 17, insertFailed: 0x1_0000_0000 });
  });

  test('a counter that the kernel does not name is absent, not zero', () => {
    expect(parseStatFile('entries found\n00000001 00000002\n')).toEqual({});
    expect(parseStatTool('cpu=0 found=0 drop=3\ncpu=1 found=0 drop=4\n')).toEqual({ drop: 7 });
  });

  test('broken or foreign text is no counters at all', () => {
    for (const text of [
      '',
      'entries drop\n',
      'entries drop\n0000000a\n',
      'entries drop\n0000000a zz\n',
      'hello\nworld\n',
    ])
      expect(parseStatFile(text)).toBeUndefined();
    expect(parseStatTool('conntrack v1.4.7: Operation failed\n')).toBeUndefined();
  });

  test('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
        parseStatFile(`entries drop\n${text}`);
        parseStatTool(`cpu=0 ${text}`);
        parseFibTrie(text);
        parseRoutes(`x\n${text}`);
        parseInet6(text);
      }),
    );
  });
});

describe('own networks', () => {
  test('addresses of the captured machine, once each, no public neighbours', () => {
    expect(new Set(texts(parseFibTrie(capture('proc/linux-6.18/fib_trie.txt'))))).toEqual(
      new Set(['127.0.0.1', '192.0.2.1']),
    );
    expect(texts(parseRoutes(capture('proc/linux-6.18/route.txt')))).toEqual([]);
    expect(texts(parseInet6(capture('proc/linux-6.18/if_inet6.txt')))).toContain('2001:db8:1::1');
    expect(texts(parseInet6(capture('proc/linux-6.18/if_inet6.txt')))).not.toContain('2001:db8:1::/64');
  });

  test('private networks without a gateway are ours', () => {
    const head = 'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n';
    const line = (destination: string, gateway: string, mask: string): string =>
      `eth1\t${destination}\t${gateway}\t0001\t0\t0\t0\t${mask}\t0\t0\t0\n`;
    const text = [
      line('0000000A', '00000000', '000000FF'), // 10.0.0.0/8
      line('0002A8C0', '00000000', '00FFFFFF'), // 192.168.2.0/24
      line('0003A8C0', '0102A8C0', '00FFFFFF'), // behind a gateway
      line('00000000', '00000000', '00000000'), // a default route over a tunnel
      line('000010AC', '00000000', '0000F0FF'), // 172.16.0.0/12
    ].join('');
    expect(texts(parseRoutes(head + text))).toEqual(['10.0.0.0/8', '192.168.2.0/24', '172.16.0.0/12']);
  });

  test('a ULA prefix is ours, a global one is only our address', () => {
    const text =
      'fd001122334400000000000000000001 02 40 00 80     eth0\n20010db8000000000000000000000005 02 40 00 80     eth0\n';
    expect(texts(parseInet6(text))).toEqual(['fd00:1122:3344::1', 'fd00:1122:3344::/64', '2001:db8::5']);
  });
});
