// revert.sh as text: what a small raise prints, and that no value of a raise is ever run, tried with the real sh.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { RevertItem } from '../../../../src/actions/shields/measure.ts';
import { REVERT_KINDS } from '../../../../src/actions/shields/revert-kinds.ts';
import { REVERT_MODES } from '../../../../src/actions/shields/revert-modes.ts';
import { REVERT_PRELUDE } from '../../../../src/actions/shields/revert-prelude.ts';
import { printRevertScript } from '../../../../src/actions/shields/revert-script.ts';
import { REVERT_WALLS } from '../../../../src/actions/shields/revert-walls.ts';
import { unixMs } from '../../../../src/core/brand.ts';
import { sanitise } from '../../../../src/core/sanitise.ts';
import type { ShieldsState } from '../../../../src/core/shields.ts';
import { parseOutcome } from '../../../../src/firewall/shields/outcome.ts';

const STATE: ShieldsState = {
  version: 1,
  id: '1a2b3c4d',
  bootId: 'c2253ed9-e79e-4c0d-bbef-f650d0e47c80',
  profile: 'default',
  auto: false,
  by: { user: 'root', console: 'c1' },
  raisedAt: unixMs(1_800_000_000_000),
  raisedUptime: 1000.4,
  trialSeconds: 120,
  holdSeconds: 3600,
  wall: 'nft',
  measures: [],
};
const PLACE = { dir: '/var/lib/opsconsole/shields', run: '/run/opsconsole' };
const ITEMS: readonly RevertItem[] = [
  { kind: 'wall', variant: 'nft' },
  { kind: 'sysctl', name: 'net.ipv4.tcp_rmem', before: '4096\t131072\t6291456\n', wrote: '1 2 3' },
  { kind: 'sysctl', name: 'net.ipv4.conf.eth0/100.rp_filter', before: '1', wrote: '2' },
  { kind: 'fail2ban', jail: 'sshd', option: 'maxretry', before: '5', wrote: '2' },
  { kind: 'command', name: "Ann's", argv: ['systemctl', 'start', 'a b'], timeoutSeconds: 0.5 },
  {
    kind: 'include',
    link: '/etc/nginx/x.conf',
    file: '/srv/x',
    test: ['nginx', '-t'],
    reload: ['nginx', '-s', 'r'],
  },
  { kind: 'pins', flows: [{ words: ['-f', 'ipv6', '-s', '2001:db8::1'], seconds: 432_000 }] },
];
const print = (items: readonly RevertItem[], place = PLACE): string =>
  printRevertScript({ state: STATE, place, trialUptime: 1120.2, items });

describe('the script', () => {
  it('is its values, the static part, one function per item, and a last line that does it all', () => {
    const text = [REVERT_PRELUDE, REVERT_KINDS, REVERT_WALLS, REVERT_MODES].reduce(
      (whole, part) => whole.replace(part.trimEnd(), () => '[static]'),
      print(ITEMS),
    );
    expect(text).toBe(`#!/bin/sh
# Takes the shields of opsconsole down. Safe to run twice, by hand as well: sh revert.sh down operator
PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin
LC_ALL=C
export PATH LC_ALL
umask 077
ID=1a2b3c4d
DIR=/var/lib/opsconsole/shields
RUN=/run/opsconsole
BOOT=c2253ed9-e79e-4c0d-bbef-f650d0e47c80
RAISED=1001
TRIAL_END=1121
LOCK_WAIT=746
COUNT=7
CLOCK=proc
[static]
[static]
[static]

# --- what this raise changed

item_1() {
  back_nft
}
item_2() {
  back_sysctl net.ipv4.tcp_rmem /proc/sys/net/ipv4/tcp_rmem '4096	131072	6291456' '1 2 3'
}
item_3() {
  back_sysctl net.ipv4.conf.eth0/100.rp_filter /proc/sys/net/ipv4/conf/eth0.100/rp_filter 1 2
}
item_4() {
  back_fail2ban sshd maxretry 5 2
}
item_5() {
  back_command 'Ann'\\''s' 1 systemctl start 'a b'
}
test_6() { foreign 30 nginx -t; }
reload_6() { foreign 30 nginx -s r; }
item_6() {
  back_include /etc/nginx/x.conf /srv/x
}
item_7() {
  WHAT='conntrack pins' LIVE=0 ENDED=0 TROUBLE=
  if gone_with_boot; then return; fi
  back_pin 432000 -f ipv6 -s 2001:db8::1
  back_pins
}
[static]

main "$@"; exit
`);
  });

  it.each(['dash', 'bash --posix', 'busybox sh', 'mksh'])(
    'is understood by %s, where there is one',
    (shell) => {
      const [program = '', ...words] = shell.split(' ');
      const checked = spawnSync(program, [...words, '-n'], { input: print(ITEMS), encoding: 'utf8' });
      if (checked.error !== undefined) return;
      expect(checked).toMatchObject({ status: 0, stderr: '' });
    },
  );

  it.each<[string, RevertItem]>([
    ['a newline', { kind: 'command', name: 'x\ny', argv: ['true'], timeoutSeconds: 5 }],
    ['a NUL', { kind: 'command', name: 'x', argv: ['true', 'a\0b'], timeoutSeconds: 5 }],
    ['an option for a program', { kind: 'command', name: 'x', argv: ['-x'], timeoutSeconds: 5 }],
    ['no program', { kind: 'command', name: 'x', argv: [''], timeoutSeconds: 5 }],
    ['no time', { kind: 'command', name: 'x', argv: ['true'], timeoutSeconds: Number.NaN }],
    ['a path for a name', { kind: 'sysctl', name: 'net../../etc.passwd', before: '1', wrote: '2' }],
    ['an upward name', { kind: 'sysctl', name: 'net.//.x', before: '1', wrote: '2' }],
  ])('refuses %s', (_, item) => expect(() => print([item])).toThrow());
});

describe('hostile values', () => {
  const roots: string[] = [];
  afterEach(() => {
    for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
  });

  it('are words, never commands', () => {
    const poison = fc.constantFrom(
      '$(touch CANARY)',
      '`touch CANARY`',
      "'; touch CANARY; '",
      '"; touch CANARY; "',
      '\\',
      "'",
      '$HOME',
      '$IFS',
      '*',
      '~',
      '& touch CANARY &',
      '> CANARY',
      '\t',
      '%s%n',
      '-n',
      'é\u202e',
    );
    const value = fc
      .array(fc.oneof(poison, fc.string({ maxLength: 8 })), { minLength: 1, maxLength: 4 })
      .map((parts) => parts.join(' ').replaceAll(/[\0-\x08\x0a-\x1f\x7f]/g, ''));
    fc.assert(
      fc.property(value, value, value, (first, second, third) => {
        const root = mkdtempSync(join(tmpdir(), 'oc-hostile-'));
        roots.push(root);
        const name = (text: string): string => text.replaceAll('/', '|').slice(0, 60);
        const place = { dir: join(root, `d${name(first)}`), run: join(root, `r${name(second)}`) };
        const here = join(place.dir, STATE.id);
        mkdirSync(here, { recursive: true });
        writeFileSync(join(place.dir, 'current'), `${STATE.id}\n`);
        const got = join(root, 'got');
        const items: readonly RevertItem[] = [
          { kind: 'sysctl', name: 'kernel.ostype', before: first, wrote: second },
          {
            kind: 'command',
            name: third,
            argv: ['sh', '-c', 'printf "%s\\n" "$@" >"$0"', got, first, second, third],
            timeoutSeconds: 5,
          },
          { kind: 'include', link: join(root, `l${name(third)}`), file: first, reload: ['true'] },
        ];
        const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
        const state = { ...STATE, bootId: boot };
        const script = join(here, 'revert.sh');
        writeFileSync(script, printRevertScript({ state, place, trialUptime: 1, items }));
        const stdout = execFileSync('sh', [script, 'down', 'operator'], { cwd: root, encoding: 'utf8' });
        expect(readFileSync(got, 'utf8')).toBe(`${first}\n${second}\n${third}\n`);
        expect(existsSync(join(root, 'CANARY')) || existsSync(join(here, 'CANARY'))).toBe(false);
        expect(existsSync('/CANARY')).toBe(false);
        const outcome = parseOutcome(stdout);
        expect(outcome).toMatchObject({ id: STATE.id, by: 'operator', complete: true });
        expect(outcome?.items.map(({ result }) => result)).toEqual(['already', 'restored', 'drift']);
        expect(outcome?.items[1]?.what).toBe(sanitise(`command ${third}`.split('\t')[0] ?? '', 200));
        expect(existsSync(join(place.dir, 'current'))).toBe(false);
        expect(parseOutcome(readFileSync(join(place.run, `${STATE.id}.outcome`), 'utf8'))).toEqual(outcome);
      }),
      { numRuns: 30 },
    );
  });
});
