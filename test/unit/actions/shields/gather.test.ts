// What a raise gathers: that a packet filter which hangs holds it up only briefly.

import { expect, test } from 'vitest';
import { createSafeMemory } from '../../../../src/actions/safe-set.ts';
import { gatherGround } from '../../../../src/actions/shields/gather.ts';
import type { Command } from '../../../../src/core/plan.ts';
import { problem } from '../../../../src/core/problem.ts';
import { fail } from '../../../../src/core/result.ts';
import { safe } from '../../../../src/core/sanitise.ts';
import { DEFAULT_SHIELDS } from '../../../../src/core/shields-defaults.ts';
import { createLocalHost } from '../../../../src/host/local.ts';

test('tools that hang are given up after 5 seconds', async () => {
  const local = await createLocalHost({ sudo: 'never' });
  const commands: Command[] = [];
  const host = {
    ...local,
    privileged: true,
    which: async (tool: string) => `/usr/sbin/${tool}`,
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
