// The wall of pf read back, and the clock of a BSD: what is not surely ours has no id, and no text is too strange.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { problem } from '../../../../src/core/problem.ts';
import { fail, ok } from '../../../../src/core/result.ts';
import { parseBoottime, readClock, sameBoot } from '../../../../src/firewall/shields/clock.ts';
import { parsePfWall } from '../../../../src/firewall/shields/pf-wall.ts';

const MAIN = 'block all\nanchor "opsconsole/*" all\npass all\n';
const PORTS =
  'block drop in quick proto tcp from ! <oc_safe> to any port 0:21 flags S/SA label "opsconsole-1a2b3c4d-ports"';
const OVER =
  'block drop in quick proto tcp from <oc_over> to any port = http flags S/SA label "opsconsole-1a2b3c4d-connections"';
const PASS =
  'pass in quick proto tcp from ! <oc_safe> to any port = http flags S/SA keep state (source-track rule, max-src-conn 50)';
const counts = (evaluated: number, packets: number): string =>
  `  [ Evaluations: ${String(evaluated).padEnd(8)}  Packets: ${String(packets).padEnd(8)}  Bytes: 180         States: 0     ]\n  [ Inserted: uid 0 pid 812 State Creations: 0     ]`;
const ANCHOR = [PORTS, counts(12, 3), PORTS, counts(9, 1), OVER, counts(8, 7), PASS, counts(5, 5), ''].join(
  '\n',
);

test('our rules, and what they stopped', () => {
  expect(parsePfWall([MAIN, ANCHOR])).toEqual({
    id: '1a2b3c4d',
    seen: 12,
    armed: true,
    dropped: { syn: 0, connections: 7, ports: 4, banned: 0 },
  });
});

test.each([
  ['nothing calls the anchor', 'pass all\n', ANCHOR],
  ['it is empty', MAIN, ''],
  ['a rule of somebody else', MAIN, `${ANCHOR}block drop in all\n`],
  ['rules of two raises', MAIN, `${ANCHOR}${PORTS.replace('1a2b3c4d', '00000000')}\n`],
  ['a rule that does not spare the safe ones', MAIN, ANCHOR.replace('! <oc_safe>', 'any')],
])('%s: no id', (_, main, anchor) => {
  expect(parsePfWall([main, anchor]).id).toBeUndefined();
});

test('any bytes are read', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (main, anchor) => {
      parsePfWall([main, anchor]);
      parseBoottime(anchor);
    }),
  );
});

const asked = (stdout: string) => ({
  read: async () => fail(problem('not-found', 'no such file')),
  run: async () => ok({ stdout }),
});
const FREEBSD = '{ sec = 1763700000, usec = 412345 } Fri Nov 21 04:40:00 2025';

test.each([
  ['FreeBSD', FREEBSD],
  ['OpenBSD', '1763700000'],
])('uptime on %s', async (_, line) => {
  const clock = await readClock(asked(`${line}\n1763700090\n${line}\n`));
  const bootId = `00000000-0000-0000-0000-${(1_763_700_000).toString(16).padStart(12, '0')}`;
  expect(clock).toEqual(ok({ uptime: 90, bootId }));
});

test.each([
  ['a date', 'Fri Nov 21 04:40:00 2025\n1763700090\nFri Nov 21 04:40:00 2025\n'],
  ['nothing', ''],
  ['a clock that is set all the time', '1763700000\n1763700090\n1763786400\n'],
])('%s is no uptime', async (_, stdout) => {
  expect((await readClock(asked(stdout))).ok).toBe(false);
});

test('boots that may be one', () => {
  const at = (seconds: number): string => `00000000-0000-0000-0000-${seconds.toString(16).padStart(12, '0')}`;
  expect(sameBoot(at(1000), at(1003))).toBe(true);
  expect(sameBoot(at(1000), at(1060))).toBe(false);
  expect(sameBoot('c2253ed9-e79e-4c0d-bbef-f650d0e47c80', at(1000))).toBe(false);
});
