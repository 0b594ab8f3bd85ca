// What is sent to far hosts as sh, under the shells that are sh elsewhere: mksh and posh come from the ksh of OpenBSD, ash is
// busybox's and the nearest to that of FreeBSD.

import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { claimed } from '../../../src/actions/lost/claim.ts';
import { readFarAncestry } from '../../../src/actions/safe/far-session.ts';
import { printArm } from '../../../src/actions/shields/arm-watcher.ts';
import { writeDeadline } from '../../../src/actions/shields/deadline-file.ts';
import type { RevertItem } from '../../../src/actions/shields/measure.ts';
import { printPrepare } from '../../../src/actions/shields/prepare.ts';
import { printRevertScript } from '../../../src/actions/shields/revert-script.ts';
import { trustedRun } from '../../../src/actions/shields/trust.ts';
import { printRaiseScript } from '../../../src/actions/watch/raise-script.ts';
import { unixMs } from '../../../src/core/brand.ts';
import { type Command, command } from '../../../src/core/plan.ts';
import type { ShieldsState } from '../../../src/core/shields.ts';
import { DEFAULT_SHIELDS } from '../../../src/core/shields-defaults.ts';
import { parseOutcome } from '../../../src/firewall/shields/outcome.ts';
import { REAPER_SCRIPT } from '../../../src/host/reaper-script.ts';
import { globBody, statBody } from '../../../src/host/ssh/file-scripts.ts';
import { fenceBody, HELLO_BODY } from '../../../src/host/ssh/hello.ts';
import { jobText, killBody, spooledBody, watchedBody } from '../../../src/host/ssh/script.ts';
import { hostSource } from '../../../src/sources/host/source.ts';
import { trafficSource } from '../../../src/sources/traffic/source.ts';
import { BSD_QUESTION } from '../../../src/sources/uplinks/bsd.ts';
import { pingCommand } from '../../../src/sources/uplinks/ping.ts';
import { PROCESSES } from '../../../src/sources/uplinks/processes.ts';
import { createFakeHost } from '../../fakes/fake-host.ts';
import { v4 } from '../../unit/store/rig.ts';
import { kernelSuite } from '../harness/require.ts';

const ROOT = new URL('../../../node_modules/.cache/opsconsole/shells', import.meta.url).pathname;
const [MKSH, POSH, BUSYBOX] = ['bin/mksh', 'usr/bin/posh', 'bin/busybox'].map((path) => join(ROOT, path));
const SHELLS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  mksh: [MKSH ?? ''],
  posh: [POSH ?? ''],
  'busybox ash': [BUSYBOX ?? '', 'ash'],
  sh: ['/bin/sh'],
};
const BOOT = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
const UPTIME = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
const STATE: ShieldsState = {
  version: 1,
  id: '1a2b3c4d',
  bootId: BOOT,
  profile: 'default',
  auto: false,
  by: { user: 'root', console: 'c1' },
  raisedAt: unixMs(1_800_000_000_000),
  raisedUptime: UPTIME,
  trialSeconds: 120,
  holdSeconds: 3600,
  wall: 'nft',
  measures: [],
};
const PLACE = { dir: '/var/lib/opsconsole/shields', run: '/run/opsconsole' };
const ITEMS: readonly RevertItem[] = [
  { kind: 'wall', variant: 'nft' },
  { kind: 'sysctl', name: 'net.ipv4.tcp_rmem', before: '4096\t131072\t6291456\n', wrote: '1 2 3' },
  { kind: 'fail2ban', jail: 'sshd', option: 'maxretry', before: '5', wrote: '2' },
  { kind: 'command', name: "Ann's", argv: ['systemctl', 'start', 'a b'], timeoutSeconds: 0.5 },
  {
    kind: 'include',
    link: '/etc/x.conf',
    file: '/srv/x',
    test: ['nginx', '-t'],
    reload: ['nginx', '-s', 'r'],
  },
  { kind: 'pins', flows: [{ words: ['-f', 'ipv6', '-s', '2001:db8::1'], seconds: 432_000 }] },
];

/** What a call of a source or of an act gives to sh. */
async function sentBy(call: (host: ReturnType<typeof createFakeHost>) => Promise<unknown>): Promise<string> {
  const host = createFakeHost().on(/./, { stdout: '' });
  await call(host);
  return host.commands.map(textOf).join('\n');
}

function textOf({ argv, stdin, through }: Command): string {
  const [, flag, text = ''] = through ?? argv;
  return flag === '-c' ? text : (stdin ?? '');
}

async function scripts(): Promise<Readonly<Record<string, string>>> {
  const revert = (wall: 'nft' | 'pf', items = ITEMS): string =>
    printRevertScript({ state: { ...STATE, wall }, place: PLACE, trialUptime: 1120, items });
  const raise = printRaiseScript({ settings: DEFAULT_SHIELDS, profile: 'default', allow: [], place: PLACE });
  const { signal } = new AbortController();
  const files = { 'revert.sh': { text: revert('nft'), mode: '0700' } };
  const deadline = { phase: 'held', uptime: 2000 } as const;
  const bsd = (system: 'freebsd' | 'openbsd' | 'darwin') =>
    sentBy(async (host) => {
      await hostSource({ everyMs: 1000 }).read({ ...host, system }, signal);
      await trafficSource({ everyMs: 1000 }).read({ ...host, system }, signal);
    });
  const run = command(['true'], { stdin: 'x' });
  return {
    'revert.sh': revert('nft'),
    'revert.sh on pf': revert('pf', [{ kind: 'wall', variant: 'pf' }, ...ITEMS.slice(3)]),
    'raise.sh': raise.ok ? raise.value : '',
    arm: printArm(PLACE, STATE.id),
    prepare: printPrepare({ id: STATE.id, place: PLACE, files }, PLACE),
    deadline: await sentBy((host) => writeDeadline(host, { place: PLACE, id: STATE.id }, deadline)),
    trust: textOf(trustedRun(['/x/y/revert.sh', 'down', 'operator'], { timeoutMs: 1000 })),
    reaper: REAPER_SCRIPT,
    claim: textOf(claimed(run, { folder: '/run/x', name: 'a.0', notAfter: 1 })),
    'far session': await sentBy((host) => readFarAncestry(host)),
    ping: pingCommand([{ from: v4(1), to: v4(2), dev: 'eth0' }], 'linux')?.argv[2] ?? '',
    processes: PROCESSES.argv[2] ?? '',
    routes: BSD_QUESTION.argv[2] ?? '',
    freebsd: await bsd('freebsd'),
    openbsd: await bsd('openbsd'),
    macos: await bsd('darwin'),
    lane: jobText(
      [HELLO_BODY, fenceBody([{ pid: 1, name: 'x' }]), killBody(4, 'TERM', ['sudo', '-n'])].join('\n'),
      'mark',
    ),
    'lane files': jobText(`${statBody('/a b', 'FreeBSD')}\n${globBody('/var/log/*[!a].log')}`, 'mark'),
    stdin: `${spooledBody(run, ['true'], 1)}\n${watchedBody('true')}`,
  };
}

kernelSuite('sh of other systems', [MKSH ?? '', POSH ?? '', BUSYBOX ?? ''], () => {
  const folder = mkdtempSync(join(tmpdir(), 'oc-shells-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('every text is sh to all of them', async () => {
    const faults: string[] = [];
    for (const [name, text] of Object.entries(await scripts())) {
      expect(text, name).not.toBe('');
      for (const [shell, [program, ...words]] of Object.entries(SHELLS)) {
        const path = join(folder, 'text');
        writeFileSync(path, text);
        const read = spawnSync(program, [...words, '-n', path], { encoding: 'utf8' });
        if (read.status !== 0 || read.stderr !== '') faults.push(`${name}, ${shell}: ${read.stderr}`);
      }
    }
    expect(faults).toEqual([]);
  });

  describe.each(Object.entries(SHELLS))('%s', (shell, [program, ...words]) => {
    const root = join(folder, shell.replace(' ', '-'));
    const place = { dir: join(root, 'lib'), run: join(root, 'run') };
    const here = join(place.dir, STATE.id);
    const [link, file, told] = ['link', 'file', 'told'].map((name) => join(root, name));
    const items: readonly RevertItem[] = [
      { kind: 'sysctl', name: 'kernel.ostype', before: 'Linux\n', wrote: 'Other' },
      {
        kind: 'command',
        name: 'tell',
        argv: ['sh', '-c', `echo "$1" >>${told}`, 'sh', 'a  b'],
        timeoutSeconds: 5,
      },
      { kind: 'command', name: 'fails', argv: ['false'], timeoutSeconds: 5 },
      { kind: 'include', link: link ?? '', file: file ?? '', reload: ['true'] },
    ];

    function prepared(trialUptime: number): string {
      rmSync(root, { recursive: true, force: true });
      mkdirSync(here, { recursive: true });
      symlinkSync(file ?? '', link ?? '');
      writeFileSync(join(place.dir, 'current'), `${STATE.id}\n`);
      writeFileSync(join(here, 'deadline'), `held ${trialUptime}\n`);
      const script = join(here, 'revert.sh');
      writeFileSync(script, printRevertScript({ state: STATE, place, trialUptime, items }));
      return script;
    }

    function expectLowered(stdout: string, by: string): void {
      const outcome = parseOutcome(stdout.slice(stdout.indexOf('opsconsole-shields-outcome')));
      expect(outcome).toMatchObject({ id: STATE.id, by, complete: true });
      expect(outcome?.items.map(({ result }) => result)).toEqual([
        'restored',
        'failed',
        'restored',
        'already',
      ]);
      expect(readFileSync(told ?? '', 'utf8')).toBe('a  b\n');
      expect(existsSync(link ?? '')).toBe(false);
      expect(existsSync(join(place.dir, 'current'))).toBe(false);
      expect(parseOutcome(readFileSync(join(place.run, `${STATE.id}.outcome`), 'utf8'))).toEqual(outcome);
    }

    const run = (script: string, ...modes: readonly string[]): string => {
      const ran = spawnSync(program, [...words, script, ...modes], { encoding: 'utf8', timeout: 20_000 });
      expect([ran.status, ran.stderr]).toEqual([0, '']);
      return ran.stdout;
    };

    it('takes the shields down, once', () => {
      const script = prepared(UPTIME + 600);
      const first = run(script, 'down', 'operator');
      expectLowered(first, 'operator');
      expect(run(script, 'down', 'recovery')).toBe(first);
    });

    it('takes them down when their time is over', () => {
      expectLowered(run(prepared(UPTIME - 1), 'wait'), 'timer');
    });
  });
});
