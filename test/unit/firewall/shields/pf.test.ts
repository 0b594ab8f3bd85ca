// The pf wall, through its text and commands alone; captures are from pfctl itself on a stand-in for the kernel.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pfNotes, planPf, planPfDown, printPfAnchor } from '../../../../src/firewall/shields/pf.ts';
import {
  LOOK_AT_PF_OPTIONS,
  parsePfOptions,
  planPfTimeouts,
  restorePfTimeouts,
} from '../../../../src/firewall/shields/pf-timeouts.ts';
import { anyWall, BARE, WHOLE } from './walls.ts';

const WHOLE_TEXT = `# opsconsole shields v1 id=deadbeef
table <oc_safe> persist {
  10.0.0.0/8
  203.0.113.5
  ::1
  fe80::/10
}
table <oc_banned> persist {
  198.51.100.7
  2001:db8:bad::/48
}
table <oc_over> persist counters
block drop in quick from <oc_banned> to any label "opsconsole-deadbeef-banned"
block drop in quick proto tcp from ! <oc_safe> to self port { 0:21, 23:79, 81:442, 444:2221, 2223:65535 } flags S/SA label "opsconsole-deadbeef-ports"
block drop in quick proto tcp from <oc_over> to any port { 80, 443 } flags S/SA label "opsconsole-deadbeef-connections"
pass in quick proto tcp from ! <oc_safe> to any port { 80, 443 } flags S/SA keep state (source-track rule, max-src-conn 50, max-src-conn-rate 10/2, overload <oc_over> flush)
`;

const TIMEOUTS = `tcp.first                   120s
tcp.opening                  30s
tcp.established           86400s
adaptive.start            60000 states
`;
const INTERFACES = 'all\nlo\nlo0 (skip)\nvtnet0\n';
const INFO = `Status: Enabled for 0 days 01:00:00              Debug: Urgent

Syncookies
  mode                      adaptive
  active                    inactive
  highwater                 25 %
  lowwater                  12 %
  halfopen states           0
Reassemble                       no
`;

describe('the anchor', () => {
  test('with every part', () => {
    expect(printPfAnchor(WHOLE)).toBe(WHOLE_TEXT);
  });

  test('with none', () => {
    expect(printPfAnchor(BARE)).toBe('# opsconsole shields v1 id=0badcafe\ntable <oc_safe> persist\n');
  });

  test('never passes anybody to ssh, nor the safe ones past the rules of the host', () => {
    fc.assert(
      fc.property(anyWall, (wall) => {
        for (const line of printPfAnchor(wall).split('\n')) {
          if (!line.startsWith('pass ')) continue;
          expect(line).toContain('from ! <oc_safe> to any port {');
          const ports = (/port \{ ([^}]*) \}/.exec(line)?.[1] ?? '').split(', ').map(Number);
          for (const ssh of wall.sshPorts) expect(ports).not.toContain(ssh);
        }
      }),
    );
  });

  test('ranges of closed ports leave out exactly the listed ones', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 65_535 }), { maxLength: 30 }), (listed) => {
        const text = /to self port \{ ([^}]*) \}/.exec(printPfAnchor({ ...BARE, listed }))?.[1] ?? '';
        const closed = text.split(', ').map((range) => range.split(':').map(Number));
        const isClosed = (port: number): boolean =>
          closed.some(([from = -1, to = from]) => from <= port && port <= to);
        for (const port of [...listed, 22]) expect(isClosed(port)).toBe(false);
        for (const port of [0, 65_535, ...listed.flatMap((each) => [each - 1, each + 1])])
          expect(isClosed(port)).toBe(port <= 65_535 && port !== 22 && !listed.includes(port));
      }),
    );
  });

  test('commands touch nothing but the anchor', () => {
    const words = [...planPf(WHOLE), ...planPfDown()].map(({ command }) => command.argv.join(' '));
    expect(words).toEqual([
      'pfctl -n -a opsconsole/shields -f -',
      'pfctl -a opsconsole/shields -f -',
      'pfctl -a opsconsole/shields -F rules',
      'pfctl -a opsconsole/shields -F Tables',
    ]);
    expect(planPf(WHOLE).map(({ command }) => command.stdin)).toEqual([WHOLE_TEXT, WHOLE_TEXT]);
    expect(pfNotes(WHOLE)).toHaveLength(4);
    expect(pfNotes(BARE)).toHaveLength(2);
  });
});

describe('timeouts', () => {
  const found = parsePfOptions([TIMEOUTS, INTERFACES, INFO]);
  if (found === undefined) throw new Error('the captures must be understood');

  test('a change repeats what pfctl would forget, and is tried first', () => {
    const wanted = new Map([
      ['tcp.first', 15],
      ['tcp.opening', 30],
      ['nonsense', 1],
    ]);
    const stdin = `set skip on { lo0 }
set syncookies adaptive (start 25%, end 12%)
set timeout tcp.first 15
`;
    expect(
      planPfTimeouts(found, wanted).map(({ command }) => [command.argv.join(' '), command.stdin]),
    ).toEqual([
      ['pfctl -n -O -m -f -', stdin],
      ['pfctl -O -m -f -', stdin],
    ]);
    expect(planPfTimeouts(found, new Map([['tcp.first', 120]]))).toEqual([]);
    expect(LOOK_AT_PF_OPTIONS).toHaveLength(3);
  });

  test('only what still has our value is put back', () => {
    const before = new Map([
      ['tcp.first', 90],
      ['tcp.opening', 30],
      ['tcp.established', 999],
    ]);
    const wrote = new Map([
      ['tcp.first', 120],
      ['tcp.opening', 10],
      ['tcp.established', 7],
    ]);
    const { steps, drift } = restorePfTimeouts(found, wrote, before);
    expect(steps[1]?.command.stdin).toMatch(/\nset timeout tcp\.first 90\n$/);
    expect(drift).toEqual(['tcp.established']);
  });

  test('what is not understood is not changed', () => {
    expect(parsePfOptions([])).toBeUndefined();
    expect(parsePfOptions([TIMEOUTS, 'lo0; x (skip)\n', INFO])).toBeUndefined();
    expect(parsePfOptions([TIMEOUTS, INTERFACES, INFO.replace('adaptive', 'other')])).toBeUndefined();
    expect(parsePfOptions([TIMEOUTS, INTERFACES, INFO.replace(/ {2}low.*\n/, '')])).toBeUndefined();
    expect(parsePfOptions([TIMEOUTS, INTERFACES, INFO.split('Syncookies')[0] ?? ''])?.syncookies).toBe('');
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 4 }), (outputs) => void parsePfOptions(outputs)),
    );
  });
});
