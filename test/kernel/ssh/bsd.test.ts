// A far host that is FreeBSD, and then OpenBSD, to everybody who asks: over a real ssh, with stand-ins for the tools that only
// they have, and none of Linux's.

import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readFirewalls } from '../../../src/actions/firewalls.ts';
import { computeSafeSet } from '../../../src/actions/safe/safe-set.ts';
import { gatherFacts } from '../../../src/cli/machine-facts.ts';
import { command } from '../../../src/core/plan.ts';
import type { Result } from '../../../src/core/result.ts';
import { BACKENDS } from '../../../src/firewall/registry.ts';
import { startWorker } from '../../../src/host/worker.ts';
import { flowsSource } from '../../../src/sources/conntrack/flows.ts';
import { conntrackSource } from '../../../src/sources/conntrack/source.ts';
import { timeoutsSource } from '../../../src/sources/conntrack/timeouts.ts';
import { hostSource } from '../../../src/sources/host/source.ts';
import { trafficSource } from '../../../src/sources/traffic/source.ts';
import { makePfFolder } from '../../fakes/pf-host.ts';
import { useFarHost } from '../harness/far-host.ts';
import { tool } from '../harness/namespaces.ts';
import { useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';

const CAPTURES = join(import.meta.dirname, '../../captures/bsd');
const { signal } = new AbortController();
const everyMs = 1000;

/** By name; F is the folder with the texts. `stat` of BSD has other letters for the same numbers. */
const STAND_INS: Readonly<Record<string, string>> = {
  uname: 'cat F/uname.txt',
  sysctl: 'cat F/host.txt',
  swapinfo: ':',
  vmstat: ':',
  netstat: `case $1 in
  -ibdnW) cat F/netstat.txt ;;
  -ibn) sed '/Ipkts/,$d' F/netstat.txt ;;
  -in) sed -n '/Ipkts/,$p' F/netstat.txt ;;
  -rn) printf 'default            192.0.2.254        UGS      em0\\n' ;;
esac`,
  ifconfig: `printf 'em0: flags=8843<UP> mtu 1500\\n\\tinet 192.0.2.1 netmask 0xffffff00 broadcast 192.0.2.255\\n'`,
  stat: `case "$1 $2 $3" in '-L -f %z %i %m %Xp') exec F/gnu-stat -L -c '%s %i %Y %f' "$4" ;; esac
echo "stat: illegal option -- $1" >&2
exit 1`,
};
const LINUX_ONLY =
  'nft ipset iptables ip6tables iptables-save ip6tables-save conntrack fail2ban-client cscli journalctl ss ip';
/** In the far host's own view of the file system. $1: the folder. */
const DRESS = `
set -e
mount -t tmpfs none /usr/local/sbin
cp "$1"/bin/* /usr/local/sbin/
for tool in ${Object.keys(STAND_INS).join(' ')}; do
  for folder in /usr/sbin /usr/bin; do
    [ ! -e "$folder/$tool" ] || mount --bind "/usr/local/sbin/$tool" "$folder/$tool"
  done
done
for tool in ${LINUX_ONLY}; do
  for folder in /usr/sbin /usr/bin; do
    [ ! -e "$folder/$tool" ] || mount --bind /dev/null "$folder/$tool"
  done
done
`;

kernelSuite('a far BSD', ['ssh', 'sshd', 'ssh-keygen', 'nsenter', 'mount'], () => {
  const net = useTestNet();
  const far = useFarHost(net, { offline: true });
  const pf = makePfFolder('freebsd15', { time: 'captured' });
  const at = (name: string): string => join(far().folder, name);
  afterAll(() => pf.dispose());

  function become(uname: string, captures: string): void {
    writeFileSync(at('uname.txt'), `${uname}\n`);
    for (const name of ['host.txt', 'netstat.txt']) copyFileSync(join(CAPTURES, captures, name), at(name));
  }

  beforeAll(async () => {
    become('FreeBSD 15.0-RELEASE', 'freebsd-14.5');
    mkdirSync(at('bin'));
    for (const [name, text] of Object.entries(STAND_INS))
      writeFileSync(at(`bin/${name}`), `#!/bin/sh\n${text.replaceAll('F/', `${far().folder}/`)}\n`, {
        mode: 0o755,
      });
    copyFileSync(join(pf.folder, 'pfctl'), at('bin/pfctl'));
    copyFileSync('/usr/bin/stat', at('gnu-stat'));
    const inside = (await tool(['ip', 'netns', 'pids', net().server.name])).stdout.split('\n');
    const sshd = inside.find((pid) => pid !== '' && wordsOf(pid).includes(at('sshd_config')));
    execFileSync('nsenter', ['-t', sshd ?? '', '-m', 'sh', '-c', DRESS, 'sh', far().folder]);
    await far().up();
  });

  const value = <T>(result: Result<T>): T => {
    if (result.ok) return result.value;
    throw new Error(`${result.problem.summary}: ${result.problem.detail ?? ''}`);
  };

  test('its load, traffic and states are those that its tools tell', async () => {
    const { host } = far();
    expect([host.system, host.privileged]).toEqual(['freebsd', true]);
    expect(value(await hostSource({ everyMs }).read(host, signal))).toMatchObject({
      cores: 2,
      load: [0.32, 0.16, 0.06],
      memory: { total: 2_111_283_200 },
      logDisk: { path: '/var/log', size: expect.any(Number) },
    });
    const { interfaces } = value(await trafficSource({ everyMs }).read(host, signal));
    expect(interfaces.map(({ name }) => name)).toEqual(['vtnet0', 'lo0', 'gif0']);
    expect(value(await conntrackSource({ everyMs }).read(host, signal))).toMatchObject({
      keeper: 'pf',
      count: 10,
    });
    const flows = value(await flowsSource({ everyMs, startWorker }).read(host, signal));
    expect(flows).toMatchObject({ total: 10, unreadable: 0 });
    expect(value(await timeoutsSource({ everyMs }).read(host, signal)).length).toBeGreaterThan(10);
  });

  test('its files, what may be banned there and who may not', async () => {
    const { host } = far();
    expect(value(await host.stat('/etc/passwd'))).toMatchObject({
      kind: 'file',
      size: readFileSync('/etc/passwd').length,
    });
    const facts = await gatherFacts(host);
    expect(facts).toMatchObject({ journald: false, firewall: true, interfaces: ['vtnet0', 'gif0'] });
    expect(await host.run(command(['journalctl', '-n', '1']))).toMatchObject({
      problem: { code: 'missing-tool', hint: expect.stringContaining('/var/log/messages') },
    });
    const view = await readFirewalls(host, BACKENDS);
    expect([view.arms.map(({ backend }) => backend.id), view.blind]).toEqual([['pf'], []]);
    const safe = await computeSafeSet(host, { allow: [] });
    const why = new Map(safe.entries.map((entry) => [entry.net.text, entry.why]));
    // Whom the far sshd sees, not whom this machine knows.
    expect(why.get(net().client(0).v4)).toContain('ssh session');
    expect(why.get('192.0.2.1')).toBe('an address of this machine');
    expect(why.get('192.0.2.254')).toBe('the default gateway');
  });

  test('after another start it is what it says then', async () => {
    const { host } = far();
    become('OpenBSD', 'openbsd-7.x');
    await far().killMaster();
    await far().up();
    expect(host.system).toBe('openbsd');
    expect(value(await hostSource({ everyMs }).read(host, signal))).toMatchObject({ cores: 4 });
    const { interfaces } = value(await trafficSource({ everyMs }).read(host, signal));
    expect(interfaces.find(({ name }) => name === 'vio0')).toMatchObject({
      rxBytes: 123_456,
      rxPackets: 900,
    });
  });
});

function wordsOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
