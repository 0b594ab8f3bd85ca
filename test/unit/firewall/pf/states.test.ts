// The state table, source tracking and timeouts of pf, from the words of pfctl itself; and from any bytes.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeNet, type Net, parseNet } from '../../../../src/core/address.ts';
import { parsePfSources } from '../../../../src/firewall/pf/sources.ts';
import { createNetMatcher, createPfStates, type PfState } from '../../../../src/firewall/pf/states.ts';
import { parsePfTimeouts } from '../../../../src/firewall/shields/pf-timeouts.ts';
import { captured } from '../../../fakes/pf-captures.ts';

const net = (text: string): Net => {
  const parsed = parseNet(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.value.net;
};

type Read = Readonly<{ states: readonly PfState[]; seen: number; unreadable: number }>;

function read(text: string, only?: readonly Net[], cut = 1 << 20): Read {
  const states: PfState[] = [];
  const reading = createPfStates((state) => states.push(state), only);
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length; at += cut) reading.push(bytes.subarray(at, at + cut));
  return { states, ...reading.end() };
}

const hostsOf = ({ hosts }: PfState): readonly string[] =>
  hosts.map(({ net: host, port, rdomain }) =>
    [host.text, port ?? '', ...(rdomain === undefined ? [] : [`rdomain ${rdomain}`])].join(' '),
  );

describe('states of FreeBSD', () => {
  const { states, seen, unreadable } = read(captured('freebsd15', 'states-vv'));

  test('every line is understood', () => {
    expect({ seen, unreadable }).toEqual({ seen: 10, unreadable: 0 });
    for (const state of states) expect(state.id).toMatch(/^6812ab34000010\d\d$/);
  });

  test('both sides of a translation', () => {
    expect(states[1]).toMatchObject({
      iface: 'all',
      protocol: 'tcp',
      direction: 'in',
      states: 'FIN_WAIT_2:FIN_WAIT_2',
      id: '6812ab3400001001',
      creator: '5f3e9a1c',
      age: 130,
      expires: 41,
      rule: 7,
      origin: 'vtnet0',
    });
    expect(states.slice(1, 5).map(hostsOf)).toEqual([
      ['10.0.0.20 8443', '192.0.2.10 443', '203.0.113.45 51570'],
      ['203.0.113.45 51570', '10.0.0.20 8443'],
      ['192.0.2.10 40122', '203.0.113.45 25'],
      ['192.0.2.10 61034', '10.0.0.20 5353', '203.0.113.45 53'],
    ]);
  });

  test('IPv6, ICMP, half-open, and more than 99 hours', () => {
    expect(states.slice(5).map((state) => [state.protocol, ...hostsOf(state), state.states])).toEqual([
      ['icmp', '192.0.2.10 8', '203.0.113.45 53218', '0:0'],
      ['tcp', '2001:db8::10 22', '2001:db8:bad::17 50112', 'ESTABLISHED:ESTABLISHED'],
      ['tcp', '192.0.2.10 443', '198.51.100.8 44101', 'CLOSED:SYN_SENT'],
      ['tcp', '192.0.2.10 443', '198.51.100.77 60001', 'PROXY:SRC'],
      ['tcp', '192.0.2.10 80', '198.51.100.200 33211', 'ESTABLISHED:ESTABLISHED'],
    ]);
    const old =
      'all udp 192.0.2.1:1 -> 192.0.2.2:2       SINGLE:NO_TRAFFIC\n   age 1234:00:01, expires in 100:00:00, 1:0 pkts, 1:0 bytes, anchor 4, rule 0\n';
    expect(read(old).states[0]).toMatchObject({ age: 4_442_401, expires: 360_000, anchor: 4, rule: 0 });
  });

  test('without -vv there is no id, and nothing is made up', () => {
    for (const name of ['states', 'states-v']) {
      const plain = read(captured('freebsd15', name));
      expect(plain.seen).toBe(10);
      for (const state of plain.states) expect(state.id).toBeUndefined();
    }
  });
});

describe('states of OpenBSD', () => {
  test('gateways and routing domains', () => {
    const { states, unreadable } = read(captured('openbsd78', 'states-vv'));
    expect(unreadable).toBe(0);
    expect(states.slice(6).map(hostsOf)).toEqual([
      ['192.0.2.10 80', '198.51.100.200 33211'],
      ['192.0.2.10 22 rdomain 2', '203.0.113.45 52001 rdomain 2'],
    ]);
    expect(states[7]?.id).toBe('68c5a1f200002007');
  });

  test('a routing domain before the address in front of a translation', () => {
    const line = 'all udp (1) 192.0.2.1:1 ((2) 10.0.0.1:7) -> (1) 198.51.100.1:53       SINGLE:MULTIPLE\n';
    expect(read(line).states.map(hostsOf)).toEqual([
      ['192.0.2.1 1 rdomain 1', '10.0.0.1 7 rdomain 2', '198.51.100.1 53 rdomain 1'],
    ]);
  });
});

describe('only some networks', () => {
  test('any of the four hosts counts, by exact networks, whatever the cut of the chunks', () => {
    const text = captured('freebsd15', 'states-vv');
    const ids = (only: readonly Net[], cut?: number): readonly string[] =>
      read(text, only, cut).states.map(({ id }) => (id ?? '').slice(-2));
    expect(ids([net('203.0.113.45')])).toEqual(['00', '01', '02', '03', '04', '05']);
    expect(ids([net('10.0.0.20')])).toEqual(['01', '02', '04']);
    expect(ids([net('198.51.100.0/24'), net('2001:db8:bad::/48')])).toEqual(['06', '07', '08', '09']);
    expect(ids([net('203.0.113.4')])).toEqual([]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), (cut) => {
        expect(ids([net('203.0.113.0/24')], cut)).toEqual(['00', '01', '02', '03', '04', '05']);
      }),
      { numRuns: 20 },
    );
  });

  test('is the arithmetic of networks', () => {
    const any = fc.bigInt({ min: 0n, max: 2n ** 32n - 1n });
    fc.assert(
      fc.property(any, any, fc.integer({ min: 0, max: 32 }), (a, b, prefix) => {
        const shift = BigInt(32 - prefix);
        const wanted = createNetMatcher([makeNet(4, a, prefix), net('2001:db8::/32')]);
        expect(wanted(makeNet(4, b, 32))).toBe(a >> shift === b >> shift);
        expect(wanted(makeNet(6, b, 128))).toBe(false);
      }),
    );
  });
});

test('what is no state is counted, the words of a kernel without ALTQ are not', () => {
  const noise = 'No ALTQ support in kernel\nALTQ related functions disabled\n';
  expect(read(`${noise}${captured('freebsd15', 'states-vv')}`).unreadable).toBe(0);
  for (const line of [
    'all tcp 192.0.2.1:1 <- somewhere:2       A:B',
    'all tcp 192.0.2.1:1 <- 192.0.2.256:2       A:B',
    'all tcp 192.0.2.1:http <- 192.0.2.2:2       A:B',
    'all tcp 192.0.2.1:1 == 192.0.2.2:2       A:B',
    'all tcp 192.0.2.1:1 <- 192.0.2.2:2',
    `all tcp ${'1'.repeat(3000)}`,
  ])
    expect(read(`${line}\n   id: 01 creatorid: 02\n`), line).toMatchObject({ seen: 0, unreadable: 1 });
});

const octet = fc.integer({ min: 0, max: 255 });
const address4 = fc.tuple(octet, octet, octet, octet).map((parts) => parts.join('.'));
const address6 = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }).map((value) => makeNet(6, value, 128).text);
const port = fc.integer({ min: 1, max: 65_535 });
const host = fc.oneof(
  fc.tuple(address4, fc.option(port)).map(([a, p]) => (p === null ? a : `${a}:${p}`)),
  fc.tuple(address6, fc.option(port)).map(([a, p]) => (p === null ? a : `${a}[${p}]`)),
);
const side = fc.tuple(host, fc.option(host)).map(([now, was]) => (was === null ? now : `${now} (${was})`));

test('prints back what it has read', () => {
  const arrow = fc.constantFrom('->', '<-');
  fc.assert(
    fc.property(side, arrow, side, (left, way, right) => {
      const { states, unreadable } = read(`all tcp ${left} ${way} ${right}       ESTABLISHED:ESTABLISHED\n`);
      expect(unreadable).toBe(0);
      const printed = (states[0]?.hosts ?? []).map(({ net: at, port: number }) => {
        if (number === undefined) return at.text;
        return at.family === 4 ? `${at.text}:${number}` : `${at.text}[${number}]`;
      });
      const wanted = `${left} ${right}`.replace(/[()]/g, '').split(' ');
      // Addresses of the old family inside of the new one are printed as what they are.
      fc.pre(!/::ffff:/.test(wanted.join()));
      expect(printed).toEqual(wanted);
    }),
  );
});

test('random bytes never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), fc.integer({ min: 1, max: 64 }), (bytes, cut) => {
      const text = Buffer.from(bytes).toString('latin1');
      read(text, undefined, cut);
      parsePfSources(text);
      parsePfTimeouts(text);
    }),
  );
  const words = fc.constantFrom(
    'all',
    'tcp',
    '192.0.2.1:1',
    '(',
    ')',
    '{',
    '}',
    '<-',
    '->',
    '    ',
    '\n',
    '   id: ',
  );
  fc.assert(fc.property(fc.array(words, { maxLength: 60 }), (parts) => void read(parts.join(' '))));
});

describe('sources', () => {
  test('of both systems', () => {
    const bsd = parsePfSources(captured('freebsd15', 'sources-v'));
    expect(bsd.unreadable).toBe(0);
    expect(bsd.sources.map(({ net: at, ...rest }) => ({ at: at.text, ...rest }))).toEqual([
      { at: '198.51.100.200', states: 1, connections: 1, rule: 10 },
      { at: '203.0.113.45', states: 0, connections: 0, rule: 10 },
    ]);
    const open = parsePfSources(captured('openbsd78', 'sources'));
    expect(open).toMatchObject({ unreadable: 0, sources: [{ states: 1, connections: 1 }] });
  });

  test('what is none is counted', () => {
    expect(parsePfSources('pfctl: Permission denied\n')).toEqual({ sources: [], unreadable: 1 });
  });
});

test('timeouts of both systems', () => {
  const bsd = parsePfTimeouts(captured('freebsd15', 'timeouts'));
  expect(bsd.size).toBe(25);
  expect(bsd.get('tcp.established')).toBe(86_400);
  expect(bsd.get('adaptive.start')).toBe(60_000);
  expect(parsePfTimeouts(captured('openbsd78', 'timeouts')).size).toBe(20);
});

/** Captures of real machines, which are not kept with the sources. */
const REAL = join(import.meta.dirname, '../../../../../shared/research/pf-captures');
const real = existsSync(REAL) ? readdirSync(REAL) : [];

test('real captures, where they are at hand, are understood whole', () => {
  for (const name of real) {
    if (!/^real-.*-states.*\.txt$/.test(name) || /\.src\.|systat/.test(name)) continue;
    const { seen, unreadable } = read(readFileSync(join(REAL, name), 'latin1'));
    expect({ name, unreadable }).toEqual({ name, unreadable: 0 });
    expect(seen).toBeGreaterThan(0);
  }
});
