// The kernel's files of the watch: captured bytes, and that no bytes whatever make a parser throw or lie.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countSynRecv,
  parseCount,
  parseCounters,
  parseListenDrops,
  parseLoad1,
  parseOnlineCpus,
  parsePassiveOpens,
} from '../../../../src/actions/watch/proc.ts';

const captured = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../../../captures/proc/linux-6.18', name), 'utf8');

describe('on captured files', () => {
  it('load and processors', () => {
    expect(parseLoad1(captured('loadavg.txt'))).toBe(0.55);
    expect(parseOnlineCpus(captured('cpu-online.txt'))).toBe(2);
    expect(parseCount(captured('plain-netfilter-nf_conntrack_count.txt'))).toBeGreaterThan(0);
  });

  it('a listener under a SYN flood: nothing is dropped, cookies are sent', () => {
    const netstat = captured('flooded-net-netstat.txt');
    expect(parseCounters(netstat, 'TcpExt')?.get('ListenDrops')).toBe(0);
    expect(parseListenDrops(netstat)).toBe(parseCounters(netstat, 'TcpExt')?.get('SyncookiesSent'));
    expect(parseListenDrops(netstat)).toBeGreaterThan(0);
    expect(countSynRecv(captured('flooded-net-tcp.txt'))).toBe(7);
    expect(parsePassiveOpens(captured('flooded-net-snmp.txt'))).toBe(0);
  });
});

describe('what is not as known is undefined', () => {
  it.each<[string, number | undefined]>([
    ['0', 1],
    ['0-3,6', 5],
    ['3-0', undefined],
    ['', undefined],
    ['0-', undefined],
    ['0-99999', undefined],
  ])('processors %j', (text, count) => expect(parseOnlineCpus(text)).toBe(count));

  it('counters whose lines do not fit', () => {
    expect(parseListenDrops('TcpExt: ListenDrops\n')).toBeUndefined();
    expect(parseListenDrops('TcpExt: A ListenDrops\nTcpExt: 1\n')).toBeUndefined();
    expect(parseListenDrops('TcpExt: ListenDrops\nTcpExt: x\n')).toBeUndefined();
    expect(parseListenDrops('TcpExt: ListenDrops\nTcpExt: 7\n')).toBe(7);
    expect(parseCount('-1')).toBeUndefined();
    expect(countSynRecv('')).toBeUndefined();
  });

  it('any bytes', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(
          fc.constantFrom(
            'TcpExt: ',
            'Tcp: ',
            'ListenDrops',
            'PassiveOpens',
            ' ',
            '\n',
            '7',
            '-',
            '.',
            ',',
            '  sl ',
          ),
        )
        .map((parts) => parts.join('')),
    );
    const parsers = [
      parseLoad1,
      parseOnlineCpus,
      parseCount,
      parseListenDrops,
      parsePassiveOpens,
      countSynRecv,
    ];
    fc.assert(
      fc.property(text, (bytes) => {
        for (const parse of parsers) {
          const value = parse(bytes);
          expect(value === undefined || (Number.isFinite(value) && value >= 0)).toBe(true);
        }
      }),
    );
  });
});
