// raise.sh as text: that sh reads it, that nothing of it is left unfilled, and that hostile settings stay words. That it works
// is for test/kernel/shields/watch.test.ts.

import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { printRaiseScript, type RaiseScriptInput } from '../../../../src/actions/watch/raise-script.ts';
import { parseNet } from '../../../../src/core/address.ts';
import { DEFAULT_SHIELDS } from '../../../../src/core/shields-defaults.ts';

const net = (text: string) => {
  const parsed = parseNet(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.value.net;
};
const INPUT: RaiseScriptInput = {
  settings: DEFAULT_SHIELDS,
  profile: 'default',
  allow: [net('198.51.100.0/24'), net('2001:db8::1')],
  place: { dir: '/var/lib/opsconsole/shields', run: '/run/opsconsole' },
};
const printed = (input: Partial<RaiseScriptInput> = {}): string => {
  const script = printRaiseScript({ ...INPUT, ...input });
  if (!script.ok) throw new Error(script.problem.summary);
  return script.value;
};

describe('raise.sh', () => {
  it.each(['sh', 'dash', 'bash'])('is read by %s', (shell) => {
    if (spawnSync(shell, ['-c', ':']).status !== 0) return;
    const read = spawnSync(shell, ['-n'], { input: printed(), encoding: 'utf8' });
    expect([read.status, read.stderr]).toEqual([0, '']);
  });

  it('has the settings in it, and the measures of the packet filter only', () => {
    const script = printed();
    expect(script).toContain('DIR=/var/lib/opsconsole/shields RUN=/run/opsconsole\nHOLD=3600 BLOCK=1800\n');
    expect(script).toContain("ALLOW='169.254.0.0/16 fe80::/10 198.51.100.0/24 2001:db8::1'");
    expect(script).toContain("UNATTENDED=yes\nPORTS=''\n");
    expect(printed({ allow: [] }), 'nobody is sure to stay safe').toContain('UNATTENDED=no\n');
    expect(script).toContain('limit rate over 5/second burst 10 packets');
    expect(script).not.toMatch(/conntrack_tcp|ct timeout/);
  });

  it('fills in all that only the day itself knows', () => {
    const script = printed();
    const used = new Set(script.match(/@[A-Z_]+@/g));
    for (const word of used) expect(script).toMatch(new RegExp(`s[/:]${word}[/:]`));
    expect(script).not.toMatch(/feedbeef|6500[12]|12345670|1234567s/);
  });

  it('a hold shorter than the minimum is the minimum; fixed ports are fixed', () => {
    const settings = { ...DEFAULT_SHIELDS, holdSeconds: 60, unattended: true, ports: [80, 443] };
    expect(printed({ settings })).toContain("HOLD=600 BLOCK=1800\nUNATTENDED=yes\nPORTS='80 443'\n");
  });

  it('a hostile profile name is a word of the state, no command', () => {
    const profile = "x'; touch /tmp/oc-pwned; '\nEND_OF_TEMPLATE\n$(id)";
    const settings = {
      ...DEFAULT_SHIELDS,
      profiles: { [profile]: [{ measure: 'unlisted-ports' }] },
    } as const;
    const script = printed({ settings, profile });
    expect(script).toContain('"profile": "x\'; touch /tmp/oc-pwned; \'\\nEND_OF_TEMPLATE\\n$(id)"');
    const read = spawnSync('sh', ['-n'], { input: script, encoding: 'utf8' });
    expect([read.status, read.stderr]).toEqual([0, '']);
  });

  it('is refused where it could not be what it says', () => {
    const none = { ...DEFAULT_SHIELDS, profiles: { default: [{ measure: 'pin-ssh' }] } } as const;
    expect(printRaiseScript({ ...INPUT, settings: none }).ok).toBe(false);
    expect(printRaiseScript({ ...INPUT, profile: 'toString' }).ok).toBe(false);
    expect(printRaiseScript({ ...INPUT, place: { dir: '/a b', run: '/run' } }).ok).toBe(false);
    expect(printRaiseScript({ ...INPUT, place: { dir: "/a'$(id)", run: '/run' } }).ok).toBe(false);
  });
});
