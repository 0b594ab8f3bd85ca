// The exact words for pfctl, which both systems understand in the same way, and what its answers mean.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeNet, type Net, parseNet } from '../../../../src/core/address.ts';
import { problem } from '../../../../src/core/problem.ts';
import type { Enforcement, SetInfo } from '../../../../src/core/rows.ts';
import { safe } from '../../../../src/core/sanitise.ts';
import { bothSidesWork, planPfKillIds, planPfKills, statesNow } from '../../../../src/firewall/pf/cut.ts';
import { PF_OWN_LINES, pfOwn, pfOwnMissing } from '../../../../src/firewall/pf/own.ts';
import { pfProbe, planPfAdd, planPfDelete, readPfTest } from '../../../../src/firewall/pf/plan.ts';
import { explainPfRefusal } from '../../../../src/firewall/pf/refusals.ts';
import { systemNamed } from '../../../../src/firewall/pf/system.ts';
import { afterChange, planPfChange, readWay } from '../../../../src/firewall/pf/timeouts.ts';
import { captured } from '../../../fakes/pf-captures.ts';
import { parseArgv } from '../../../fakes/pfctl/options.ts';

const net = (text: string): Net => {
  const parsed = parseNet(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.value.net;
};
const OWN = pfOwn.setFor(net('192.0.2.1'));
const words = (steps: readonly Readonly<{ command: Readonly<{ argv: readonly string[] }> }>[]) =>
  steps.map(({ command }) => command.argv.join(' '));
const elements = (texts: readonly string[]) => texts.map((text) => ({ net: net(text), seconds: 60 }));

describe('tables', () => {
  test('options before addresses, the anchor before all', () => {
    expect(words(planPfAdd(OWN, elements(['192.0.2.7', '2001:db8::/48'])))).toEqual([
      'pfctl -q -t oc_ban -T add 192.0.2.7 2001:db8::/48',
    ]);
    const foreign: SetInfo = { ...OWN, name: 'bans', table: 'f2b/sshd' };
    expect(words(planPfDelete(foreign, [net('192.0.2.0/24')]))).toEqual([
      'pfctl -a f2b/sshd -q -t bans -T delete 192.0.2.0/24',
    ]);
  });

  test('many go through stdin, and more than one request may hold through several', () => {
    const nets = Array.from({ length: 40_000 }, (_, at) => makeNet(4, BigInt(0x0a000000 + at), 32));
    const steps = planPfDelete(OWN, nets);
    expect(words(steps)).toEqual(Array(2).fill('pfctl -q -t oc_ban -T delete -f -'));
    expect(steps.map(({ command }) => command.stdin?.split('\n').length)).toEqual([32_769, 7233]);
    expect(planPfDelete(OWN, [])).toEqual([]);
  });

  test('what pfctl reads as options is never an address', () => {
    const any = fc.array(fc.bigInt({ min: 1n, max: 2n ** 128n - 1n }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(any, (values) => {
        const nets = values.map((value) => makeNet(6, value, 128));
        for (const { command } of planPfDelete(OWN, nets)) {
          for (const system of ['freebsd15', 'openbsd78'] as const) {
            const wish = parseArgv(system, command.argv.slice(1));
            expect(wish).toMatchObject({ table: 'oc_ban', command: 'delete', quiet: true });
            const given = command.stdin === undefined ? wish.operands : command.stdin.trim().split('\n');
            expect(given).toEqual(nets.map(({ text }) => text));
          }
        }
      }),
    );
  });

  test('one address is tested, a network only listed', () => {
    const probe = pfProbe(OWN, net('192.0.2.7'));
    expect(probe?.commands.map(({ argv }) => argv.join(' '))).toEqual([
      'pfctl -q -t oc_ban -T test 192.0.2.7',
    ]);
    expect(pfProbe(OWN, net('192.0.2.0/24'))).toBeUndefined();
    const told = [0, 2, 1, 255].map((exitCode) => readPfTest({ stdout: '', stderr: '', exitCode }));
    expect(told).toEqual(['present', 'absent', 'unknown', 'unknown']);
  });
});

describe('our own table', () => {
  const say = (enforcement: Enforcement): string => `${pfOwnMissing([{ ...OWN, enforcement }])}`;

  test('the lines that pf.conf lacks are shown', () => {
    for (const line of PF_OWN_LINES) expect(pfOwnMissing([])).toContain(`\`${line}\``);
    const [table = '', ...rules] = PF_OWN_LINES;
    for (const text of [
      say({ kind: 'unused' }),
      say({ kind: 'not-dropped', rule: safe('pass in from <oc_ban>'), because: 'accepts' }),
    ]) {
      for (const rule of rules) expect(text).toContain(rule);
      expect(text).not.toContain(table);
      expect(text).toContain('never writes pf.conf');
    }
    expect(say({ kind: 'dropped', rule: safe('x'), afterEstablished: true })).toBe('undefined');
  });

  test('nothing is made and nothing removed', () => {
    expect([...pfOwn.ensure([]), ...pfOwn.remove([OWN])]).toEqual([]);
    expect(
      [net('192.0.2.1'), net('192.0.2.0/24'), net('2001:db8::1')].map((at) => pfOwn.setFor(at).key),
    ).toEqual(['pf:oc_ban', 'pf:oc_ban', 'pf6:oc_ban']);
  });
});

describe('cutting', () => {
  test('both forms only where the second one works', () => {
    const nets = [net('192.0.2.7'), net('2001:db8::/48')];
    expect(words(planPfKills(nets, { bothSides: false }))).toEqual([
      'pfctl -k 192.0.2.7',
      'pfctl -K 192.0.2.7',
      'pfctl -k 2001:db8::/48',
      'pfctl -K 2001:db8::/48',
    ]);
    expect(words(planPfKills(nets, { bothSides: true }))[1]).toBe('pfctl -k 0.0.0.0/0 -k 192.0.2.7');
    expect(words(planPfKills(nets, { bothSides: true }))[4]).toBe('pfctl -k ::/0 -k 2001:db8::/48');
    expect(
      [
        'FreeBSD 13.5-RELEASE',
        'FreeBSD 14.3-RELEASE',
        'OpenBSD 7.8',
        'FreeBSD 15.0-RELEASE',
        'Linux 6.1',
      ].map(bothSidesWork),
    ).toEqual([true, true, true, false, false]);
  });

  test('a state without its creator is not named', () => {
    const initiator = net('192.0.2.1');
    const state = {
      iface: 'all',
      protocol: 'tcp',
      direction: 'in',
      hosts: [],
      initiator,
      states: '',
    } as const;
    expect(planPfKillIds([{ ...state, id: '1' }])).toEqual([]);
    expect(words(planPfKillIds([{ ...state, id: '1f', creator: 'ab' }]))).toEqual(['pfctl -k id -k 1f/ab']);
  });

  test('the number of states is that of the table of states', () => {
    expect(statesNow(captured('freebsd15', 'info-vv'))).toBe(10);
    expect(statesNow(captured('openbsd78', 'info-vv'))).toBe(8);
    expect(statesNow('Status: Enabled\n')).toBeUndefined();
  });
});

describe('timeouts', () => {
  const freebsd = ['timeouts', 'interfaces-v', 'info-vv'].map((name) => captured('freebsd15', name));

  test('each system by its own way, back to the very same values', () => {
    const way = readWay('freebsd', freebsd, 'set keepcounters\n');
    const other = readWay('openbsd', [captured('openbsd78', 'timeouts')], '');
    if (way === undefined || other === undefined) throw new Error('not read');
    const wrote = new Map([['tcp.first', 30]]);
    for (const [one, argv] of [
      [way, ['pfctl -n -O -m -f -', 'pfctl -O -m -f -']],
      [other, ['pfctl -n -f -', 'pfctl -f -']],
    ] as const) {
      expect(words(planPfChange(one, wrote))).toEqual(argv);
      expect(planPfChange(afterChange(one, wrote), wrote)).toEqual([]);
      const [back] = planPfChange(afterChange(one, wrote), new Map([['tcp.first', 120]]));
      expect(back?.command.stdin).toContain('set timeout tcp.first 120\n');
    }
    expect(
      planPfChange(
        way,
        new Map([
          ['tcp.nonsense', 1],
          ['tcp.first', -1],
          ['udp.first', 1.5],
        ]),
      ),
    ).toEqual([]);
  });

  test('nothing of one system is done on another', () => {
    expect(systemNamed('FreeBSD 15.0-RELEASE\n')).toBe('freebsd');
    expect(systemNamed('OpenBSD 7.8\n')).toBe('openbsd');
    for (const text of ['Linux 6.18', 'NetBSD 10', '']) expect(systemNamed(text)).toBeUndefined();
    expect(readWay('freebsd', [captured('openbsd78', 'timeouts')], '')).toBeUndefined();
  });
});

test('refusals in words, without the noise around them', () => {
  const why = (detail: string) => explainPfRefusal(problem('bad-exit', 'pfctl said no', { detail }));
  expect(why('pfctl: Cannot allocate memory.').summary).toContain('no room');
  expect(
    why('pfctl: Table does not exist\npfctl: DIOCSETLIMIT (states): Permission denied').summary,
  ).toContain('is gone');
  expect(why(captured('freebsd15', 'noperm')).code).toBe('bad-exit');
  expect(why('pfctl: /dev/pf: Permission denied').code).toBe('not-permitted');
  expect(why('pfctl: /dev/pf: No such file or directory').summary).toContain('not loaded');
  expect(why('pfctl: Operation not permitted').summary).toContain('constant');
  expect(why('something else').summary).toBe('pfctl said no');
});
