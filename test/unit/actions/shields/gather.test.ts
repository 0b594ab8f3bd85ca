// What a raise gathers: that a packet filter which hangs holds it up only briefly, and whom a wide `allow` spares.

import { expect, test } from 'vitest';
import { createSafeMemory } from '../../../../src/actions/safe/safe-set.ts';
import { gatherGround, tooWide } from '../../../../src/actions/shields/gather.ts';
import { parseNet } from '../../../../src/core/address.ts';
import { unixMs } from '../../../../src/core/brand.ts';
import type { Command } from '../../../../src/core/plan.ts';
import { problem } from '../../../../src/core/problem.ts';
import { fail } from '../../../../src/core/result.ts';
import { safe, sanitise } from '../../../../src/core/sanitise.ts';
import { DEFAULT_SHIELDS } from '../../../../src/core/shields-defaults.ts';
import { createLocalHost } from '../../../../src/host/local.ts';

test('tools that hang are given up after 5 seconds', async () => {
  const local = await createLocalHost({ sudo: 'never' });
  const commands: Command[] = [];
  const host = {
    ...local,
    privileged: true,
    which: async (tool: string) => (tool === 'pfctl' ? undefined : `/usr/sbin/${tool}`),
    run: async (command: Command) => {
      commands.push(command);
      return fail(problem('timed-out', 'no answer'));
    },
  };
  const options = {
    host,
    settings: DEFAULT_SHIELDS,
    operator: { user: safe('tester'), console: 'test' },
    allow: [],
    journal: '/nonexistent',
    place: { dir: '/nonexistent/a', run: '/nonexistent/b' },
    readOnly: true,
  };
  expect((await gatherGround(options, createSafeMemory())).writer).toBeUndefined();
  const probes = commands.filter(({ stdin }) => stdin?.includes('opsconsole_shields'));
  expect(probes.length).toBeGreaterThan(0);
  for (const { timeoutMs } of probes) expect(timeoutMs).toBeLessThanOrEqual(5000);
});

test('a part of the world that is never limited is said; networks of a size that people have are not', () => {
  const saidOf = (why: string, texts: readonly string[]): readonly string[] =>
    tooWide({
      at: unixMs(0),
      entries: texts.map((text) => {
        const parsed = parseNet(text);
        if (!parsed.ok) throw new Error(text);
        return { net: parsed.value.net, why: sanitise(why) };
      }),
      operatorFound: true,
      gaps: [],
    });
  const said = (...texts: readonly string[]) => saidOf('allowed by the session file', texts);
  expect(saidOf('multicast', ['224.0.0.0/4', 'ff00::/8']), 'safe on every host').toEqual([]);
  expect(said('10.0.0.0/8', '2001:db8::/32', 'fe80::/10', 'fd00::/8', '192.0.2.1')).toEqual([]);
  expect(said('0.0.0.0/0', '::/0', '64.0.0.0/7', '2000::/3')).toEqual([
    'all of IPv4 is never limited (0.0.0.0/0, allowed by the session file): the wall stops next to nothing of it',
    'all of IPv6 is never limited (::/0, allowed by the session file): the wall stops next to nothing of it',
    '1 of 128 addresses of IPv4 is never limited (64.0.0.0/7, allowed by the session file)',
    '1 of 8 addresses of IPv6 is never limited (2000::/3, allowed by the session file)',
  ]);
});
