import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SetInfo } from '../../../src/core/rows.ts';
import { iptablesBackend } from '../../../src/firewall/iptables/backend.ts';
import { printBanRule, readBanRule, refOf } from '../../../src/firewall/iptables/ban-rule.ts';
import { AT, arbitraryNet, capture, net, plainRows, pushIn } from './build.ts';

const text = (name: string): string => capture(`iptables/1.8.9/${name}`).toString();
const V4 = text('bans-save.txt');
const V6 = text('bans6-save.txt');
const LEGACY = text('bans-legacy-save.txt');

function setsOf(outputs: readonly (string | undefined)[]): ReadonlyMap<string, SetInfo> {
  const parsed = iptablesBackend.parseSets(outputs);
  if (!parsed.ok) throw new Error(parsed.problem.summary);
  return new Map(parsed.value.map((set) => [set.key, set]));
}
const sets = setsOf([V4, V6, LEGACY, '']);
const setOf = (key: string): SetInfo => {
  const found = sets.get(key);
  if (found === undefined) throw new Error(`no ${key} in ${[...sets.keys()].join(', ')}`);
  return found;
};
const IP4BAN = setOf('iptables:filter IP4BAN');
const IP6BAN = setOf('iptables6:filter IP6BAN');

describe('which chains are ban chains', () => {
  test('each rule drops one source, or the chain is empty with a usual name', () => {
    expect([...sets.keys()].sort()).toEqual([
      'iptables6:filter IP6BAN',
      'iptables6:filter f2b-sshd',
      'iptables:filter BANLOG',
      'iptables:filter BAN|$(id)',
      'iptables:filter DENYIN',
      'iptables:filter IP4BAN',
      'iptables:filter LIMITED',
      'iptables:filter f2b-empty',
      'iptables:filter f2b-sshd',
      'iptables:filter sshguard',
      'iptables:legacy filter IP4BAN',
      'iptables:raw BLOCKLIST',
    ]);
  });

  test('all that a chain tells', () => {
    const { rules, ...rest } = IP4BAN;
    expect(rules?.split('\n')).toHaveLength(7);
    expect(rest).toMatchObject({
      backend: 'iptables',
      table: 'filter',
      name: 'IP4BAN',
      family: 4,
      holdsNets: true,
      timeouts: false,
      ending: 'rule',
      count: 7,
      owner: 'unknown',
      enforcement: { kind: 'dropped', rule: 'iptables filter INPUT: -j IP4BAN', afterEstablished: true },
      twin: 'iptables6:filter IP6BAN',
    });
    expect(rest.findings?.map(({ says }) => says.split(':')[0])).toEqual([
      'tested after established flows are accepted',
      'rules lie in both variants of iptables, legacy and nf_tables',
      '1 of its 7 rules drop only a part (a port, an interface)',
    ]);
    expect(setOf('iptables:legacy filter IP4BAN').findings?.[0]).toMatchObject({ level: 'warning' });
  });

  test.each([
    ['iptables:filter f2b-sshd', 'dropped', false, 'fail2ban', 'iptables6:filter f2b-sshd'],
    ['iptables:filter DENYIN', 'dropped', false, 'csf', undefined],
    ['iptables:raw BLOCKLIST', 'dropped', false, 'unknown', undefined],
    ['iptables:filter BANLOG', 'dropped', false, 'unknown', undefined],
    ['iptables:legacy filter IP4BAN', 'dropped', false, 'unknown', undefined],
    ['iptables6:filter IP6BAN', 'dropped', false, 'unknown', 'iptables:filter IP4BAN'],
    ['iptables6:filter f2b-sshd', 'unused', undefined, 'fail2ban', 'iptables:filter f2b-sshd'],
    ['iptables:filter sshguard', 'unused', undefined, 'sshguard', undefined],
    ['iptables:filter f2b-empty', 'unused', undefined, 'fail2ban', undefined],
    ['iptables:filter LIMITED', 'not-dropped', undefined, 'unknown', undefined],
  ])('%s: %s', (key, kind, afterEstablished, owner, twin) => {
    const set = setOf(key);
    expect(set.enforcement.kind).toBe(kind);
    if (set.enforcement.kind === 'dropped') expect(set.enforcement.afterEstablished).toBe(afterEstablished);
    expect(set.owner).toBe(owner);
    expect(set.twin).toBe(twin);
  });

  test('a chain with bans to which no rule jumps does harm, an empty one does not', () => {
    expect(setOf('iptables:filter sshguard').findings?.[0]).toMatchObject({
      level: 'harm',
      todo: 'add a jump to the chain: iptables -I INPUT -j sshguard',
    });
    expect(setOf('iptables:filter f2b-empty').findings?.[0]?.level).toBe('warning');
  });

  test('where the legacy variant is the one in use, the other is named nft', () => {
    const other = [...setsOf([LEGACY, '', LEGACY, '', V4, V6]).keys()];
    expect(other).toContain('iptables:filter IP4BAN');
    expect(other).toContain('iptables:nft filter IP4BAN');
    expect(other.filter((key) => key.includes('legacy'))).toEqual([]);
    const more = (outputs: readonly string[]) =>
      iptablesBackend.followUp?.(outputs).map(({ argv }) => argv[0]);
    expect(more([V4, V6, '', ''])).toEqual([]);
    expect(more([LEGACY, '', '', ''])).toEqual(['iptables-nft-save', 'ip6tables-nft-save']);
  });

  test('random text is no reason to throw', () => {
    const line = fc.constantFrom(
      ...V4.split('\n'),
      ...V6.split('\n'),
      '*',
      ':',
      '-A',
      '-A IP4BAN',
      '"',
      ': - ',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(line, fc.string()), { maxLength: 60 }), (lines) => {
        iptablesBackend.parseSets([lines.join('\n'), lines.join('\n'), lines.join('\n'), undefined]);
      }),
    );
  });
});

describe('the members of a chain', () => {
  const read = (set: SetInfo, bytes: Buffer, sizes: readonly number[] = []) => {
    const parser = iptablesBackend.membersParser(set, AT);
    pushIn(parser, bytes, sizes);
    return parser.end();
  };
  const membersOf = (set: SetInfo, name: string, sizes?: readonly number[]) => {
    const members = read(set, capture(`iptables/1.8.9/${name}`), sizes);
    if (!members.ok) throw new Error(members.problem.summary);
    return members.value;
  };
  const never = Number.POSITIVE_INFINITY;
  const none = { packets: 0, bytes: 0 };

  test('counters, ends and comments, also those of other scripts', () => {
    expect(plainRows(membersOf(IP4BAN, 'bans-save-c.txt'))).toEqual([
      { net: '203.0.113.5', expires: never, packets: 3, bytes: 180 },
      // The kernel still matches in the second that is named.
      { net: '203.0.113.6', expires: AT + 1000, ...none, comment: 'too many logins' },
      { net: '198.51.100.0/24', expires: never, ...none },
      { net: '203.0.113.7', expires: AT + 3_600_000, ...none, comment: 'until=1800003600 by hammer' },
      { net: '203.0.113.8', expires: AT + 3_600_000, ...none, comment: '203.0.113.8=1800003600' },
      { net: '203.0.113.9', expires: Number.NaN, ...none },
      { net: '203.0.113.9', expires: never, ...none, comment: '; rm -rf / "q" \\ -j ACCEPT' },
    ]);
    expect(plainRows(membersOf(IP6BAN, 'bans6-save-c.txt')).map((row) => row.net)).toEqual([
      '2001:db8::5',
      '2001:db8:f::/48',
      '::ffff:c000:201',
    ]);
    expect(
      plainRows(membersOf(setOf('iptables:legacy filter IP4BAN'), 'bans-legacy-save-c.txt')),
    ).toHaveLength(1);
  });

  test('an address=epoch that is over may be the time of the ban: its end is not known', () => {
    const spec = '-s 203.0.113.8/32 -m comment --comment "203.0.113.8=1800003600" -j DROP';
    expect(readBanRule(spec, 1_800_003_700_000)?.expires).toBeNaN();
    expect(readBanRule(spec.replace('203.0.113.8=', '203.0.113.9='), AT)?.expires).toBe(never);
  });

  test('any cut of the bytes reads the same', () => {
    const whole = membersOf(IP4BAN, 'bans-save-c.txt');
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 }), (sizes) => {
        expect(membersOf(IP4BAN, 'bans-save-c.txt', sizes)).toEqual(whole);
      }),
    );
  });

  test('cut off, gone, or something else', () => {
    const bytes = capture('iptables/1.8.9/bans-save-c.txt');
    for (const length of [0, 10, 400, bytes.indexOf('COMMIT') + 3])
      expect(read(IP4BAN, bytes.subarray(0, length))).toMatchObject({ problem: { code: 'unreadable' } });
    const gone = { ...IP4BAN, name: 'GONE' };
    expect(read(gone, bytes)).toMatchObject({ problem: { code: 'not-found' } });
    fc.assert(
      fc.property(fc.uint8Array(), (random) => {
        expect(read(IP4BAN, Buffer.from(random)).ok).toBe(false);
      }),
    );
  });
});

describe('one rule', () => {
  test.each([4, 6] as const)('IPv%i: what is printed is read back', (family) => {
    const end = fc.option(fc.integer({ min: 1_700_000_000, max: 2_147_000_000 }), { nil: null });
    fc.assert(
      fc.property(arbitraryNet(family), end, fc.string(), (one, seconds, comment) => {
        const endsAt = seconds === null ? null : seconds * 1000;
        const spec = printBanRule({ net: one, endsAt, comment });
        const rule = readBanRule(spec);
        expect(rule).toMatchObject({ net: one, narrow: false, spec });
        if (!/until=|=\d{9}/.test(comment)) expect(rule?.expires).toBe(endsAt ?? Number.POSITIVE_INFINITY);
        expect(spec).not.toMatch(/[\n\r]/);
      }),
    );
  });

  test.each([
    '! -s 203.0.113.5/32 -j DROP',
    '-s 203.0.113.5/32 -j ACCEPT',
    '-s 203.0.113.5/32 -j RETURN',
    '-s 203.0.113.5/32 -d 192.0.2.1/32 -j DROP',
    '-s 203.0.113.5/32 -m set --match-set x dst -j DROP',
    '-s 203.0.113.5/32 -m limit --limit 1/sec -j DROP',
    '-s 203.0.113.5/255.0.255.0 -j DROP',
    '-s 203.0.113.5/24 -j DROP',
    '-s 203.0.113.5/32 --modprobe=/tmp/x -j DROP',
    '-s 203.0.113.5/32 --mod /tmp/x -j DROP',
    '-s 203.0.113.5/32 -M /tmp/x -j DROP',
    '-s 203.0.113.5/32 -j DROP --modprobe=/tmp/x',
    '-s 203.0.113.5/32 -jDROP -M/tmp/x',
    '-j DROP',
    '',
  ])('is no ban: %s', (spec) => {
    expect(readBanRule(spec)).toBeUndefined();
  });

  test('a date after 2038, which no rule can hold, is the last there is', () => {
    const spec = printBanRule({ net: net('203.0.113.5'), endsAt: Date.UTC(2050, 0, 1) });
    expect(spec).toBe('-s 203.0.113.5/32 -m time --datestop 2038-01-19T03:14:06 -j DROP');
  });
});

describe('plans', () => {
  const stdins = (steps: ReturnType<typeof iptablesBackend.planAdd>) =>
    steps.map(({ command }) => ({ argv: command.argv.join(' '), stdin: command.stdin }));
  const evil = '"; -j ACCEPT\n-F INPUT \\';

  test('one batch: what is there goes, what is wished for comes to the head', () => {
    const steps = iptablesBackend.planAdd(IP4BAN, [
      { net: net('203.0.113.9'), seconds: 60, endsAt: AT + 60_000, comment: evil },
      { net: net('192.0.2.0/25'), seconds: null },
    ]);
    expect(stdins(steps)).toEqual([
      {
        argv: 'iptables-restore -w 5 --noflush',
        stdin: `*filter
-D IP4BAN -s 203.0.113.9/32 -m time --datestop 2027-01-15T08:00:00 --kerneltz -j DROP
-D IP4BAN -s 203.0.113.9/32 -p tcp -m tcp --dport 22 -m comment --comment "; rm -rf / \\"q\\" \\\\ -j ACCEPT" -j DROP
-I IP4BAN 1 -s 203.0.113.9/32 -m time --datestop 2027-01-15T08:00:59 -m comment --comment "'; -j ACCEPT'x0a-F INPUT '" -j DROP
-I IP4BAN 1 -s 192.0.2.0/25 -j DROP
COMMIT
`,
      },
    ]);
  });

  test('each variant and family by its own program', () => {
    const legacy = setOf('iptables:legacy filter IP4BAN');
    const [step] = iptablesBackend.planAdd(legacy, [{ net: net('203.0.113.1'), seconds: null }]);
    expect(step?.command.argv[0]).toBe('iptables-legacy-restore');
    expect(step?.command.stdin).toMatch(/^\*filter\n/);
    expect(iptablesBackend.listMembers(legacy).argv.join(' ')).toBe('iptables-legacy-save -c -t filter');
    const [six] = iptablesBackend.planDelete(IP6BAN, [net('2001:db8::5')]);
    expect(six?.command.argv[0]).toBe('ip6tables-restore');
    expect(iptablesBackend.planDelete(IP6BAN, [net('2001:db8::77')])).toEqual([]);
  });

  test('of several rules of an address only the one that is meant goes', () => {
    const spec = '-s 203.0.113.9/32 -m time --datestop 2027-01-15T08:00:00 --kerneltz -j DROP';
    const [step] = iptablesBackend.planDelete(IP4BAN, [net('203.0.113.9')], [refOf(spec)]);
    expect(step?.command.stdin).toBe(`*filter\n-D IP4BAN ${spec}\nCOMMIT\n`);
  });

  test('the way back of a step is its exact opposite, and back again the step', () => {
    const steps = iptablesBackend.planAdd(IP4BAN, [
      { net: net('203.0.113.9'), seconds: null, comment: 'new' },
    ]);
    const back = steps.flatMap((step) => iptablesBackend.inverse?.(step) ?? []);
    expect(back[0]?.command.stdin?.split('\n').slice(1, 4)).toEqual([
      '-I IP4BAN 1 -s 203.0.113.9/32 -m time --datestop 2027-01-15T08:00:00 --kerneltz -j DROP',
      '-I IP4BAN 1 -s 203.0.113.9/32 -p tcp -m tcp --dport 22 -m comment --comment "; rm -rf / \\"q\\" \\\\ -j ACCEPT" -j DROP',
      '-D IP4BAN -s 203.0.113.9/32 -m comment --comment "new" -j DROP',
    ]);
    const again = back.flatMap((step) => iptablesBackend.inverse?.(step) ?? []);
    expect(stdins(again)).toEqual(stdins(steps));
  });

  test('a rule that is put back must be one for that source, and must run nothing', () => {
    const put = (rule: string) =>
      iptablesBackend.planAdd(IP6BAN, [{ net: net('2001:db8::9'), seconds: null, rule }])[0]?.command.stdin;
    const mine = '-s 2001:db8::9/128 -p tcp -m tcp --dport 22 -j REJECT --reject-with tcp-reset';
    expect(put(mine)).toContain(`-I IP6BAN 1 ${mine}\n`);
    for (const rule of [
      '-s 2001:db8::8/128 -j DROP',
      '-s 2001:db8::9/128 -j ACCEPT',
      '-s 2001:db8::9/128 --modprobe=/tmp/x -j DROP',
      '-s 2001:db8::9/128 -j DROP\n-F INPUT',
    ])
      expect(put(rule)).toBe('*filter\n-I IP6BAN 1 -s 2001:db8::9/128 -j DROP\nCOMMIT\n');
  });

  test('nothing is planned for a chain whose name or table is no plain word', () => {
    for (const odd of [
      { name: 'a b' },
      { name: '-F' },
      { name: 'a"b' },
      { table: 'filter\n-F' },
      { table: 'x filter' },
    ])
      expect(iptablesBackend.planAdd({ ...IP4BAN, ...odd }, [{ net: net('192.0.2.1'), seconds: 1 }])).toEqual(
        [],
      );
  });
});
