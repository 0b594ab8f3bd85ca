// The exact words of every plan, and what must never be in one.

import { describe, expect, test } from 'vitest';
import type { Command, Step } from '../../../src/core/plan.ts';
import type { SetInfo } from '../../../src/core/rows.ts';
import { safe } from '../../../src/core/sanitise.ts';
import { cannotHold, fits, isUsableName, splitOverlaps } from '../../../src/firewall/hold.ts';
import { ipsetBackend } from '../../../src/firewall/ipset/backend.ts';
import { nftBackend } from '../../../src/firewall/nft/backend.ts';
import { cleanComment } from '../../../src/firewall/nft/plan.ts';
import { BACKENDS, backendOf } from '../../../src/firewall/registry.ts';
import { ipset, net, nftSet } from './build.ts';

function only(steps: readonly Step[]): Command {
  const [step, ...more] = steps;
  if (step === undefined || more.length > 0) throw new Error(`${steps.length} steps`);
  return step.command;
}

const wordsOf = (steps: readonly Step[]): string =>
  steps.map(({ command }) => `${command.argv.join(' ')}\n${command.stdin ?? ''}`).join('\n');

describe('nft', () => {
  const set = nftSet({ table: 'inet filter', name: 'ban4', holdsNets: false });

  test('add is one transaction that refreshes the timeout on every kernel', () => {
    const steps = nftBackend.planAdd(set, [
      { net: net('192.0.2.1'), seconds: 3600, comment: 'scan of "wp-login"; flush ruleset\n}' },
      { net: net('192.0.2.2'), seconds: null },
    ]);
    const command = only(steps);
    expect(command.argv).toEqual(['nft', '-f', '-']);
    expect(command.privileged).toBe(true);
    const elements = `192.0.2.1 timeout 3600s comment "scan of 'wp-login'; flush ruleset'x0a}", 192.0.2.2`;
    expect(command.stdin).toBe(
      [
        `add element inet filter ban4 { ${elements} }`,
        'delete element inet filter ban4 { 192.0.2.1, 192.0.2.2 }',
        `add element inet filter ban4 { ${elements} }`,
        '',
      ].join('\n'),
    );
    expect(steps[0]?.shown?.[1]).toBe('nft add element inet filter ban4 { 192.0.2.2 }');
  });

  test('narrower elements that are in the way go in the same transaction', () => {
    const nets = nftSet({ table: 'inet filter', name: 'net4' });
    const steps = nftBackend.planAdd(
      nets,
      [{ net: net('192.0.2.0/24'), seconds: 60 }],
      [net('192.0.2.7'), net('192.0.2.128/25')],
    );
    expect(only(steps).stdin).toBe(
      'delete element inet filter net4 { 192.0.2.7, 192.0.2.128/25 }\n' +
        'add element inet filter net4 { 192.0.2.0/24 timeout 60s }\n',
    );
  });

  test('delete does not fail for an element that expired meanwhile', () => {
    expect(only(nftBackend.planDelete(set, [net('192.0.2.1')])).stdin).toBe(
      'add element inet filter ban4 { 192.0.2.1 }\ndelete element inet filter ban4 { 192.0.2.1 }\n',
    );
    const merging = nftSet({ autoMerge: true });
    expect(only(nftBackend.planDelete(merging, [net('192.0.2.1')])).stdin).toBe(
      'delete element inet t s { 192.0.2.1 }\n',
    );
  });

  test('a batch shows its first lines and how many more', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => ({
      net: net(`10.0.${i >> 8}.${i & 255}`),
      seconds: 60,
    }));
    const steps = nftBackend.planAdd(set, many);
    only(steps);
    expect(steps[0]?.shown).toHaveLength(9);
    expect(steps[0]?.shown?.at(-1)).toBe('… and 9,992 more in the same transaction');
  });

  test('nothing to do is no step, and a name that is no identifier is never passed on', () => {
    expect(nftBackend.planAdd(set, [])).toEqual([]);
    expect(nftBackend.planDelete(set, [])).toEqual([]);
    for (const name of ['x }; flush ruleset', 'a b', '', '-f', 'x\ny', '@x'])
      expect(nftBackend.planAdd({ ...set, name }, [{ net: net('192.0.2.1'), seconds: 1 }])).toEqual([]);
  });

  test('own table: one text, made again only where something is missing', () => {
    const command = only(nftBackend.own.ensure([]));
    expect(command.argv).toEqual(['nft', '-f', '-']);
    expect(command.stdin).toContain('type filter hook prerouting priority -310');
    const made = ['192.0.2.1', '192.0.2.0/24', '2001:db8::1', '2001:db8::/32'].map((text) => ({
      ...nftBackend.own.setFor(net(text)),
      enforcement: { kind: 'dropped' as const, rule: safe('rule'), afterEstablished: false },
    }));
    expect(made.map((one) => one.name)).toEqual(['ban4', 'net4', 'ban6', 'net6']);
    expect(nftBackend.own.ensure(made)).toEqual([]);
    expect(nftBackend.own.ensure(made.slice(1))).toHaveLength(1);
    expect(nftBackend.own.remove(made)).toHaveLength(1);
    expect(nftBackend.own.remove([])).toEqual([]);
    expect(wordsOf(nftBackend.own.remove(made))).not.toMatch(/flush ruleset|inet filter/);
  });
});

describe('ipset', () => {
  const set = ipset({ name: 'f2b-http', holdsNets: false, type: 'hash:ip' });

  test('add and delete are one restore', () => {
    const steps = ipsetBackend.planAdd(set, [
      { net: net('192.0.2.1'), seconds: 3600, comment: 'a "b" \\ c\nadd other 6.6.6.6' },
      { net: net('192.0.2.2'), seconds: null },
    ]);
    const command = only(steps);
    expect(command.argv).toEqual(['ipset', 'restore', '-exist']);
    expect(command.stdin).toBe(
      `add f2b-http 192.0.2.1 timeout 3600 comment "a 'b' ' c'x0aadd other 6.6.6.6"\nadd f2b-http 192.0.2.2 timeout 0\n`,
    );
    expect(only(ipsetBackend.planDelete(set, [net('192.0.2.1'), net('192.0.2.2')])).stdin).toBe(
      'del f2b-http 192.0.2.1\ndel f2b-http 192.0.2.2\n',
    );
  });

  test('a set without timeouts or comments gets none', () => {
    const plain = ipset({ name: 'plain', timeouts: false, comments: false });
    const steps = ipsetBackend.planAdd(plain, [{ net: net('192.0.2.1'), seconds: null, comment: 'why' }]);
    expect(only(steps).stdin).toBe('add plain 192.0.2.1\n');
  });

  test('names that would need quoting are never passed on', () => {
    for (const name of ['a b', '-exist', 'x\ny', 'q"', '', 'a'.repeat(32)])
      expect(ipsetBackend.planAdd({ ...set, name }, [{ net: net('192.0.2.1'), seconds: 1 }])).toEqual([]);
  });

  test('an IPv4 ban starts no IPv6 program', () => {
    const words = wordsOf(ipsetBackend.own.ensure([], [4]));
    expect(words).toContain('create oc_ban4 hash:ip family inet maxelem 1048576 timeout 0 counters comment');
    expect(words).toContain('-I PREROUTING 1 -j OPSCONSOLE');
    expect(words).not.toMatch(/ip6tables|inet6|oc_ban6|oc_net6/);
    const both = wordsOf(ipsetBackend.own.ensure([]));
    expect(both).toContain('ip6tables-restore -w 5 --noflush');
  });

  test('removal touches our chain and sets only', () => {
    const made = [ipsetBackend.own.setFor(net('192.0.2.1')), ipsetBackend.own.setFor(net('192.0.2.0/24'))];
    expect(ipsetBackend.own.remove([...made, set]).map(({ command }) => command.argv.join(' '))).toEqual([
      'iptables -w 5 -t raw -D PREROUTING -j OPSCONSOLE',
      'iptables -w 5 -t raw -F OPSCONSOLE',
      'iptables -w 5 -t raw -X OPSCONSOLE',
      'ipset destroy oc_ban4',
      'ipset destroy oc_net4',
    ]);
    expect(ipsetBackend.own.remove([set])).toEqual([]);
  });
});

describe('what a set can hold', () => {
  const host = { net: net('192.0.2.1'), seconds: 60 };
  const range = { net: net('192.0.2.0/24'), seconds: 60 };

  test.each<readonly [string, SetInfo, Parameters<typeof cannotHold>[1]]>([
    ['IPv6 only', nftSet({ family: 6 }), host],
    ['single addresses', ipset({ type: 'hash:ip', holdsNets: false }), range],
    ['cannot hold 0.0.0.0/0', ipset(), { net: net('0.0.0.0/0'), seconds: 60 }],
    ['no timeouts', ipset({ timeouts: false }), host],
    ['choose a duration', nftSet({ defaultTimeout: 3600 }), { ...host, seconds: null }],
    ['1 to 2,147,483 seconds', nftSet(), { ...host, seconds: 2_147_484 }],
    ['1 to 2,147,483 seconds', nftSet(), { ...host, seconds: 0 }],
    ['auto-merge', nftSet({ autoMerge: true }), host],
    ['constant', nftSet({ constant: true }), host],
    ['netmask', ipset({ type: 'hash:ip netmask 24', holdsNets: false }), host],
    ['passed on safely', ipset({ name: 'a b' }), host],
  ])('says %s', (says, set, element) => {
    expect(cannotHold(set, element)).toContain(says);
  });

  test('and when it can, nothing', () => {
    for (const set of [nftSet(), ipset()]) {
      expect(cannotHold(set, host)).toBe(undefined);
      expect(cannotHold(set, range)).toBe(undefined);
      expect(cannotHold(set, { ...host, seconds: null })).toBe(undefined);
    }
    expect(cannotHold(ipset({ defaultTimeout: 600 }), { ...host, seconds: null })).toBe(undefined);
  });

  test('room', () => {
    expect(fits(ipset({ count: 65_530, max: 65_536 }), 6)).toBe(undefined);
    expect(fits(ipset({ count: 65_530, max: 65_536 }), 7)).toBe('s has room for 6 more (65,530 of 65,536)');
    expect(fits(nftSet({ max: 10 }), 100)).toBe(undefined);
  });

  test('overlaps inside a batch: the widest stays, of equals the last', () => {
    const element = (text: string, seconds: number) => ({ net: net(text), seconds });
    const { kept, covered } = splitOverlaps([
      element('192.0.2.7', 1),
      element('192.0.2.0/24', 2),
      element('198.51.100.1', 3),
      element('198.51.100.1', 4),
      element('2001:db8::1', 5),
      element('2001:db8::/32', 6),
    ]);
    expect(kept.map((one) => one.seconds)).toEqual([2, 4, 6]);
    expect(covered.map((one) => one.seconds)).toEqual([1, 3, 5]);
  });
});

test('comments are printable, unquoted and at most 128 bytes', () => {
  expect(cleanComment('plain')).toBe('plain');
  expect(cleanComment('"\\\u001b[2J\u202e\n')).not.toMatch(/["\\\u001b\u202e\n]/);
  for (const long of ['x'.repeat(500), 'ü'.repeat(500), '😀'.repeat(100), `${'x'.repeat(126)}😀`]) {
    const cleaned = cleanComment(long);
    expect(Buffer.byteLength(cleaned)).toBeLessThanOrEqual(128);
    expect(cleaned).not.toContain('\ufffd');
  }
});

test('each set finds its backend', () => {
  expect(BACKENDS.map(({ id }) => id)).toEqual(['nft', 'ipset', 'iptables', 'pf', 'crowdsec', 'fail2ban']);
  expect(backendOf(ipset())).toBe(ipsetBackend);
  expect(isUsableName(nftSet({ table: 'inet x; flush' }))).toBe(false);
});
