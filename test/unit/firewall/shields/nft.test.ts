// The nft wall: its exact text, and what is read back from it.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nftWall, printNftWall } from '../../../../src/firewall/shields/nft.ts';
import { disjoint } from '../../../../src/firewall/shields/ranges.ts';
import type { Wall } from '../../../../src/firewall/shields/wall.ts';
import { WALL_WRITERS, writerOf } from '../../../../src/firewall/shields/writers.ts';
import { arbitraryNet, net } from '../build.ts';
import { anyWall, BARE, WHOLE } from './walls.ts';

const WHOLE_TEXT = `add table inet opsconsole_shields
delete table inet opsconsole_shields
table inet opsconsole_shields {
  comment "opsconsole shields v1 id=deadbeef"
  counter seen {
    comment "opsconsole shields v1 id=deadbeef"
  }
  counter syn {
  }
  counter connections {
  }
  counter ports {
  }
  counter banned {
  }
  set armed {
    type nf_proto
    flags timeout
    elements = { ipv4 timeout 125s, ipv6 timeout 125s }
  }
  set safe4 {
    type ipv4_addr
    flags interval
    elements = {
      10.0.0.0/8,
      203.0.113.5
    }
  }
  set safe6 {
    type ipv6_addr
    flags interval
    elements = {
      ::1,
      fe80::/10
    }
  }
  set banned4 {
    type ipv4_addr
    flags interval
    elements = {
      198.51.100.7
    }
  }
  set banned6 {
    type ipv6_addr
    flags interval
    elements = {
      2001:db8:bad::/48
    }
  }
  set rl4 {
    type ipv4_addr
    size 65535
    flags dynamic,timeout
    timeout 1m
  }
  set rl6 {
    type ipv6_addr
    size 65535
    flags dynamic,timeout
    timeout 1m
  }
  set cc4 {
    type ipv4_addr
    size 65535
    flags dynamic
  }
  set cc6 {
    type ipv6_addr
    size 65535
    flags dynamic
  }
  ct timeout ssh4 {
    protocol tcp
    l3proto ip
    policy = { established: 432000 }
  }
  ct timeout ssh6 {
    protocol tcp
    l3proto ip6
    policy = { established: 432000 }
  }
  chain early {
    type filter hook prerouting priority -310; policy accept;
    counter name "seen"
    meta nfproto != @armed accept
    iifname "lo" accept
    ip saddr @safe4 accept
    ip6 saddr @safe6 accept
    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert, packet-too-big } accept
    ip saddr @banned4 counter name "banned" drop
    ip6 saddr @banned6 counter name "banned" drop
    tcp flags & (fin|syn|rst|ack) == syn fib daddr type local tcp dport != { 22, 80, 443, 2222 } counter name "ports" drop
    tcp flags & (fin|syn|rst|ack) == syn fib daddr type local update @rl4 { ip saddr limit rate over 5/second burst 10 packets } counter name "syn" drop
    tcp flags & (fin|syn|rst|ack) == syn fib daddr type local update @rl6 { ip6 saddr & ffff:ffff:ffff:ffff:: limit rate over 5/second burst 10 packets } counter name "syn" drop
  }
  chain ctpol {
    type filter hook prerouting priority -150; policy accept;
    meta nfproto != @armed accept
    meta nfproto ipv4 tcp dport { 22, 2222 } ct state new ct timeout set "ssh4"
    meta nfproto ipv6 tcp dport { 22, 2222 } ct state new ct timeout set "ssh6"
  }
  chain conn {
    type filter hook input priority -5; policy accept;
    meta nfproto != @armed accept
    iifname "lo" accept
    ip saddr @safe4 accept
    ip6 saddr @safe6 accept
    tcp dport { 80, 443 } ct state new add @cc4 { ip saddr ct count over 50 } counter name "connections" reject with tcp reset
    tcp dport { 80, 443 } ct state new add @cc6 { ip6 saddr & ffff:ffff:ffff:ffff:: ct count over 50 } counter name "connections" reject with tcp reset
  }
}
`;

const LISTED = `table inet opsconsole_shields {
	counter seen {
		comment "opsconsole shields v1 id=deadbeef"
		packets 120 bytes 7200
	}
	counter syn {
		packets 9 bytes 540
	}
	counter connections {
		packets 4 bytes 240
	}
	counter ports {
		packets 3 bytes 180
	}
	counter banned {
		packets 4294967296 bytes 60
	}
}
table inet opsconsole_shields {
	set armed {
		type nf_proto
		flags timeout
		elements = { ipv4 timeout 2m5s expires 2m4s968ms, ipv6 timeout 2m5s expires 2m4s968ms }
	}
}
`;

describe('the text', () => {
  test('of a wall with every part', () => {
    expect(printNftWall(WHOLE)).toBe(WHOLE_TEXT);
  });

  test('has only the parts that were asked for', () => {
    const text = printNftWall(BARE);
    expect(text).toContain('chain early');
    expect(text).toContain('set safe6');
    for (const part of [
      'chain conn',
      'chain ctpol',
      'ct timeout',
      'banned4',
      'rl4',
      'cc4',
      'fib',
      'elements = {\n',
    ])
      expect(text).not.toContain(part);
    expect(printNftWall({ ...BARE, banned: [], connections: { max: 3, ports: [] } })).toBe(text);
  });

  test('an unknown id is a bug', () => {
    expect(() => printNftWall({ ...BARE, id: 'x"\nflush ruleset' })).toThrow('8 hex digits');
  });

  test('of any wall has no line from outside and at most one statement each', () => {
    const lines =
      /^(?:(?:add|delete) table inet opsconsole_shields|table inet opsconsole_shields \{| *\}| {2,4}comment "opsconsole shields v1 id=[0-9a-f]{8}"| {2}(?:counter|set|chain|ct timeout) [a-z0-9]+ \{| {4}(?:type|size|flags|timeout|protocol|l3proto) [a-z0-9_, -]+(?:; policy accept;)?| {4}(?:policy|elements) = \{(?: [a-z0-9:, ]+ \})?| {6}[0-9a-f.:/]+,?| {4}(?:counter|meta|iifname|ip|ip6|icmpv6|fib|tcp) [a-z0-9 "&!=@(){}|:,/_-]+)$/;
    fc.assert(
      fc.property(anyWall, (wall) => {
        for (const line of printNftWall(wall).trimEnd().split('\n')) expect(line).toMatch(lines);
      }),
    );
  });

  test('nets of a set never overlap, and hold the same addresses as before', () => {
    const nets = fc.array(fc.oneof(arbitraryNet(4), arbitraryNet(6)), { maxLength: 30 });
    fc.assert(
      fc.property(nets, (wished) => {
        for (const family of [4, 6] as const) {
          const kept = disjoint(wished, family);
          for (const [index, one] of kept.entries())
            for (const other of kept.slice(index + 1))
              expect(holds(one, other) || holds(other, one)).toBe(false);
          for (const one of wished.filter((each) => each.family === family))
            expect(kept.some((each) => holds(each, one))).toBe(true);
        }
      }),
    );
  });
});

function holds(outer: ReturnType<typeof net>, inner: ReturnType<typeof net>): boolean {
  const shift = BigInt((outer.family === 4 ? 32 : 128) - outer.prefix);
  return outer.prefix <= inner.prefix && outer.value >> shift === inner.value >> shift;
}

describe('the commands', () => {
  test('check and load differ in -c only, and load is one transaction', () => {
    const [check, ...otherChecks] = nftWall.check(WHOLE);
    const [load, ...otherLoads] = nftWall.load(WHOLE);
    expect([otherChecks, otherLoads]).toEqual([[], []]);
    expect(check).toMatchObject({ argv: ['nft', '-c', '-f', '-'], stdin: WHOLE_TEXT, privileged: true });
    expect(load?.command).toMatchObject({ argv: ['nft', '-f', '-'], stdin: WHOLE_TEXT, privileged: true });
  });

  test('the timer is set anew in one transaction, also when it has run out', () => {
    expect(nftWall.arm(90.2).map(({ command }) => command.stdin)).toEqual([
      'flush set inet opsconsole_shields armed\n' +
        'add element inet opsconsole_shields armed { ipv4 timeout 91s, ipv6 timeout 91s }\n',
    ]);
    for (const odd of [Number.NaN, -1, 0])
      expect(nftWall.arm(odd)[0]?.command.stdin).toContain('{ ipv4 timeout 1s, ipv6 timeout 1s }');
  });

  test('a look lists no set but the timer', () => {
    expect(nftWall.look.map(({ argv, stdin }) => [...argv, stdin])).toEqual([
      [
        'nft',
        '-f',
        '-',
        'list counters table inet opsconsole_shields\nlist set inet opsconsole_shields armed\n',
      ],
    ]);
  });

  test('whether an address is spared is asked of the kernel', () => {
    expect(nftWall.holds(net('2001:db8::/32')).map(({ stdin }) => stdin)).toEqual([
      'get element inet opsconsole_shields safe6 { 2001:db8:: }\n',
    ]);
    const several = nftWall.holds(net('192.0.2.1'), net('2001:db8::1')).map(({ stdin }) => stdin);
    expect(several).toEqual([
      'get element inet opsconsole_shields safe4 { 192.0.2.1 }\n' +
        'get element inet opsconsole_shields safe6 { 2001:db8::1 }\n',
    ]);
  });
});

describe('reading back', () => {
  test('id, counters and timer', () => {
    expect(nftWall.parse([LISTED])).toEqual({
      id: 'deadbeef',
      seen: 120,
      armed: true,
      dropped: { syn: 9, connections: 4, ports: 3, banned: 4_294_967_296 },
    });
  });

  test('the timer has run out when one family is gone', () => {
    const half = LISTED.replace(/ipv4 timeout [^,]*, /, '');
    expect(nftWall.parse([half])?.armed).toBe(false);
    expect(nftWall.parse([LISTED.replace(/.*elements = .*\n/, '')])?.armed).toBe(false);
  });

  test("somebody else's table of that name has no id", () => {
    const foreign = nftWall.parse(['table inet opsconsole_shields {\n\tset armed {\n\t}\n}\n']);
    expect(foreign).toEqual({
      seen: 0,
      armed: false,
      dropped: { syn: 0, connections: 0, ports: 0, banned: 0 },
    });
  });

  test('what is not understood is not believed', () => {
    for (const text of ['', 'table inet other {\n}\n', LISTED.replace('counter syn', 'counter sin')])
      expect(nftWall.parse([text])).toBeUndefined();
    expect(nftWall.parse([])).toBeUndefined();
  });
});

test('writers: nft first, each under its own name', () => {
  expect(WALL_WRITERS.map(({ variant }) => variant)).toEqual(['nft', 'iptables']);
  for (const writer of WALL_WRITERS) expect(writerOf(writer.variant)).toBe(writer);
});

test.each(WALL_WRITERS.map((writer) => [writer.variant, writer] as const))(
  '%s: parse never throws',
  (_, writer) => {
    const words = fc.constantFrom(
      ...LISTED.split(/(?<=\s)/),
      'Chain OC_SHIELD (1 references)\n',
      '9 9 /* opsconsole x */\n',
    );
    const output = fc.oneof(
      fc.string(),
      fc.array(words, { maxLength: 60 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(fc.array(output, { maxLength: 7 }), (outputs) => {
        const reading = writer.parse(outputs);
        if (reading?.id !== undefined) expect(reading.id).toMatch(/^[0-9a-f]{8}$/);
      }),
    );
  },
);

const huge: Wall = {
  ...WHOLE,
  safe: Array.from({ length: 5000 }, (_, at) => net(`10.${at >> 8}.${at & 255}.0/24`)),
};

test('thousands of nets are one element a line', () => {
  expect(printNftWall(huge).match(/^ {6}10\./gm)?.length).toBe(5000);
});
