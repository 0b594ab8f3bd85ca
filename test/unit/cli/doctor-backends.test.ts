// The lines of doctor on systems that ban: each says itself how it is, and what harms its sets do is listed once.

import { expect, test } from 'vitest';
import type { FirewallView } from '../../../src/actions/firewalls.ts';
import { backendChecks, harmSentences } from '../../../src/cli/doctor-backends.ts';
import { findTools, sudoersLines } from '../../../src/cli/doctor-tools.ts';
import { problem } from '../../../src/core/problem.ts';
import { ok } from '../../../src/core/result.ts';
import { sanitise } from '../../../src/core/sanitise.ts';
import type { Backend } from '../../../src/firewall/backend.ts';
import { ipsetBackend } from '../../../src/firewall/ipset/backend.ts';
import { nftBackend } from '../../../src/firewall/nft/backend.ts';
import type { Host } from '../../../src/host/host.ts';
import { capture } from '../firewall/build.ts';

const parsed = ipsetBackend.parseSets([
  capture('ipset/7.17/docker-list-t.txt').toString(),
  capture('iptables/1.8.9/docker-save.txt').toString(),
  '',
]);
const sets = parsed.ok ? parsed.value : [];
const silent: Backend = { ...nftBackend, id: 'crowdsec' };
const view: FirewallView = {
  arms: [
    { backend: ipsetBackend, sets },
    { backend: nftBackend, sets: [], gaps: [sanitise('nft: no answer within 10 s'), sanitise('b')] },
  ],
  blind: [{ backend: silent, problem: problem('timed-out', 'no answer', { hint: 'restart it' }) }],
};

test('each backend has a line, also when it is blind or sees in part', () => {
  expect(backendChecks(view)).toEqual([
    {
      what: 'ipset',
      works: true,
      says: '4 sets, 2 of them do not hold',
      todo: 'see what is said of the sets below',
    },
    { what: 'nft', works: false, says: 'not all can be read: nft: no answer within 10 s (+1 more)' },
    { what: 'crowdsec', works: false, says: 'sets cannot be read: no answer', todo: 'restart it' },
  ]);
  const { check: _, ...without } = silent;
  expect(backendChecks({ arms: [{ backend: without, sets }], blind: [] })).toEqual([]);
  expect(ipsetBackend.check?.(ok({ sets: sets.slice(1, 2), gaps: [] }))).toEqual({
    works: true,
    says: '1 set',
  });
  expect(ipsetBackend.check?.(ok({ sets: [], gaps: [] })).works).toBe(true);
});

test('harms stand once, with the set and what to do', () => {
  const [first, ...others] = harmSentences(view);
  expect(first).toMatch(
    /^blocked4: Docker publishes tcp 8080, udp 53: .* \(drop the set in chain DOCKER-USER/,
  );
  expect(others).toHaveLength(1);
  const twice: FirewallView = { ...view, arms: [{ backend: ipsetBackend, sets: [...sets, ...sets] }] };
  expect(harmSentences(twice)[0]).toMatch(/^blocked4 and 1 more: /);
});

test('what belongs to another system is no missing tool, and what acts is in sudoers', async () => {
  const here = ['nft', 'cscli', 'sshguard', 'pfctl', 'iptables-legacy-restore'];
  const asked: string[] = [];
  const host = {
    which: (name: string) => Promise.resolve(here.includes(name) ? `/usr/sbin/${name}` : undefined),
    run: ({ argv }: { argv: readonly string[] }) => {
      asked.push(argv.join(' '));
      return Promise.resolve(ok({ stdout: 'version 1.2', stderr: '' }));
    },
  } as unknown as Host;
  const tools = await findTools(host);
  const names = tools.map(({ name }) => name);
  expect(names).toContain('ipset');
  expect(names).not.toContain('fail2ban-client');
  expect(names.filter((name) => here.includes(name)).sort()).toEqual([...here].sort());
  // pfctl prints no version of itself.
  expect(asked.filter((line) => line.startsWith('pfctl'))).toEqual([]);
  expect(sudoersLines('ops', tools).join('\n')).toBe(
    [
      '# /etc/sudoers.d/opsconsole, mode 0440; edit with: visudo -f /etc/sudoers.d/opsconsole',
      '# Whoever may run these programs as root controls the firewall of this machine.',
      'Cmnd_Alias OPSCONSOLE = /usr/sbin/nft, \\\n    /usr/sbin/iptables-legacy-restore, \\\n    /usr/sbin/cscli, \\\n    /usr/sbin/pfctl',
      'ops ALL=(root) NOPASSWD: OPSCONSOLE',
    ].join('\n'),
  );
});

test('on a host with pf nothing of Linux is to be installed', async () => {
  const host = {
    which: (name: string) => Promise.resolve(name === 'pfctl' ? '/sbin/pfctl' : undefined),
  } as unknown as Host;
  expect((await findTools(host)).map(({ name }) => name)).toEqual(['pfctl']);
});
