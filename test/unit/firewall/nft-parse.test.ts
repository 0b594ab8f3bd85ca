import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SetInfo } from '../../../src/core/rows.ts';
import { nftBackend } from '../../../src/firewall/nft/backend.ts';
import { parseNftSets } from '../../../src/firewall/nft/parse.ts';
import { capture } from './build.ts';

const json = capture('nft/1.0.6/ruleset.json').toString();
const text = capture('nft/1.0.6/ruleset.txt').toString();

function setsOf(jsonText: string, plainText: string): ReadonlyMap<string, SetInfo> {
  const parsed = parseNftSets(jsonText, plainText);
  if (!parsed.ok) throw new Error(parsed.problem.summary);
  return new Map(parsed.value.map((set) => [set.key, set]));
}

const sets = setsOf(json, text);
const enforcementOf = (key: string) => sets.get(`nft:${key}`)?.enforcement;

describe('nft sets', () => {
  test('only sets of addresses, with what they hold', () => {
    expect([...sets.keys()].filter((key) => key.includes('ports') || key.includes('pair'))).toEqual([]);
    expect(sets.get('nft:inet opsconsole ban4')).toEqual({
      key: 'nft:inet opsconsole ban4',
      backend: 'nft',
      table: 'inet opsconsole',
      name: 'ban4',
      family: 4,
      type: 'ipv4_addr',
      holdsNets: false,
      timeouts: true,
      counters: true,
      comments: true,
      max: 1_048_576,
      owner: 'opsconsole',
      enforcement: {
        kind: 'dropped',
        rule: 'inet opsconsole early: ip saddr @ban4 drop',
        afterEstablished: false,
        hooks: ['prerouting'],
        position: 'rule 2 of inet opsconsole early (hook prerouting, priority -310)',
      },
      twin: 'nft:inet opsconsole ban6',
    });
    expect(sets.get('nft:inet filter late4')).toMatchObject({ timeouts: true, defaultTimeout: 3600 });
    expect(sets.get('nft:inet filter viajump4')).toMatchObject({ holdsNets: true, autoMerge: true });
    expect(sets.get('nft:inet filter allow4')?.autoMerge).toBe(undefined);
  });

  test.each([
    ['inet f2b-table addr-set-sshd', 'fail2ban', 'inet f2b-table addr6-set-sshd'],
    ['ip sshguard attackers', 'sshguard', 'ip6 sshguard attackers'],
    ['ip crowdsec crowdsec-blacklists', 'crowdsec', 'ip6 crowdsec6 crowdsec6-blacklists'],
    ['inet filter late4', 'unknown', undefined],
  ])('%s belongs to %s and pairs with %s', (key, owner, twin) => {
    expect(sets.get(`nft:${key}`)?.owner).toBe(owner);
    expect(sets.get(`nft:${key}`)?.twin).toBe(twin === undefined ? undefined : `nft:${twin}`);
    if (twin !== undefined) expect(sets.get(`nft:${twin}`)?.twin).toBe(`nft:${key}`);
  });
});

test('the inside of the wall of the shields is no list of banned addresses', () => {
  const setOf = (table: string, name: string) => ({
    set: { family: 'inet', table, name, type: 'ipv4_addr', handle: 1, flags: ['interval'] },
  });
  const items = [
    ...['safe4', 'armed', 'rl4', 'cc6', 'banned4'].map((name) => setOf('opsconsole_shields', name)),
    setOf('opsconsole', 'safe4'),
  ];
  const parsed = parseNftSets(JSON.stringify({ nftables: items }), '');
  expect(parsed.ok ? parsed.value.map(({ table, name }) => `${table} ${name}`) : parsed.problem).toEqual([
    'inet opsconsole_shields banned4',
    'inet opsconsole safe4',
  ]);
  expect(parsed.ok && parsed.value.map(({ shields }) => shields)).toEqual([true, undefined]);
});

describe('enforcement by nft rules', () => {
  test.each([
    // Dropped, and whether a live flow survives.
    ['inet opsconsole ban6', false],
    ['inet f2b-table addr-set-sshd', false],
    ['ip6 sshguard attackers', false],
    ['netdev edge nic4', false],
    ['inet filter late4', true],
    ['inet filter viajump4', true],
    ['inet filter logged4', true],
    ['inet filter new4', true],
    ['ip natted firstonly', true],
    ['inet loops looped', false],
  ])('%s is dropped (behind established: %s)', (key, afterEstablished) => {
    expect(enforcementOf(key)).toMatchObject({ kind: 'dropped', afterEstablished });
  });

  test.each([
    ['inet filter allow4', 'accepts', 'inet filter input: ip saddr @allow4 accept'],
    ['inet filter not4', 'reversed', 'inet filter input: ip saddr != @not4 drop'],
    ['inet filter meter4', 'limited', 'inet filter input: tcp flags syn update @meter4 drop'],
    [
      'inet filter orphan4',
      'unreached',
      'chain is never reached: inet filter unreached: ip saddr @orphan4 drop',
    ],
    [
      'inet filter behind4',
      'elsewhere',
      'not an incoming hook, or behind a final rule: inet filter input: ip saddr @behind4 drop',
    ],
    [
      'inet filter out4',
      'elsewhere',
      'not an incoming hook, or behind a final rule: inet filter output: ip daddr @out4 drop',
    ],
    ['ip asleep sleepy', 'dormant', 'table is dormant: ip asleep input: ip saddr @sleepy drop'],
  ])('%s is not: %s', (key, because, rule) => {
    expect(enforcementOf(key)).toEqual({ kind: 'not-dropped', rule, because });
  });

  test('a set that no rule names is unused', () => {
    expect(enforcementOf('inet filter idle4')).toEqual({ kind: 'unused' });
  });

  test('a jump to a chain that logs and drops counts, and the rule is shown', () => {
    expect(enforcementOf('inet filter logged4')).toMatchObject({
      rule: 'inet filter more: ip saddr @logged4 goto logdrop',
    });
  });

  test('without the text listing, sets are still read', () => {
    expect([...setsOf(json, '').keys()]).toEqual([...sets.keys()]);
  });

  test('rules of iptables-nft beside are no obstacle', () => {
    const listing = capture('nft/1.0.6/xtables-ruleset.json').toString();
    expect(setsOf(listing, '').size).toBe(0);
  });
});

describe('bad input', () => {
  test('is a problem, never a throw', () => {
    for (const bad of ['', 'nft: command not found', '{}', '[]', '{"nftables": {}}'])
      expect(parseNftSets(bad, '')).toMatchObject({ ok: false, problem: { code: 'unreadable' } });
    fc.assert(fc.property(fc.string(), fc.string(), (a, b) => void parseNftSets(a, b)));
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(fc.constantFrom('set', 'rule', 'chain', 'table'), fc.jsonValue())),
        (items) => void parseNftSets(JSON.stringify({ nftables: items }), ''),
      ),
    );
  });

  test('rules of any shape never throw', () => {
    const expression = fc.dictionary(
      fc.constantFrom('match', 'vmap', 'drop', 'jump', 'goto', 'set', 'xt', 'limit', 'accept'),
      fc.oneof(
        fc.jsonValue(),
        fc.record({
          target: fc.constantFrom('a', 'b'),
          left: fc.jsonValue(),
          right: fc.constantFrom('@s', 1),
        }),
      ),
    );
    fc.assert(
      fc.property(fc.array(fc.array(expression)), (rules) => {
        const chains = ['a', 'b'].map((name) => ({
          chain: { family: 'ip', table: 't', name, hook: 'input', prio: 0, type: 'filter' },
        }));
        const items = [
          { set: { family: 'ip', table: 't', name: 's', type: 'ipv4_addr' } },
          ...chains,
          ...rules.map((expr, i) => ({ rule: { family: 'ip', table: 't', chain: i % 2 ? 'a' : 'b', expr } })),
        ];
        expect(parseNftSets(JSON.stringify({ nftables: items }), '').ok).toBe(true);
      }),
    );
  });
});

test('what is run: terse listings only, and one set by checked names', () => {
  expect(nftBackend.listSets.map((one) => one.argv.join(' '))).toEqual([
    'nft -j -t list ruleset',
    'nft -t list ruleset',
  ]);
  const set = sets.get('nft:ip sshguard attackers');
  if (set === undefined) throw new Error('no set');
  expect(nftBackend.listMembers(set).argv).toEqual([
    'nft',
    '-j',
    'list',
    'set',
    'ip',
    'sshguard',
    'attackers',
  ]);
  const forged = { ...set, name: 'x; flush ruleset' };
  expect(nftBackend.listMembers(forged).argv.join(' ')).not.toContain('flush');
});
