// What iproute2 6.1.0 says of a host with two uplinks, and what is concluded from it; and any other bytes.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Family, parseHost } from '../../../../src/core/address.ts';
import type { Way } from '../../../../src/core/uplinks.ts';
import {
  parseLinks,
  parseNeighbour,
  parseRoutes,
  parseRules,
  parseWay,
  readBatch,
} from '../../../../src/sources/uplinks/ip-parse.ts';
import { addressRows, hostFindings, isAsked, type Network } from '../../../../src/sources/uplinks/judge.ts';
import { tableRows } from '../../../../src/sources/uplinks/judge-tables.ts';

const capture = (name: string): string => readFileSync(`test/captures/iproute2/6.1.0/${name}`, 'utf8');
const host = (text: string) => {
  const parsed = parseHost(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.value;
};
type Rows = Parameters<typeof parseLinks>[0];
const rowsAt = (name: string, at: number): Rows => JSON.parse(capture(name).split('\n')[at] ?? '[]') as Rows;

/** As captured: docker0, a tun, eth0 with the way out of main, eth1 with table 200 that a rule names for one of its two addresses. */
function twoUplinks(): Network {
  const get = (at: number): Way => parseWay({ rows: rowsAt('two-uplinks-4.json', at) });
  const get6 = (at: number): Way => parseWay({ rows: rowsAt('two-uplinks-6.json', at) });
  return {
    links: parseLinks(rowsAt('two-uplinks-4.json', 0)),
    rules: [
      ...parseRules(rowsAt('two-uplinks-4.json', 1), 4),
      ...parseRules(rowsAt('two-uplinks-6.json', 0), 6),
    ],
    routes: [
      ...parseRoutes(rowsAt('two-uplinks-4.json', 2), 4),
      ...parseRoutes(rowsAt('two-uplinks-6.json', 1), 6),
    ],
    targets: { 4: host('198.41.0.4'), 6: host('2001:503:ba3e::2:30') },
    ways: new Map([
      ['192.0.2.10', get(3)],
      ['198.51.100.20', get(4)],
      ['198.51.100.21', get(5)],
      ['172.17.0.1', get(3)],
      ['10.8.0.1', get(3)],
      ['2001:db8:a::10', get6(2)],
      ['2001:db8:b::20', get6(3)],
    ]),
    neighbours: new Map(),
    gaps: [],
  };
}

const findingsOf = (net: Network, address: string): readonly string[] =>
  addressRows(net)
    .find((row) => row.net.text === address)
    ?.findings.map(({ level, says }) => `${level}: ${says}`) ?? [];
const tableOf = (net: Network, family: Family, table: string) =>
  tableRows(net).find((row) => row.family === family && row.table === table);

describe('a batch', () => {
  it('gives each question its answer, also behind one that failed', () => {
    const answers = readBatch(capture('two-uplinks-4.json'), capture('two-uplinks-4.err'), 9);
    expect(answers).toHaveLength(9);
    expect(answers?.[5]).toEqual({ failed: 'Network is unreachable' });
    expect(answers?.[6]).toMatchObject({ rows: [{ from: '198.51.100.21', dev: 'eth0' }] });
    expect(answers?.map(parseNeighbour).slice(7)).toEqual([true, undefined]);
    expect(answers?.map(parseWay)[5]).toEqual({ kind: 'none', says: 'Network is unreachable' });
  });

  it('is not understood when the answers do not add up', () => {
    expect(readBatch('[]\n', '', 2)).toBeUndefined();
    expect(readBatch('[]\n[]\n[]\n', '', 2)).toBeUndefined();
    expect(readBatch('BusyBox v1.35.0\n', '', 1)).toBeUndefined();
  });

  it('of any bytes never throws, and hides nothing that could move the cursor', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.nat(9), (out, err, count) => {
        readBatch(out, err, count);
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string(), fc.jsonValue())), (rows) => {
        const found = rows as Rows;
        const net: Network = {
          ...twoUplinks(),
          links: parseLinks(found),
          rules: [...parseRules(found, 4), ...parseRules(found, 6)],
          routes: [...parseRoutes(found, 4), ...parseRoutes(found, 6)],
        };
        addressRows(net);
        tableRows(net);
        parseWay({ rows: found });
        parseNeighbour({ rows: found });
      }),
    );
    const evil = {
      ifname: 'e\x1b[2Jh0',
      flags: ['UP'],
      addr_info: [{ local: '192.0.2.9', prefixlen: 24, scope: 'global' }],
    };
    const route = { dst: 'default', gateway: '192.0.2.1', dev: 'e\x1b[2Jh0', table: '\x1b[31m9' };
    const net = { ...twoUplinks(), links: parseLinks([evil]), routes: parseRoutes([route], 4), rules: [] };
    const said = JSON.stringify([
      addressRows(net).map(({ findings }) => findings),
      tableRows(net).map(({ findings, lines }) => [findings, lines]),
    ]);
    expect(said).not.toContain('\\u001b[');
  });
});

describe('two uplinks', () => {
  it('are read with addresses, links, gateways and tables', () => {
    const net = twoUplinks();
    const eth1 = net.links.find(({ name }) => name === 'eth1');
    expect(eth1).toMatchObject({ kind: 'veth', up: true, carrier: true, mtu: 1500, loopback: false });
    expect(eth1?.addresses.map(({ net: own, prefix, scope }) => `${own.text}/${prefix} ${scope}`)).toEqual([
      '198.51.100.20/24 global',
      '198.51.100.21/24 global',
      '2001:db8:b::20/64 global',
      expect.stringMatching(/^fe80::/),
    ]);
    const asked = net.links.flatMap((link) =>
      link.addresses.filter((one) => isAsked(link, one)).map((one) => one.net.text),
    );
    expect(asked).toEqual([
      ...['192.0.2.10', '2001:db8:a::10', '198.51.100.20', '198.51.100.21', '2001:db8:b::20'],
      ...['172.17.0.1', '10.8.0.1'],
    ]);
    expect(addressRows(net).map((row) => `${row.net.text} ${row.gateway?.text}`)).toEqual([
      '192.0.2.10 192.0.2.1',
      '2001:db8:a::10 2001:db8:a::1',
      '198.51.100.20 198.51.100.1',
      '198.51.100.21 198.51.100.1',
      '2001:db8:b::20 fe80::1',
      '172.17.0.1 undefined',
      '10.8.0.1 undefined',
    ]);
  });

  it('one address that no rule sends to its table is found, with what to do; nobody else is accused', () => {
    const net = twoUplinks();
    expect(findingsOf(net, '198.51.100.21')).toEqual([
      'harm: 198.51.100.21 leaves by eth0 by 192.0.2.1, though table 200 has the gateway of eth1: no rule sends this address there',
    ]);
    expect(addressRows(net).find(({ net: own }) => own.text === '198.51.100.21')?.findings[0]?.todo).toBe(
      'ip rule add from 198.51.100.21 lookup 200',
    );
    for (const fine of [
      '192.0.2.10',
      '198.51.100.20',
      '172.17.0.1',
      '10.8.0.1',
      '2001:db8:a::10',
      '2001:db8:b::20',
    ])
      expect(findingsOf(net, fine)).toEqual([]);
    expect(hostFindings(addressRows(net))).toEqual([]);
  });

  it('shows the rules that lead to the decision', () => {
    const steps = addressRows(twoUplinks()).find(({ net }) => net.text === '198.51.100.20')?.rules;
    expect(steps?.map(({ kind, text, says }) => `${kind}: ${text} | ${says}`)).toEqual([
      'matches: 0: from all lookup local | matches, but its table has no route there',
      'passes: 32764: from 203.0.113.5 lookup 300 | not for this address',
      'decides: 32765: from 198.51.100.20 lookup 200 | default via 198.51.100.1 dev eth1',
    ]);
  });

  it('a rule that names an empty table, a table that no rule names', () => {
    const net = twoUplinks();
    expect(tableOf(net, 4, '300')?.findings[0]?.says).toBe(
      'the rule "32764: from 203.0.113.5 lookup 300" names an empty table: it does nothing',
    );
    expect(tableOf(net, 4, '200')).toMatchObject({
      routes: 2,
      wayOut: 'default via 198.51.100.1 dev eth1',
      findings: [],
    });
    expect(tableOf(net, 4, 'main')?.findings).toEqual([]);
    expect(tableOf(net, 4, 'default')).toBeUndefined();
    const unnamed = { ...net, rules: net.rules.filter(({ table }) => table !== '200') };
    expect(tableOf(unnamed, 4, '200')?.findings[0]?.says).toBe(
      'no rule names table 200: its default route is never used',
    );
    expect(findingsOf(unnamed, '198.51.100.21')[0]).toMatch(/no rule names that table$/);
  });

  it('a gateway in main with a worse metric: answers take another way', () => {
    const net = twoUplinks();
    const main = net.routes.map((route) =>
      route.table === '200' ? { ...route, table: 'main', metric: 100 } : route,
    );
    expect(findingsOf({ ...net, routes: main }, '198.51.100.21')).toEqual([
      'warning: answers of 198.51.100.21 take another way: it leaves by eth0 by 192.0.2.1, its own gateway is 198.51.100.1 on eth1',
    ]);
  });

  it('is not fooled by marks, by the same router on two cards, by a tunnel for all', () => {
    const net = twoUplinks();
    const mark = parseRules(
      [{ priority: 9, src: '198.51.100.0', srclen: 24, fwmark: '0x1', table: '200' }],
      4,
    );
    expect(findingsOf({ ...net, rules: [...net.rules, ...mark] }, '198.51.100.21')).toEqual([]);
    const same: Way = { kind: 'goes', dev: 'eth0', via: host('198.51.100.1'), table: 'main' };
    expect(findingsOf({ ...net, ways: new Map([['198.51.100.21', same]]) }, '198.51.100.21')).toEqual([]);
    const links = [
      ...net.links,
      ...parseLinks([{ ifname: 'wg0', flags: ['UP'], linkinfo: { info_kind: 'wireguard' } }]),
    ];
    const tunnel: Way = { kind: 'goes', dev: 'wg0', table: '51820' };
    expect(findingsOf({ ...net, links, ways: new Map([['192.0.2.10', tunnel]]) }, '192.0.2.10')).toEqual([
      'note: what comes from 192.0.2.10 leaves by the tunnel wg0, answers to the outside too',
    ]);
    const vrf = net.links.map((link) => (link.name === 'eth1' ? { ...link, inVrf: true } : link));
    expect(findingsOf({ ...net, links: vrf, ways: new Map() }, '198.51.100.21')).toEqual([]);
  });

  it('a link that is down, a gateway that nobody answers for, no way out at all', () => {
    const net = twoUplinks();
    const down = net.links.map((link) => (link.name === 'eth1' ? { ...link, carrier: false } : link));
    expect(findingsOf({ ...net, links: down }, '198.51.100.20')).toEqual([
      'warning: eth1 is without carrier: nothing goes by it',
    ]);
    expect(tableOf({ ...net, links: down }, 4, '200')?.findings[0]?.says).toBe(
      '"default via 198.51.100.1 dev eth1" goes by a link that is down',
    );
    expect(findingsOf({ ...net, neighbours: new Map([['192.0.2.1%eth0', false]]) }, '192.0.2.10')).toEqual([
      'warning: nobody answers for the gateway 192.0.2.1 on eth0',
    ]);
    const none: Way = parseWay({ failed: host('192.0.2.1').text as never });
    const nowhere = { ...net, routes: [], ways: new Map([...net.ways.keys()].map((key) => [key, none])) };
    expect(hostFindings(addressRows(nowhere)).map(({ says }) => says)).toEqual([
      'no way out for IPv4: no table that applies has a default route',
      'no way out for IPv6: no table that applies has a default route',
    ]);
  });

  it('routes by several gateways, and a default that goes nowhere', () => {
    const hops = [
      { gateway: '192.0.2.1', dev: 'eth0' },
      { via: { family: 'inet6', host: 'fe80::1' }, dev: 'eth1' },
    ];
    expect(parseRoutes([{ dst: 'default', nexthops: hops }], 4)).toMatchObject([
      { table: 'main', hops: [{ dev: 'eth0' }, { dev: 'eth1', via: { text: 'fe80::1' } }] },
    ]);
    expect(parseWay({ rows: [{ type: 'blackhole', dst: '198.41.0.4' }] })).toEqual({
      kind: 'none',
      says: 'a route says: blackhole',
    });
    const rule = parseRules([{ priority: 5, src: '192.0.2.10', action: 'unreachable' }], 4);
    const steps = addressRows({ ...twoUplinks(), rules: rule })[0]?.rules;
    expect(steps?.map(({ kind, says }) => `${kind} ${says}`)).toEqual(['decides unreachable']);
  });
});
