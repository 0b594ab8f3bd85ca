// Tools and files that would keep the shields beyond their time, and words that only look like them.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import {
  findBakers,
  findSaved,
  linesOfShields,
  savesRuleset,
} from '../../../../src/actions/shields/bakers.ts';
import type { Host } from '../../../../src/host/host.ts';
import { createLocalHost } from '../../../../src/host/local.ts';
import { createFakeHost } from '../../../fakes/fake-host.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** This machine's own reading, of a folder that stands for its root. */
async function rooted(files: Readonly<Record<string, string>>): Promise<Host> {
  const root = mkdtempSync(join(tmpdir(), 'oc-root-'));
  cleanups.push(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const host = await createLocalHost();
  return {
    ...host,
    read: (path, max) => host.read(root + path, max),
    glob: async (pattern) => {
      const found = await host.glob(root + pattern);
      return found.ok ? { ok: true, value: found.value.map((path) => path.slice(root.length)) } : found;
    },
    run: () => Promise.reject(new Error('only files are read')),
  };
}

const NOBODY = { warnings: [], hazards: [] };

test('a machine without such tools has no warnings', async () => {
  expect(await findBakers(await rooted({ '/etc/hosts': '' }))).toEqual(NOBODY);
  expect(await findBakers(createFakeHost())).toEqual(NOBODY);
});

const TOOLS: readonly (readonly [string, string, string, RegExp])[] = [
  ['netfilter-persistent', '/usr/sbin/netfilter-persistent', '', /do not run "netfilter-persistent save"/],
  [
    'nftables.service',
    '/etc/nftables.conf',
    '#!/usr/sbin/nft -f\nflush ruleset\n',
    /do not restart or reload/,
  ],
  ['a service that saves', '/etc/conf.d/nftables', 'SAVE_ON_STOP="yes"\n', /SAVE_ON_STOP/],
  ['iptables-services', '/etc/sysconfig/iptables-config', 'IPTABLES_SAVE_ON_STOP="yes"\n', /SAVE_ON_STOP/],
  ['CSF', '/etc/csf/csf.conf', 'TESTING = "0"\n', /do not run "csf -r"/],
  ['Shorewall', '/etc/shorewall/shorewall.conf', '', /do not run "shorewall save"/],
  ['firewalld', '/etc/firewalld/firewalld.conf', 'FirewallBackend=iptables\n', /firewalld uses iptables/],
  ['ufw', '/etc/default/ufw', 'IPT_SYSCTL=x\nMANAGE_BUILTINS=yes\n', /ufw manages/],
];

test.each(TOOLS)(
  '%s is a hazard, in one sentence: it hurts only who runs it',
  async (_, path, text, words) => {
    const found = await findBakers(await rooted({ [path]: text }));
    expect(found).toEqual({ warnings: [], hazards: [expect.stringMatching(words)] });
  },
);

test('CSF in testing mode is warned of: its cron job waits for nobody', async () => {
  const found = await findBakers(await rooted({ '/etc/csf/csf.conf': 'TESTING = "1"\n' }));
  expect(found).toEqual({ warnings: [expect.stringMatching(/testing mode/)], hazards: [] });
});

test.each([
  ['/etc/nftables.conf', 'table inet filter {\n}\n# flush ruleset\n'],
  ['/etc/firewalld/firewalld.conf', 'FirewallBackend=nftables\n'],
  ['/etc/default/ufw', 'MANAGE_BUILTINS=no\n'],
  ['/etc/conf.d/nftables', 'SAVE_ON_STOP="no"\n'],
  ['/etc/cron.d/backup', '# 5 * * * * root nft list ruleset > /etc/nftables.conf\n'],
])('%s that is harmless as configured is not', async (path, text) => {
  expect(await findBakers(await rooted({ [path]: text }))).toEqual(NOBODY);
});

describe('what saves by itself', () => {
  test.each([
    '*/5 * * * * root /usr/sbin/nft -s list ruleset > /etc/nftables.conf',
    'ExecStop=/bin/sh -c "nft list ruleset | tee /etc/nftables.conf"',
    'iptables-save -c > /etc/iptables.rules',
    'ip6tables-save -f /etc/iptables/rules.v6',
    '0 * * * * root ipset save > /etc/ipset.conf',
    '@daily root netfilter-persistent save',
    'shorewall6 save',
    'service ip6tables save',
  ])('%s', (line) => {
    expect(savesRuleset(`SHELL=/bin/sh\n${line}\n`)).toBe(true);
  });

  test.each([
    'nft list ruleset | grep drop',
    'nft list tables > /tmp/x',
    'iptables-save',
    '# nft list ruleset > x',
  ])('not: %s', (line) => {
    expect(savesRuleset(line)).toBe(false);
  });

  test('is named with its file', async () => {
    const host = await rooted({
      '/etc/cron.d/save': '0 * * * * root nft list ruleset > /etc/nftables.conf\n',
      '/etc/systemd/system/nftables.service.d/save.conf':
        '[Service]\nExecStop=\nExecStop=/bin/sh -c "nft list ruleset > /etc/nftables.conf"\n',
    });
    const { warnings, hazards } = await findBakers(host);
    expect(hazards).toEqual([]);
    expect(warnings).toEqual([
      expect.stringMatching(/^\/etc\/cron\.d\/save saves the packet filter by itself/),
      expect.stringMatching(/^\/etc\/systemd\/system\/nftables\.service\.d\/save\.conf saves/),
    ]);
  });
});

test('shields that were saved are named with file and line', async () => {
  const host = await rooted({
    '/etc/nftables.conf': 'table inet filter {\n}\ntable inet opsconsole_shields {\n}\n',
    '/etc/iptables/rules.v6': '*raw\n:OC_SHIELD - [0:0]\n-A PREROUTING -j OC_SHIELD\nCOMMIT\n',
    '/etc/iptables/rules.v4': '*raw\nCOMMIT\n',
  });
  expect(await findSaved(host)).toEqual([
    expect.stringMatching(/saved into \/etc\/nftables\.conf \(line 3\): remove these lines/),
    expect.stringMatching(
      /saved into \/etc\/iptables\/rules\.v6 \(line 2\).*the whole file may fail to load/,
    ),
  ]);
});

test('a file name cannot obey a terminal', async () => {
  const host = createFakeHost().file('/etc/iptables/x\u001b[2J', ':OC_SHIELD - [0:0]\n');
  expect((await findSaved(host)).join()).not.toContain('\u001b');
});

test('our own bans are not shields', () => {
  expect(
    linesOfShields('table inet opsconsole {\n set ban4 {}\n}\n-A INPUT -m set --match-set oc_ban4 src'),
  ).toEqual([]);
});

test('whatever stands in the files, nothing throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
      savesRuleset(text);
      linesOfShields(text);
    }),
  );
});
