// The built program without rights, with a hijacked PATH, and with a journal that cannot be written: it reads what it
// may, says what it cannot see or do, never shows zero for unknown, and changes nothing.

import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXIT } from '../../../src/cli/io.ts';
import { banOf, onEnd, openKit, proved, snapshot } from '../acts/kit.ts';
import { useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';
import { openShell, PROGRAM, requireBuilt, runInside } from './shell.ts';

const NOBODY = 65_534;
const AS_NOBODY = ['setpriv', '--reuid', String(NOBODY), '--regid', String(NOBODY), '--clear-groups', '--'];

kernelSuite('the built program', ['nft', 'ipset', 'conntrack', 'sysctl', 'setpriv', 'mount'], () => {
  const testNet = useTestNet({ clients: 1 });

  async function home(owner = 0) {
    requireBuilt();
    const { folder } = await openShell(testNet());
    chownSync(folder, owner, owner);
    const env = { HOME: folder, XDG_STATE_HOME: `${folder}/state`, XDG_CONFIG_HOME: `${folder}/config` };
    const run = (words: readonly string[], before: readonly string[] = [], more: NodeJS.ProcessEnv = {}) =>
      runInside(testNet(), [...before, PROGRAM, ...words], { env: { ...env, ...more } });
    return { folder, run };
  }

  test('as a user without rights: every act says so, reading says what is blind, nothing is zero', async () => {
    const net = testNet();
    await proved((await openKit(net)).desk, banOf(['198.51.100.9']));
    const { run } = await home(NOBODY);
    const before = await snapshot(net);
    for (const words of [
      ['ban', '198.51.100.7', '--for', '1h'],
      ['unban', '198.51.100.9'],
      ['cut', '198.51.100.9'],
      ['tighten', 'siege'],
      ['undo'],
    ]) {
      const ran = await run([...words, '--yes'], AS_NOBODY);
      expect([words[0], ran.status], ran.err).toEqual([words[0], EXIT.failed]);
      expect(ran.err).toMatch(/needs root[\s\S]*sudo/);
    }
    const bans = await run(['bans'], AS_NOBODY);
    expect([bans.status, bans.out]).toEqual([EXIT.failed, '']);
    expect(bans.err).toMatch(/nft may not do this/);
    const doctor = await run(['doctor'], AS_NOBODY);
    expect(doctor.status).toBe(EXIT.failed);
    expect(doctor.out).toMatch(
      /NO +rights +neither root nor sudo without a password: .*panes that need root are blind/,
    );
    expect(doctor.out).toMatch(/NO +ban/);
    expect(doctor.out).toMatch(/sets: not known/);
    expect(doctor.out).toMatch(/may not do this/);
    const timeouts = await run(['tighten'], AS_NOBODY);
    expect(timeouts.out).toMatch(/tcp_timeout_established +(432000|–) /);
    expect(await snapshot(net)).toBe(before);
    await net.exec(net.server, ['nft', 'delete', 'table', 'inet', 'opsconsole']);
  });

  test('programs planted in PATH, in the working folder and in NODE_PATH never run, and the locale is ours', async () => {
    const { folder, run } = await home();
    const bin = join(folder, 'planted');
    mkdirSync(bin);
    const tools = [
      'nft',
      'ipset',
      'iptables',
      'ip6tables',
      'iptables-save',
      'conntrack',
      'sysctl',
      'ss',
      'xargs',
      'sudo',
    ];
    for (const place of [bin, folder])
      for (const tool of [...tools, 'node', 'journalctl', 'fail2ban-client', 'which', 'cat']) {
        writeFileSync(join(place, tool), `#!/bin/sh\necho "$0 $*" >> ${folder}/ran\nexit 0\n`);
        chmodSync(join(place, tool), 0o755);
      }
    const more = {
      PATH: `${bin}:.:${process.env.PATH}`,
      NODE_PATH: bin,
      LC_ALL: 'de_DE.UTF-8',
      LANGUAGE: 'de',
    };
    const banned = await run(['ban', '198.51.100.9', '--for', '1h', '--json'], [], more);
    expect(banned.status, banned.err).toBe(EXIT.done);
    expect((await run(['undo'], [], more)).status).toBe(EXIT.done);
    expect((await run(['doctor'], [], more)).out).not.toContain(bin);
    expect(readdirSync(folder)).not.toContain('ran');
  });

  test('a journal that is read-only, full or not ours: no act, and every word on how to go on', async () => {
    const net = testNet();
    const before = await snapshot(net);
    for (const [what, size, options] of [
      ['read-only', '1m', 'ro'],
      ['full', '4k', 'rw'],
    ] as const) {
      const { folder, run } = await home();
      const state = join(folder, 'state');
      mkdirSync(state, { mode: 0o700 });
      execFileSync('mount', [
        '-t',
        'tmpfs',
        '-o',
        `size=${size},nr_inodes=20,mode=0700,${options}`,
        'oc-test',
        state,
      ]);
      onEnd(() => void execFileSync('umount', ['-l', state]));
      const ran = await run(['ban', '198.51.100.9', '--for', '1h', '--yes', '--json']);
      expect([what, ran.status], ran.out + ran.err).toEqual([what, EXIT.failed]);
      const { problem, summary, status } = JSON.parse(ran.out);
      expect(status).toBe('failed');
      expect(summary).toMatch(/^nothing was done: the journal/);
      expect(problem.hint).toMatch(/act without a journal|free some space/);
      expect(await snapshot(net), what).toBe(before);
      const over = await run(['ban', '198.51.100.9', '--for', '1h', '--without-journal']);
      expect([what, over.status], over.err).toEqual([what, EXIT.done]);
      expect(over.out).toMatch(/this act is not recorded/);
      await net.exec(net.server, ['nft', 'delete', 'table', 'inet', 'opsconsole']);
    }
  });

  test('kernel settings that are read-only, as in a container: tighten fails whole and says so', async () => {
    const net = testNet();
    const { run } = await home();
    const all = ['sysctl', '-a', '-r', 'nf_conntrack.*timeout'] as const;
    const before = await net.exec(net.server, [...all]);
    const readOnly = 'mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys && exec "$@"';
    const ran = await run(
      ['tighten', 'siege', '--yes', '--json'],
      ['unshare', '-m', 'sh', '-c', readOnly, 'sh'],
    );
    const answer = JSON.parse(ran.out);
    expect([ran.status, answer.status]).toEqual([EXIT.failed, 'failed']);
    expect(answer.summary).toMatch(/read-only|Read-only|permission denied|setting key/i);
    expect((await net.exec(net.server, [...all])).stdout).toBe(before.stdout);
  });
});

for (const [what, v6, knobs] of [
  [
    'without any IPv6 address, and IPv6 switched off',
    false,
    ['net.ipv6.conf.all.disable_ipv6=1', 'net.ipv6.conf.default.disable_ipv6=1'],
  ],
  ['without any IPv4 address', true, []],
] as const)
  kernelSuite(`a host ${what}`, ['nft', 'ipset', 'iptables', 'ip6tables', 'conntrack', 'sysctl'], () => {
    const testNet = useTestNet({ clients: 1, v6 });

    test('bans, proves and undoes in both families, with each firewall', async () => {
      const net = testNet();
      if (knobs.length > 0) await net.exec(net.server, ['sysctl', '-q', '-w', ...knobs]);
      else await net.exec(net.server, ['ip', '-4', 'addr', 'flush', 'dev', 'v0']);
      const { nftBackend } = await import('../../../src/firewall/nft/backend.ts');
      const { ipsetBackend } = await import('../../../src/firewall/ipset/backend.ts');
      const before = await snapshot(net);
      for (const backend of [nftBackend, ipsetBackend]) {
        const { desk } = await openKit(net, { backends: [backend] });
        for (const texts of [
          ['198.51.100.9'],
          ['2001:db8:9::9'],
          ['198.51.100.9', '198.51.101.0/24', '2001:db8:9::9'],
        ]) {
          await proved(desk, banOf(texts));
          await proved(desk, { action: 'undo' });
          expect(await snapshot(net), `${backend.id} ${texts.join(' ')}`).toBe(before);
        }
        const { entries, gaps } = await desk.safeSet();
        expect(gaps).not.toContain(expect.stringMatching(/addresses/));
        const own = entries.map(({ net: { text } }) => text);
        expect(own).toContain(v6 ? net.server.v6 : net.server.v4);
      }
    });
  });
