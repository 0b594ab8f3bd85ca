// The iptables wall: its exact sets, rules and steps, and what is read back from them.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { iptablesWall } from '../../../../src/firewall/shields/iptables.ts';
import { printRules, withoutSets } from '../../../../src/firewall/shields/iptables-rules.ts';
import { printSets } from '../../../../src/firewall/shields/iptables-sets.ts';
import { net } from '../build.ts';
import { anyWall, BARE, WHOLE } from './walls.ts';

const SYN = '-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -m addrtype --dst-type LOCAL';
const limit = (family: 4 | 6, mask: number): string =>
  `-m hashlimit --hashlimit-name oc_syn${family} --hashlimit-mode srcip --hashlimit-srcmask ${mask} ` +
  '--hashlimit-above 5/sec --hashlimit-burst 10 --hashlimit-htable-max 65536 --hashlimit-htable-expire 60000 ' +
  '-m comment --comment "opsconsole syn"';
const RULES6 = `*raw
:OC_SHIELD - [0:0]
-A OC_SHIELD -m comment --comment "opsconsole shields v1 id=deadbeef seen"
-A OC_SHIELD -m set ! --match-set oc_armed6 src -j RETURN
-A OC_SHIELD -i lo -j RETURN
-A OC_SHIELD -m set --match-set oc_safe6 src -j RETURN
-A OC_SHIELD -p ipv6-icmp -m icmp6 --icmpv6-type 2 -j RETURN
-A OC_SHIELD -p ipv6-icmp -m icmp6 --icmpv6-type 134 -j RETURN
-A OC_SHIELD -p ipv6-icmp -m icmp6 --icmpv6-type 135 -j RETURN
-A OC_SHIELD -p ipv6-icmp -m icmp6 --icmpv6-type 136 -j RETURN
-A OC_SHIELD -m set --match-set oc_banned6 src -m comment --comment "opsconsole banned" -j DROP
-A OC_SHIELD ${SYN} -m set ! --match-set oc_ports dst -m comment --comment "opsconsole ports" -j DROP
-A OC_SHIELD ${SYN} ${limit(6, 64)} -j DROP
-I PREROUTING 1 -j OC_SHIELD
COMMIT
*filter
:OC_SHIELD_IN - [0:0]
-A OC_SHIELD_IN -m set ! --match-set oc_armed6 src -j RETURN
-A OC_SHIELD_IN -i lo -j RETURN
-A OC_SHIELD_IN -m set --match-set oc_safe6 src -j RETURN
-A OC_SHIELD_IN -p tcp -m set --match-set oc_capports dst -m conntrack --ctstate NEW -m connlimit --connlimit-above 50 --connlimit-mask 64 --connlimit-saddr -m comment --comment "opsconsole connections" -j REJECT --reject-with tcp-reset
-I INPUT 1 -j OC_SHIELD_IN
COMMIT
`;

const SETS = `create oc_armed4 hash:net family inet timeout 0
flush oc_armed4
create oc_safe4 hash:net family inet maxelem 262144
flush oc_safe4
add oc_safe4 10.0.0.0/8
add oc_safe4 203.0.113.5
create oc_banned4 hash:net family inet maxelem 262144
flush oc_banned4
add oc_banned4 198.51.100.7
create oc_armed6 hash:net family inet6 timeout 0
flush oc_armed6
create oc_safe6 hash:net family inet6 maxelem 262144
flush oc_safe6
add oc_safe6 ::1
add oc_safe6 fe80::/10
create oc_banned6 hash:net family inet6 maxelem 262144
flush oc_banned6
add oc_banned6 2001:db8:bad::/48
create oc_ports bitmap:port range 0-65535
flush oc_ports
add oc_ports 22
add oc_ports 80
add oc_ports 443
add oc_ports 2222
create oc_capports bitmap:port range 0-65535
flush oc_capports
add oc_capports 80
add oc_capports 443
add oc_armed4 0.0.0.0/1 timeout 125
add oc_armed4 128.0.0.0/1 timeout 125
add oc_armed6 ::/1 timeout 125
add oc_armed6 8000::/1 timeout 125
`;

describe('the text', () => {
  test('of the rules with every part', () => {
    expect(printRules(WHOLE, 6)).toBe(RULES6);
    const four = RULES6.replaceAll(/^.*icmpv6-type.*\n/gm, '')
      .replaceAll(/oc_(armed|safe|banned)6/g, 'oc_$14')
      .replace('--connlimit-mask 64', '--connlimit-mask 32')
      .replace(limit(6, 64), limit(4, 32));
    expect(printRules(WHOLE, 4)).toBe(four);
  });

  test('of the sets', () => {
    expect(printSets(WHOLE, [4, 6])).toBe(SETS);
  });

  test('has only the parts that were asked for', () => {
    for (const part of ['banned', 'ports', 'hashlimit', 'connlimit', 'REJECT', 'DROP']) {
      expect(printRules(BARE, 4)).not.toContain(part);
      expect(printSets(BARE, [4, 6])).not.toContain(part);
    }
  });

  test('all addresses are two halves, because ipset takes no prefix of 0', () => {
    const sets = printSets({ ...BARE, safe: [net('0.0.0.0/0'), net('192.0.2.1'), net('::/0')] }, [4, 6]);
    expect(sets.match(/^add oc_safe.*$/gm)).toEqual([
      'add oc_safe4 0.0.0.0/1',
      'add oc_safe4 128.0.0.0/1',
      'add oc_safe6 ::/1',
      'add oc_safe6 8000::/1',
    ]);
  });

  test('of any wall has no line from outside', () => {
    const sets =
      /^(?:create oc_[a-z]+[46]? (?:hash:net family inet6?(?: maxelem 262144| timeout 0)|bitmap:port range 0-65535)|flush oc_[a-z]+[46]?|add oc_[a-z]+[46]? [0-9a-f.:/]+(?: timeout \d+)?)$/;
    const rules =
      /^(?:\*raw|\*filter|COMMIT|:OC_SHIELD(?:_IN)? - \[0:0\]|-I (?:PREROUTING|INPUT) 1 -j OC_SHIELD(?:_IN)?|-A OC_SHIELD(?:_IN)? [A-Za-z0-9_ "=:,!/-]+)$/;
    fc.assert(
      fc.property(anyWall, (wall) => {
        for (const line of printSets(wall, [4, 6]).trimEnd().split('\n')) expect(line).toMatch(sets);
        for (const line of printRules(wall, 6).trimEnd().split('\n')) expect(line).toMatch(rules);
      }),
    );
  });
});

describe('the steps', () => {
  test('check tries the rules without the sets that are not there yet', () => {
    const checks = iptablesWall.check(WHOLE);
    expect(checks.map(({ argv }) => argv.join(' '))).toEqual([
      'iptables-restore -w 5 --noflush --test',
      'ip6tables-restore -w 5 --noflush --test',
    ]);
    expect(checks[1]?.stdin).toBe(withoutSets(RULES6));
    expect(checks[1]?.stdin).not.toContain('match-set');
    expect(checks[1]?.stdin).toContain('\n-A OC_SHIELD -j RETURN\n');
  });

  test('load takes a leftover out of use, fills the sets, then hooks in', () => {
    const steps = iptablesWall.load(WHOLE).map(({ command }) => command);
    expect(steps.map(({ argv }) => argv.join(' '))).toEqual([
      'iptables -w 5 -t raw -D PREROUTING -j OC_SHIELD',
      'iptables -w 5 -D INPUT -j OC_SHIELD_IN',
      'ip6tables -w 5 -t raw -D PREROUTING -j OC_SHIELD',
      'ip6tables -w 5 -D INPUT -j OC_SHIELD_IN',
      'iptables-restore -w 5 --noflush',
      'ip6tables-restore -w 5 --noflush',
      'ipset -exist restore',
      'iptables-restore -w 5 --noflush',
      'ip6tables-restore -w 5 --noflush',
    ]);
    expect(steps[4]?.stdin).toBe(
      '*raw\n:OC_SHIELD - [0:0]\nCOMMIT\n*filter\n:OC_SHIELD_IN - [0:0]\nCOMMIT\n',
    );
    expect(steps[6]?.stdin).toBe(SETS);
    expect(steps[8]?.stdin).toBe(RULES6);
    expect(steps.every(({ privileged }) => privileged === true)).toBe(true);
    expect(steps.map(({ okExits }) => okExits?.length ?? 0)).toEqual([3, 3, 3, 3, 0, 0, 0, 0, 0]);
  });

  test('a kernel without IPv6 gets no ip6tables', () => {
    const wall = { ...WHOLE, families: [4] as const };
    const words = [...iptablesWall.check(wall), ...iptablesWall.load(wall).map(({ command }) => command)];
    expect(words.filter(({ argv }) => argv[0].startsWith('ip6'))).toEqual([]);
  });

  test('the timer is set anew by adding again', () => {
    expect(iptablesWall.arm(60).map(({ command }) => [command.argv.join(' '), command.stdin])).toEqual([
      ['ipset -exist restore', SETS.split('\n').slice(-5).join('\n').replaceAll('125', '60')],
    ]);
  });
});

const RAW = `# Warning: iptables-legacy tables present, use iptables-legacy to see them
Chain OC_SHIELD (1 references)
    pkts      bytes target     prot opt in     out     source               destination         
      40     2400            0    --  *      *       0.0.0.0/0            0.0.0.0/0            /* opsconsole shields v1 id=deadbeef seen */
       0        0 RETURN     0    --  *      *       0.0.0.0/0            0.0.0.0/0            ! match-set oc_armed4 src
       5      300 DROP       0    --  *      *       0.0.0.0/0            0.0.0.0/0            match-set oc_banned4 src /* opsconsole banned */
       6      360 DROP       6    --  *      *       0.0.0.0/0            0.0.0.0/0            tcp flags:0x17/0x02 ADDRTYPE match dst-type LOCAL ! match-set oc_ports dst /* opsconsole ports */
       7      420 DROP       6    --  *      *       0.0.0.0/0            0.0.0.0/0            tcp flags:0x17/0x02 limit: above 5/sec burst 10 mode srcip htable-max 65536 htable-expire 60000 /* opsconsole syn */
`;
const INPUT = `Chain OC_SHIELD_IN (1 references)
    pkts      bytes target     prot opt in     out     source               destination         
       8      480 REJECT     6    --  *      *       0.0.0.0/0            0.0.0.0/0            match-set oc_capports dst ctstate NEW #conn src/32 > 3 /* opsconsole connections */ reject-with tcp-reset
`;
const ARMED4 = `create oc_armed4 hash:net family inet hashsize 1024 maxelem 65536 timeout 0 bucketsize 12 initval 0xef28854e
add oc_armed4 128.0.0.0/1 timeout 29
add oc_armed4 0.0.0.0/1 timeout 29
`;
const ARMED6 = `create oc_armed6 hash:net family inet6 hashsize 1024 maxelem 65536 timeout 0 bucketsize 12 initval 0x4b72fa24
add oc_armed6 8000::/1 timeout 29
add oc_armed6 ::/1 timeout 29
`;
const ALL = [RAW, RAW, INPUT, INPUT, ARMED4, ARMED6];

describe('reading back', () => {
  test('both families are counted together', () => {
    expect(iptablesWall.parse(ALL)).toEqual({
      id: 'deadbeef',
      seen: 80,
      armed: true,
      dropped: { banned: 10, ports: 12, syn: 14, connections: 16 },
    });
  });

  test('without IPv6 in the kernel', () => {
    expect(iptablesWall.parse([RAW, '', INPUT, '', ARMED4, ''])).toMatchObject({
      id: 'deadbeef',
      seen: 40,
      armed: true,
    });
  });

  test('chains that nothing jumps to are no wall any more', () => {
    for (const at of [0, 1, 2, 3]) {
      const outputs = ALL.map((text, index) => (index === at ? text.replace('(1 ref', '(0 ref') : text));
      expect(iptablesWall.parse(outputs)).toBeDefined();
      expect(iptablesWall.parse(outputs)?.id).toBeUndefined();
    }
    expect(iptablesWall.parse([RAW, RAW, '', INPUT, ARMED4, ARMED6])?.id).toBeUndefined();
  });

  test('the timer has run out when a half of either family is gone', () => {
    for (const half of ['0.0.0.0/1', '128.0.0.0/1', '::/1', '8000::/1']) {
      const outputs = ALL.map((text) => text.replace(new RegExp(`^add oc_armed[46] ${half} .*\\n`, 'm'), ''));
      expect(iptablesWall.parse(outputs)?.armed).toBe(false);
    }
  });

  test('no chain, no reading', () => {
    expect(iptablesWall.parse(['', RAW])).toBeUndefined();
    expect(iptablesWall.parse([])).toBeUndefined();
  });
});
