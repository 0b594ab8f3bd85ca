// Breaks the line to a far host really, at a step of the next act or of the shields.

import { vi } from 'vitest';
import { plainHost } from '../../../src/actions/lost/plain-host.ts';
import { problem } from '../../../src/core/problem.ts';
import { fail } from '../../../src/core/result.ts';
import type { Host } from '../../../src/host/host.ts';
import type { SshHost } from '../../../src/host/ssh/ssh-host.ts';
import type { FarHost } from '../harness/far-host.ts';
import type { TestNet } from '../harness/netns.ts';

/**
 * While the text of the step is on its way, or when it has run and nobody heard. `forGood`: no packet passes from then on, until
 * the test heals it. `at`: steps are counted from 0.
 */
export type Break = Readonly<{ how: 'on its way' | 'has run'; at: number; forGood?: boolean }>;

export function breaking(
  net: TestNet,
  far: FarHost,
  { how, at, forGood = false }: Break,
): Host & Pick<SshHost, 'link'> {
  const { host } = far;
  let steps = 0;
  const run: Host['run'] = async (command, signal) => {
    if (command.through === undefined || steps++ !== at) return host.run(command, signal);
    // Nothing passes. What ssh has given to our kernel is sent again and again, also when ssh has ended.
    if (how === 'on its way') await far.dropPackets();
    const answer = host.run(command, signal);
    if (how === 'has run') await answer;
    else
      await vi.waitUntil(
        async () => /^\S+\s+\d+\s+[1-9]/m.test((await net.exec(far.client, ['ss', '-tnH'])).stdout),
        { timeout: 10_000, interval: 5 },
      );
    if (forGood && how === 'has run') await far.dropPackets();
    await far.killMaster();
    if (how === 'on its way' && !forGood) await far.heal();
    host.link.retry();
    const heard = await answer;
    return how === 'has run' ? fail(problem('line-lost', 'nobody heard the answer')) : heard;
  };
  return { ...plainHost(host), link: host.link, run };
}
