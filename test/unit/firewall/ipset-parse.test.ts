import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ipsetBackend } from '../../../src/firewall/ipset/backend.ts';
import { parseIpsets } from '../../../src/firewall/ipset/parse.ts';
import { capture } from './build.ts';

const terse = capture('ipset/7.17/list-t.txt').toString();
const v4 = capture('iptables/1.8.9/iptables-save.txt').toString();
const v6 = capture('iptables/1.8.9/ip6tables-save.txt').toString();
const legacy = capture('iptables/1.8.9/iptables-legacy-save.txt').toString();

function setsOf(outputs: readonly (string | undefined)[]) {
  const parsed = ipsetBackend.parseSets(outputs);
  if (!parsed.ok) throw new Error(parsed.problem.summary);
  return new Map(parsed.value.map((set) => [set.name, set]));
}
const sets = setsOf([terse, v4, v6, legacy, '']);

describe('ipsets', () => {
  test('sets of addresses with all that the header says', () => {
    expect([...sets.keys()].filter((name) => name === 'ports' || name === 'outer')).toEqual([]);
    expect(sets.get('f2b-http')).toEqual({
      key: 'ipset:f2b-http',
      backend: 'ipset',
      name: 'f2b-http',
      family: 4,
      type: 'hash:ip',
      holdsNets: false,
      timeouts: true,
      defaultTimeout: 600,
      counters: true,
      comments: true,
      count: 3,
      max: 65_536,
      references: 1,
      owner: 'fail2ban',
      enforcement: {
        kind: 'dropped',
        rule: 'iptables filter INPUT: -p tcp -m multiport --dports 80,443 -m set --match-set f2b-http src -j REJECT --reject-with icmp-port-unreachable',
        afterEstablished: false,
        hooks: ['input'],
        position: 'rule 1 of iptables filter INPUT (hook input, priority 0)',
      },
      twin: 'ipset:f2b-http6',
      findings: [
        { level: 'note', says: expect.stringMatching(/^rules lie in both variants of iptables/) },
        { level: 'note', says: 'a ban that is added without a time of its own ends after 10m' },
      ],
    });
    expect(sets.get('drop-net6')).toMatchObject({
      family: 6,
      holdsNets: true,
      timeouts: true,
      comments: true,
    });
    expect(sets.get('masked')?.type).toBe('hash:ip netmask 24');
    expect(sets.get('oc_ban4')?.owner).toBe('opsconsole');
    expect(sets.get('unused')).toMatchObject({ max: 10, count: 0, references: 0 });
  });

  test.each([
    ['drop-net', false],
    ['drop-net6', false],
    ['oc_ban4', false],
    ['viachain', false],
    ['fwd', false],
    ['legacy', false],
    ['late', true],
  ])('%s is dropped (behind established: %s)', (name, afterEstablished) => {
    expect(sets.get(name)?.enforcement).toMatchObject({ kind: 'dropped', afterEstablished });
  });

  test.each([['white'], ['limited'], ['outgoing'], ['masked']])('%s is used but not dropped', (name) => {
    expect(sets.get(name)?.enforcement.kind).toBe('not-dropped');
  });

  test('unused, and used by something that is not shown', () => {
    expect(sets.get('unused')?.enforcement).toEqual({ kind: 'unused' });
    expect(sets.get('inlist')?.enforcement.kind).toBe('unknown');
  });

  test('a comment in a rule cannot forge its target', () => {
    expect(sets.get('drop-net')?.enforcement).toMatchObject({ rule: expect.stringMatching(/-j DROP$/) });
  });

  test('the listing with counters reads the same', () => {
    const counted = setsOf([terse, capture('iptables/1.8.9/iptables-save-c.txt').toString(), v6, legacy, '']);
    expect([...counted]).toEqual([...sets]);
  });

  test('rules that could not be read make it unknown, never unused', () => {
    const blind = setsOf([terse, undefined, undefined]);
    expect(blind.get('f2b-http')?.enforcement).toEqual({
      kind: 'unknown',
      why: 'the iptables rules could not be read',
    });
    expect(blind.get('unused')?.enforcement).toEqual({ kind: 'unused' });
    expect(setsOf([terse, v4, undefined]).get('f2b-http')?.enforcement.kind).toBe('dropped');
  });
});

test('of the wall of the shields only the banned are listed, and they are known to end with it', () => {
  const names = ['safe', 'armed', 'banned'].flatMap((name) => [`oc_${name}4`, `oc_${name}6`]);
  const block = (name: string, type: string): string =>
    `Name: ${name}\nType: ${type}\nRevision: 7\nHeader: family ${name.endsWith('6') ? 'inet6' : 'inet'} ` +
    'hashsize 1024 maxelem 65536\nSize in memory: 504\nReferences: 1\nNumber of entries: 2\n';
  const listing = [
    ...[...names, 'oc_ban4'].map((name) => block(name, 'hash:net')),
    // Of the right type, so that only the name keeps them out.
    ...['oc_ports', 'oc_capports'].map((name) => block(name, 'hash:ip')),
  ].join('\n');
  const parsed = parseIpsets(listing, { v4: [''], v6: [''] });
  expect(parsed.ok ? parsed.value.map(({ name, shields, owner }) => [name, shields, owner]) : parsed).toEqual(
    [
      ['oc_banned4', true, 'opsconsole'],
      ['oc_banned6', true, 'opsconsole'],
      ['oc_ban4', undefined, 'opsconsole'],
    ],
  );
});

test('any text is read without a throw', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => void parseIpsets(a, { v4: [b, undefined], v6: [b] })),
  );
  const words = fc.constantFrom(
    '-A',
    'INPUT',
    '-m',
    'set',
    '--match-set',
    's',
    'src',
    '-j',
    'X',
    '!',
    '"',
    '\\',
    '-g',
  );
  const line = fc.array(words).map((some) => some.join(' '));
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      const rules = `*filter\n:INPUT ACCEPT\n:X - [0:0]\n${lines.join('\n')}\nCOMMIT\n`;
      expect(parseIpsets(terse, { v4: [rules], v6: [''] }).ok).toBe(true);
    }),
  );
});

test('what is run', () => {
  expect(ipsetBackend.listSets.map(({ argv }) => argv.join(' '))).toEqual([
    'ipset list -t',
    'iptables-save',
    'ip6tables-save',
  ]);
  const set = sets.get('f2b-http');
  if (set === undefined) throw new Error('no set');
  expect(ipsetBackend.listMembers(set).argv).toEqual(['ipset', 'save', 'f2b-http']);
});
