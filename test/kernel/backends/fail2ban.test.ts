// Jails of a real server: hostile texts, ten thousand bans, contradictions with the kernel's sets, a server that hangs or is
// gone while the other sets are read.

import { describe, expect, test, vi } from 'vitest';
import { readFirewalls } from '../../../src/actions/firewalls.ts';
import { memberNet } from '../../../src/core/members.ts';
import type { SetInfo } from '../../../src/core/rows.ts';
import { fail2banBackend } from '../../../src/firewall/fail2ban/backend.ts';
import { readJailMembers } from '../../../src/firewall/fail2ban/members.ts';
import { ipsetBackend } from '../../../src/firewall/ipset/backend.ts';
import { nftBackend } from '../../../src/firewall/nft/backend.ts';
import { type BansSample, createBansSource } from '../../../src/sources/bans/source.ts';
import { act, banOf, net, openKit, proved, refusedFor } from '../acts/kit.ts';
import { IPSET_TIMEOUT_ACTION, NFT_ACTION, useFail2ban } from '../harness/fail2ban.ts';
import { useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';

const TOOLS = ['fail2ban-client', 'fail2ban-server', 'nft', 'ipset', 'iptables', 'ip6tables', 'conntrack'];
const BACKENDS = [nftBackend, ipsetBackend, fail2banBackend];
const PATIENCE = { timeout: 20_000, interval: 50 };
const MANY = 10_000;

kernelSuite('jails of fail2ban', TOOLS, () => {
  const testNet = useTestNet({ clients: 0 });
  const server = useFail2ban(testNet, {
    // Not the zone of this process, whichever that is: hours from both of these.
    zone: new Date().getTimezoneOffset() === -345 ? 'America/Caracas' : 'Asia/Kathmandu',
    jails: [
      { name: 'web', bantime: 600, action: NFT_ACTION },
      { name: 'mail', bantime: 800, action: IPSET_TIMEOUT_ACTION },
      { name: 'many', bantime: 700 },
    ],
  });

  const jails = async (): Promise<ReadonlyMap<string, SetInfo>> => {
    const { arms, blind } = await readFirewalls(server().host, BACKENDS);
    expect(blind).toEqual([]);
    return new Map(arms.flatMap(({ sets }) => sets).map((set) => [set.key as string, set]));
  };
  const jail = async (key: string): Promise<SetInfo> => {
    const found = (await jails()).get(key);
    if (found === undefined) throw new Error(`no ${key}`);
    return found;
  };
  const list = async (...sets: readonly SetInfo[]) => {
    const { together } = fail2banBackend;
    if (together === undefined) throw new Error('jails are listed together');
    const { host } = server();
    const answer = await host.run(together.list(sets));
    if (!answer.ok) throw new Error(answer.problem.summary);
    const read = readJailMembers(answer.value.stdout, sets, host.now());
    if (!read.ok) throw new Error(read.problem.summary);
    return read.value.map((members) => ({
      texts: Array.from({ length: members.length }, (_, at) => memberNet(members, at).text),
      expires: [...members.expires],
    }));
  };
  const client = async (...words: readonly string[]): Promise<string> =>
    (await server().client(...words)).stdout.trim();

  describe('texts and times', () => {
    test('texts that are no address are said, and no other ban is lost or made by them', async () => {
      const hostile = [
        '1.2.3.4 and',
        'it\'s "q"',
        'a\n198.51.100.9 \t2026-11-21 20:03:46 + 600 = x',
        '\x1b[2J',
        '$(id)',
      ];
      const { host } = server();
      const before = host.now();
      expect(await client('set', 'many', 'banip', '203.0.113.5', ...hostile, '2001:db8::5')).toBe('7');
      const four = await jail('fail2ban:many');
      const six = await jail('fail2ban6:many');
      expect([four.count, six.count, four.fixedTimeout]).toEqual([1, 1, 700]);
      expect(four.findings?.map(({ says }) => says).join('\n')).toMatch(/5 banned here are no address/);
      const [members, members6] = await list(four, six);
      expect(members?.texts).toEqual(['203.0.113.5']);
      expect(members6?.texts).toEqual(['2001:db8::5']);
      // In another zone than ours.
      expect(members?.expires[0]).toBeGreaterThan(before + 690_000);
      expect(members?.expires[0]).toBeLessThan(host.now() + 701_000);
      expect(await client('set', 'many', 'unbanip', '203.0.113.5', ...hostile, '2001:db8::5')).toBe('7');
    });

    test(`${MANY} bans are read in two starts`, async () => {
      const texts = Array.from({ length: MANY }, (_, index) => `198.18.${index >> 8}.${index & 255}`);
      for (let from = 0; from < MANY; from += 2000)
        await client('set', 'many', 'banip', ...texts.slice(from, from + 2000));
      const set = await jail('fail2ban:many');
      expect(set.count).toBe(MANY);
      const [members] = await list(set);
      expect(members?.texts).toHaveLength(MANY);
      expect(new Set(members?.texts).size).toBe(MANY);
      expect(members?.expires.every((end) => end > server().host.now())).toBe(true);
      expect(Number(await client('unban', '--all'))).toBeGreaterThanOrEqual(MANY);
    });
  });

  describe('bans and unbans', () => {
    test('an address leaves its jail, the set of the jail and any other set in one act', async () => {
      const { host } = server();
      const { desk } = await openKit(testNet(), { host, backends: BACKENDS });
      const both = [net('203.0.113.7'), net('2001:db8::7')];
      await proved(desk, banOf(['203.0.113.7', '2001:db8::7'], { set: 'fail2ban:mail', seconds: 60 }));
      await proved(desk, banOf(['203.0.113.7'], { seconds: 60 }));
      expect(await refusedFor(desk, banOf(['203.0.113.7'], { set: 'fail2ban:mail' }))).toMatch(
        /banned by mail already \(13m.*sets no time anew/,
      );
      await proved(desk, { action: 'unban', nets: both });
      expect(await client('banned', '203.0.113.7')).toBe('[[]]');
      const { stdout } = await testNet().exec(testNet().server, ['ipset', 'save']);
      expect(stdout).not.toMatch(/203\.0\.113\.7|db8::7/);
      await proved(desk, { action: 'undo' });
      expect(await client('banned', '203.0.113.7')).toBe("[['mail']]");
      await client('unban', '--all');
    });

    test('a set that was flushed, and one without its rule, are said', async () => {
      const { host } = server();
      const { desk } = await openKit(testNet(), { host, backends: BACKENDS });
      await proved(desk, banOf(['203.0.113.8'], { set: 'fail2ban:mail' }));
      const inside = (...argv: [string, ...string[]]) => testNet().exec(testNet().server, argv);
      await inside('ipset', 'flush', 'f2b-mail');
      expect((await jail('fail2ban:mail')).findings?.[0]).toMatchObject({
        level: 'harm',
        says: expect.stringMatching(/its set f2b-mail is empty/),
      });
      await inside('iptables', '-F', 'INPUT');
      const unused = await jail('fail2ban:mail');
      expect(unused.enforcement).toEqual({ kind: 'unused' });
      // fail2ban may have put its rule back before the ban; a proof without one there is not.
      const { outcome } = await act(desk, banOf(['203.0.113.9'], { set: 'fail2ban:mail' }));
      const { enforcement } = await jail('fail2ban:mail');
      const proof = enforcement.kind === 'dropped' ? 'proved' : 'unproved';
      expect(outcome).toMatchObject({ kind: 'done', proof: { kind: proof } });
      await client('unban', '--all');
    });
  });

  describe('a server that', () => {
    test('hangs holds nobody up; what it said last is shown with its age', async () => {
      const { host, hang, wake } = server();
      await client('set', 'web', 'banip', '203.0.113.10');
      const source = createBansSource({ everyMs: 2000 });
      const { signal } = new AbortController();
      const read = async (asked = false): Promise<BansSample> => {
        const sample = await source.read(host, signal, { asked });
        if (!sample.ok) throw new Error(sample.problem.summary);
        return sample.value;
      };
      const members = new Map<string, number>();
      const told = async (): Promise<boolean> => {
        const sample = await read();
        for (const { set, length } of sample.members) members.set(set, length);
        return members.get('fail2ban:web') === 1 && sample.gaps.every((gap) => !gap.includes('fail2ban'));
      };
      await vi.waitUntil(told, PATIENCE);
      hang();
      try {
        const { desk } = await openKit(testNet(), { host, backends: BACKENDS });
        await proved(desk, banOf(['203.0.113.11'], { seconds: 60 }));
        let last = await read(true);
        const late = async (): Promise<boolean> => {
          last = await read(true);
          return last.gaps.some((gap) => /^fail2ban: .*; its lists are shown as they were/.test(gap));
        };
        await vi.waitUntil(late, PATIENCE);
        const keys = last.sets.map(({ key }) => key);
        expect(keys).toContain('fail2ban:web');
        // The ban that was made meanwhile is in the same sample.
        expect(last.sets.some(({ owner }) => owner === 'opsconsole')).toBe(true);
        await proved(desk, { action: 'undo' });
      } finally {
        wake();
      }
      await vi.waitUntil(told, PATIENCE);
    });

    test('is stopped has no jails, and that is said', async () => {
      const { host, stop } = server();
      await stop();
      const { arms, blind } = await readFirewalls(host, BACKENDS);
      expect(arms.flatMap(({ sets }) => sets).filter(({ backend }) => backend === 'fail2ban')).toEqual([]);
      expect(blind.map(({ problem }) => problem.summary)).toEqual(['the fail2ban server does not run']);
      const { desk } = await openKit(testNet(), { host, backends: BACKENDS });
      const preview = await desk.preview(banOf(['203.0.113.12'], { set: 'fail2ban:web' }));
      expect(preview).toMatchObject({
        kind: 'failed',
        problem: { hint: expect.stringContaining('does not run') },
      });
    });
  });
});
