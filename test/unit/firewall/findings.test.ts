// Findings on captured rulesets: real starts of FireHOL 3.1.7 and ufw 0.36.2, and rules in Docker's shape as iptables-nft,
// iptables-legacy and nft hold them.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Finding, SetInfo } from '../../../src/core/rows.ts';
import type { Chain } from '../../../src/firewall/enforcement.ts';
import { findingsOf } from '../../../src/firewall/findings.ts';
import { ipsetBackend } from '../../../src/firewall/ipset/backend.ts';
import { readIptablesSave } from '../../../src/firewall/iptables/rule.ts';
import { parseNftSets } from '../../../src/firewall/nft/parse.ts';
import { concerns, portsOf, publishedOf } from '../../../src/firewall/published.ts';
import { capture } from './build.ts';

const read = (name: string): string => capture(name).toString();

function ipsets(...outputs: (string | undefined)[]): ReadonlyMap<string, SetInfo> {
  const parsed = ipsetBackend.parseSets(outputs);
  if (!parsed.ok) throw new Error(parsed.problem.summary);
  return new Map(parsed.value.map((set) => [set.name, set]));
}

function nftSets(json: string, text = ''): ReadonlyMap<string, SetInfo> {
  const parsed = parseNftSets(json, text);
  if (!parsed.ok) throw new Error(parsed.problem.summary);
  return new Map(parsed.value.map((set) => [`${set.table} ${set.name}`, set]));
}

const says = (set: SetInfo | undefined, level: Finding['level']): readonly string[] =>
  (set?.findings ?? []).filter((one) => one.level === level).map((one) => one.says);

describe('FireHOL 3.1.7, which writes its rules to iptables-legacy', () => {
  const terse = read('firehol/3.1.7/ipset-list-t.txt');
  const legacy = read('firehol/3.1.7/iptables-legacy-save.txt');
  const nft = read('iptables/1.8.9/iptables-save.txt');

  test('a stateless blacklist stands before everything, a stateful one stops new flows only', () => {
    const sets = ipsets(terse, '', '', legacy, '');
    expect(sets.get('blacklist4')).toMatchObject({
      owner: 'firehol',
      enforcement: {
        kind: 'dropped',
        afterEstablished: false,
        hooks: ['input', 'forward'],
        position: 'rule 1 of iptables-legacy filter INPUT (hook input, priority 0)',
      },
    });
    expect(says(sets.get('blacklist4'), 'warning')).toEqual([]);
    expect(sets.get('stated4')?.enforcement).toMatchObject({
      afterEstablished: true,
      position:
        'rule 2 of iptables-legacy filter INPUT (hook input, priority 0), only for packets that begin a flow',
    });
    expect(says(sets.get('stated4'), 'warning')).toEqual([
      'tested after established flows are accepted: a live connection survives a ban',
    ]);
    expect(says(sets.get('stated4'), 'note')).toContain(
      'firehol start and restart make this set anew: bans added by hand are gone then',
    );
  });

  test('its rules beside those of iptables-nft are pointed out', () => {
    const sets = ipsets(terse, nft, '', legacy, '');
    expect(says(sets.get('blacklist4'), 'warning')[0]).toMatch(
      /^its rule is in iptables-legacy, while iptables/,
    );
    // Where iptables is the legacy variant there is one place only.
    expect(says(ipsets(terse, legacy, '', legacy, '').get('blacklist4'), 'warning')).toEqual([]);
    // And the other way round: the rules of the variant that is not in use are asked for then.
    const asked = ipsetBackend.followUp?.([terse, legacy]) ?? [];
    expect(asked.map(({ argv }) => argv[0])).toEqual(['iptables-nft-save', 'ip6tables-nft-save']);
    expect(ipsetBackend.followUp?.([terse, nft])).toEqual([]);
    const lone = legacy.replace(/ blacklist4 /g, ' other ');
    const hidden = nft.replace('--match-set drop-net src', '--match-set blacklist4 src');
    expect(says(ipsets(terse, lone, '', lone, '', hidden, '').get('blacklist4'), 'warning')[0]).toMatch(
      /^its rule is in iptables-nft, while iptables here is the legacy variant/,
    );
    expect(ipsets(terse, lone, '', lone, '', undefined, '').get('blacklist4')?.enforcement.kind).toBe(
      'unknown',
    );
  });
});

describe('ufw 0.36.2', () => {
  const sets = ipsets(read('ufw/0.36.2/ipset-list-t.txt'), read('ufw/0.36.2/iptables-save.txt'), '');

  test('a rule at the head of INPUT stands before it, one at the end behind its accept of established flows', () => {
    expect(sets.get('first')?.enforcement).toMatchObject({
      afterEstablished: false,
      position: 'rule 1 of iptables filter INPUT (hook input, priority 0)',
    });
    expect(says(sets.get('first'), 'warning')).toEqual([]);
    expect(sets.get('last')?.enforcement).toMatchObject({
      afterEstablished: true,
      position:
        'rule 8 of iptables filter INPUT (hook input, priority 0), behind rule 2 of iptables filter ufw-before-input, which accepts established flows',
    });
  });

  test('a rule in one of its chains is gone with its reload', () => {
    const words =
      'its rule stands in a chain of ufw: ufw reload takes it out, unless it is in the files of ufw';
    expect(says(sets.get('inufw'), 'note')).toContain(words);
    expect(says(sets.get('first'), 'note')).not.toContain(words);
  });
});

describe('published ports', () => {
  const terse = read('ipset/7.17/docker-list-t.txt');

  test.each([
    ['iptables', 'docker-save.txt'],
    ['iptables-legacy', 'docker-legacy-save.txt'],
  ])('%s: a set that is dropped on input only is bypassed', (_, file) => {
    const sets = ipsets(terse, read(`iptables/1.8.9/${file}`), '');
    expect(says(sets.get('blocked4'), 'harm')).toEqual([
      'Docker publishes tcp 8080, udp 53: these packets are forwarded and never meet blocked4, which is dropped on the input hook only',
    ]);
    // A jail for ssh loses nothing by a published web port; one for that port does.
    expect(says(sets.get('f2b-sshd'), 'harm')).toEqual([]);
    expect(says(sets.get('f2b-web'), 'harm')).toHaveLength(1);
    expect(says(sets.get('f2b-web'), 'warning')).toEqual([
      'nearly full (19 of 20): when it is, every further ban in it fails',
    ]);
    expect(says(sets.get('blocked-fw'), 'warning')).toEqual([
      'dropped only where packets are forwarded: the services of this host itself still answer',
    ]);
  });

  test('a drop before routing, or one on both hooks, is whole', () => {
    const save = read('iptables/1.8.9/docker-save.txt');
    const both = save.replace(
      '-A DOCKER-USER -m set --match-set blocked-fw',
      '-A DOCKER-USER -m set --match-set blocked4',
    );
    expect(says(ipsets(terse, both, '').get('blocked4'), 'harm')).toEqual([]);
    const raw = `*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -m set --match-set blocked4 src -j DROP\nCOMMIT\n`;
    expect(says(ipsets(terse, `${raw}${save}`, '').get('blocked4'), 'harm')).toEqual([]);
  });

  test('nft: by iptables-nft or by tables of Docker itself, for its family only', () => {
    const sets = nftSets(read('nft/1.0.6/docker-native-ruleset.json'));
    expect(says(sets.get('inet filter blocked4'), 'harm')[0]).toMatch(/^Docker publishes tcp 8080: /);
    expect(says(sets.get('inet filter blocked6'), 'harm')).toEqual([]);
    const own = `{"set":{"family":"inet","table":"t","name":"s","type":"ipv4_addr"}},
      {"chain":{"family":"inet","table":"t","name":"c","type":"filter","hook":"input","prio":0}},
      {"rule":{"family":"inet","table":"t","chain":"c","expr":[{"match":{"op":"==","left":{"payload":
      {"protocol":"ip","field":"saddr"}},"right":"@s"}},{"drop":null}]}}]}`;
    const docker = read('nft/1.0.6/docker-iptables-ruleset.json').trim().replace(/\]\}$/, `,${own}`);
    expect(says(nftSets(docker).get('inet t s'), 'harm')[0]).toMatch(/^Docker publishes tcp 8080, udp 53: /);
  });

  test('ports of a rule, as both tools print them', () => {
    expect(portsOf('-p tcp -m multiport --dports 80,443,8000:8100 -m set')).toEqual([
      [80, 80],
      [443, 443],
      [8000, 8100],
    ]);
    expect(portsOf('tcp dport { 80, 8000-8100 } ip saddr @x drop')).toEqual([
      [80, 80],
      [8000, 8100],
    ]);
    expect(portsOf('tcp dport { 1, 2, 3, 4, 5, 6, … } drop')).toBe(undefined);
    expect(portsOf('ip saddr @x drop')).toBe(undefined);
    const published = { docker: true, ports: ['tcp 8080'], whole: true };
    expect(concerns('tcp dport 22 drop', published)).toBe(false);
    expect(concerns('tcp dport 8000-9000 drop', published)).toBe(true);
    expect(concerns('tcp dport 22 drop', { ...published, whole: false })).toBe(true);
  });

  test('any text is read without an error', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom<4 | 6>(4, 6), (text, family) => {
        portsOf(text);
        publishedOf(
          readIptablesSave(`*nat\n:PREROUTING ACCEPT\n-A PREROUTING ${text}\n`, 'iptables'),
          family,
        );
      }),
    );
    const loop: Chain = {
      label: 'ip nat a',
      id: 'a',
      base: { hook: 'prerouting', priority: 0, newOnly: true },
      dormant: false,
      rules: [],
    };
    expect(publishedOf([loop], 4)).toBe(undefined);
  });
});

describe('what a set itself tells', () => {
  const sets = nftSets(read('nft/1.0.6/ruleset.json'), read('nft/1.0.6/ruleset.txt'));

  test.each([
    ['inet filter idle4', 'harm', 'no rule uses this set: nobody in it is stopped'],
    [
      'ip asleep sleepy',
      'harm',
      'used only in a table that is switched off (dormant): nobody in it is stopped',
    ],
    ['inet filter orphan4', 'harm', 'used only in a chain that no packet reaches: nobody in it is stopped'],
    [
      'inet filter out4',
      'harm',
      'used only where no incoming packet comes by (another hook, or behind a rule that ends all)',
    ],
    [
      'inet filter meter4',
      'warning',
      'its rule drops only a share of the packets (a limit): the rest passes',
    ],
    ['inet filter allow4', 'note', 'its rule lets members pass: an allow-list, not a list of bans'],
    ['inet filter not4', 'note', 'its rule drops those who are not in it, or what is sent to its members'],
    [
      'inet filter late4',
      'warning',
      'tested after established flows are accepted: a live connection survives a ban',
    ],
    ['inet filter late4', 'note', 'a ban that is added without a time of its own ends after 1h'],
    ['inet filter late4', 'note', 'holds IPv4 only, and no set for IPv6 belongs to late4'],
    [
      'ip sshguard attackers',
      'note',
      'when sshguard stops it deletes this table: bans added by hand go with it',
    ],
  ] as const)('%s, %s: %s', (name, level, words) => {
    expect(says(sets.get(name), level)).toContain(words);
  });

  test('our own table has none, and the position names chain, caller and what is before it', () => {
    expect(sets.get('inet opsconsole ban4')?.findings).toBe(undefined);
    expect(sets.get('inet filter viajump4')?.enforcement).toMatchObject({
      position: expect.stringMatching(
        /^rule 1 of inet filter \S+, called by rule \d+ of inet filter input \(hook input, priority 0\), behind rule \d+ of inet filter input, which accepts established flows$/,
      ),
    });
  });

  test('a half-made pair, a full set, a rule to add; the worst first', () => {
    const set: SetInfo = {
      key: 'ipset:sshguard4' as SetInfo['key'],
      backend: 'ipset',
      name: 'sshguard4',
      family: 4,
      type: 'hash:net',
      holdsNets: true,
      timeouts: false,
      counters: false,
      comments: false,
      count: 65_536,
      max: 65_536,
      references: 0,
      owner: 'sshguard',
      enforcement: { kind: 'unused' },
    };
    const found = findingsOf(set);
    expect(found.map(({ level }) => level)).toEqual(['harm', 'harm', 'warning', 'note']);
    expect(found[0]?.todo).toBe('add the rule: iptables -I INPUT -m set --match-set sshguard4 src -j DROP');
    expect(found[1]?.says).toBe('full (65,536 of 65,536): every further ban in it fails');
    // Nobody is believed to be banned by an empty set.
    expect(findingsOf({ ...set, count: 0 })[0]?.level).toBe('warning');
    // A name that no shell line may hold gets no line.
    expect(findingsOf({ ...set, name: '$(id)' })[0]?.todo).toBe(undefined);
    expect(findingsOf({ ...set, owner: 'fail2ban', name: 'f2b-web' }).map((one) => one.says)).toContain(
      'no set for IPv6 beside it: fail2ban makes it with its first ban of such an address',
    );
    expect(findingsOf({ ...set, shields: true })).toEqual([]);
  });
});
