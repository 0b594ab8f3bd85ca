import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contains, type Net } from '../../../src/core/address.ts';
import { createFlowCounter } from '../../../src/firewall/flow-counter.ts';
import { joinNets, planCut } from '../../../src/firewall/flows.ts';
import {
  ESTABLISHED_FLOOR_SECONDS,
  planPins,
  planTimeouts,
  planUnpins,
  TIMEOUTS,
} from '../../../src/firewall/timeouts.ts';
import { arbitraryNet, capture, net } from './build.ts';

const words = (steps: ReturnType<typeof planCut>): readonly string[] =>
  steps.map(({ command }) => command.argv.join(' '));

describe('cutting', () => {
  test('both directions, each family in its own words', () => {
    const steps = planCut([net('192.0.2.1'), net('2001:db8::/64')]);
    expect(words(steps)).toEqual([
      'conntrack -D -s 192.0.2.1',
      'conntrack -D -d 192.0.2.1',
      'conntrack -D -f ipv6 -s 2001:db8::/64',
      'conntrack -D -f ipv6 -d 2001:db8::/64',
    ]);
    // "Nothing deleted" is exit 1 and no failure.
    expect(steps.every(({ command }) => command.okExits?.includes(1))).toBe(true);
    // It prints each deleted flow: a flood of 200,000 must not run into the cap and be killed halfway.
    for (const { command } of steps) expect(command.outputMaxBytes).toBeGreaterThan(200_000 * 250);
    expect(words(planCut([net('192.0.2.1')])).join()).not.toContain('ipv6');
  });

  test('many go through one process', () => {
    const nets = Array.from({ length: 1000 }, (_, i) => net(`10.${i >> 8}.${i & 255}.9`));
    const steps = planCut(nets, { batch: true });
    expect(words(steps)).toEqual(['xargs -r -L 1 conntrack']);
    expect(steps[0]?.command.stdin?.split('\n')).toHaveLength(2001);
    expect(steps[0]?.shown?.at(-1)).toBe('… and 1,992 more in the same batch');
    expect(planCut(nets)).toHaveLength(2000);
  });

  test('with counts: only what has flows, and the reply where our NAT hides the peer', () => {
    const none = { flows: 0, source: 0, destination: 0, replySource: 0, replyDestination: 0 };
    const counts = new Map([
      ['192.0.2.1', { ...none, flows: 3, source: 3 }],
      ['192.0.2.2', none],
      ['192.0.2.3', { ...none, flows: 2, replySource: 1, replyDestination: 1 }],
    ]);
    const nets = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'].map(net);
    expect(words(planCut(nets, { counts }))).toEqual([
      'conntrack -D -s 192.0.2.1',
      'conntrack -D -r 192.0.2.3',
      'conntrack -D -q 192.0.2.3',
    ]);
  });

  test('joining loses and adds no address', () => {
    expect(
      joinNets(['10.0.0.0', '10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.5'].map(net)).map((one) => one.text),
    ).toEqual(['10.0.0.0/30', '10.0.0.5']);
    const near = fc.array(
      fc.integer({ min: 0, max: 63 }).map((n) => net(`10.0.0.${n}`)),
      { maxLength: 64 },
    );
    fc.assert(
      fc.property(near, (nets) => {
        const joined = joinNets(nets);
        const covered = (one: Net): boolean => joined.some((wide) => contains(wide, one));
        const all = Array.from({ length: 64 }, (_, n) => net(`10.0.0.${n}`));
        const wanted = new Set(nets.map((one) => one.text));
        expect(all.filter(covered).map((one) => one.text)).toEqual(
          all.filter((one) => wanted.has(one.text)).map((one) => one.text),
        );
      }),
    );
  });
});

describe('counting', () => {
  test.each([
    'proc/linux-6.18/plain-net-nf_conntrack.txt',
    'conntrack/1.4.7/plain-L.txt',
    'conntrack/1.4.7/acct-L-extended.txt',
  ])('%s: as a plain reading of the lines says', (path) => {
    const bytes = capture(path);
    const nets = [
      '192.0.2.20',
      '203.0.113.0/24',
      '2001:db8:9::51',
      '2001:db8::/32',
      '8.8.8.8',
      '0.0.0.0/0',
    ].map(net);
    const counter = createFlowCounter(nets);
    for (let at = 0; at < bytes.length; at += 97) counter.push(bytes.subarray(at, at + 97));
    const counts = counter.end();
    for (const wanted of nets) {
      let flows = 0;
      let source = 0;
      for (const line of bytes.toString().split('\n')) {
        const ends = [...line.matchAll(/\b(?:src|dst)=(\S+)/g)].map((match) => net(match[1] ?? ''));
        if (ends.some((end) => contains(wanted, end))) flows++;
        if (ends[0] !== undefined && contains(wanted, ends[0])) source++;
      }
      expect(counts.get(wanted.text)).toMatchObject({ flows, source });
    }
    expect(counts.get('192.0.2.20')?.flows).toBeGreaterThan(0);
    expect(counts.get('8.8.8.8')?.flows).toBe(0);
  });

  test('an ordinary flow counts once, in its original direction', () => {
    const counter = createFlowCounter([net('192.0.2.9'), net('192.0.2.1')]);
    counter.push(
      Buffer.from('udp 17 9 src=192.0.2.9 dst=192.0.2.1 sport=1 dport=2 src=192.0.2.1 dst=192.0.2.9\n'),
    );
    const none = { source: 0, destination: 0, replySource: 0, replyDestination: 0 };
    expect(counter.end()).toEqual(
      new Map([
        ['192.0.2.9', { ...none, flows: 1, source: 1 }],
        ['192.0.2.1', { ...none, flows: 1, destination: 1 }],
      ]),
    );
  });

  test('a peer that only the reply names', () => {
    const counter = createFlowCounter([net('198.51.100.9')]);
    counter.push(
      Buffer.from(
        'tcp 6 60 ESTABLISHED src=10.0.0.5 dst=192.0.2.80 sport=1 dport=80 src=198.51.100.9 dst=10.0.0.5 sport=80 dport=1',
      ),
    );
    expect(counter.end().get('198.51.100.9')).toEqual({
      flows: 1,
      source: 0,
      destination: 0,
      replySource: 1,
      replyDestination: 0,
    });
  });

  test('any bytes never throw', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes)),
      fc
        .constantFrom(' src=', ' dst=1.2.3.4', '\n', 'src=::1', '=', ' src=2001:db8::')
        .map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(
        fc.array(piece),
        fc.array(arbitraryNet(4)),
        fc.array(arbitraryNet(6)),
        (pieces, four, six) => {
          const counter = createFlowCounter([...four, ...six]);
          for (const one of pieces) counter.push(one);
          counter.end();
        },
      ),
    );
  });
});

describe('timeouts', () => {
  test('presets never lengthen, and keep the floors that standards ask for', () => {
    for (const row of TIMEOUTS) {
      expect(row.modest).toBeLessThanOrEqual(row.kernelDefault);
      expect(row.siege).toBeLessThanOrEqual(row.modest);
      expect(row.hazard).not.toBe('');
    }
    const established = TIMEOUTS.find((row) => row.name === 'nf_conntrack_tcp_timeout_established');
    expect(established?.siege).toBe(ESTABLISHED_FLOOR_SECONDS);
  });

  test('one sysctl each, and nothing for what is not a timeout', () => {
    const steps = planTimeouts([
      { name: 'nf_conntrack_udp_timeout', seconds: 15 },
      { name: '../kernel/core_pattern', seconds: 1 },
      { name: 'nf_conntrack_tcp_timeout_syn_recv', seconds: 0 },
    ]);
    expect(words(steps)).toEqual(['sysctl -w net.netfilter.nf_conntrack_udp_timeout=15']);
  });

  test('pins name one flow by its whole tuple', () => {
    const flow = {
      source: net('192.0.2.9'),
      destination: net('192.0.2.1'),
      sourcePort: 50_000,
      destinationPort: 22,
    };
    const tuple = '-s 192.0.2.9 -d 192.0.2.1 -p tcp --sport 50000 --dport 22';
    expect(words(planPins([flow]))).toEqual([`conntrack -U ${tuple} -t 400000 -u FIXED_TIMEOUT`]);
    expect(words(planUnpins([flow]))).toEqual([`conntrack -D ${tuple}`]);
    expect(
      planPins([
        { ...flow, sourcePort: 0 },
        { ...flow, source: net('192.0.2.0/24') },
      ]),
    ).toEqual([]);
    const six = { ...flow, source: net('2001:db8::9'), destination: net('2001:db8::1') };
    expect(words(planPins([six]))[0]).toContain('-U -f ipv6 -s 2001:db8::9');
  });
});
