// The clock of the machine is set while the shields are up (NTP, a wrong battery clock): neither the trial nor the hold
// moves, and nobody is told a wrong time left.

import { expect, test } from 'vitest';
import { createShields } from '../../../src/actions/shields/shields.ts';
import { type UnixMs, unixMs } from '../../../src/core/brand.ts';
import type { Host } from '../../../src/host/host.ts';
import { untilTrue } from '../../terminal/harness/tmux.ts';
import { useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';
import { currentOf, down, machineOf, openShields, settingsOf, up } from './kit.ts';

const YEAR_MS = 365 * 86_400_000;
const MEASURES = [
  { measure: 'syn-rate', perSecond: 5, burst: 10 },
  { measure: 'tcp', syncookies: 1, synackRetries: 2, synBacklog: 4096 },
] as const;

kernelSuite('shields and a clock that is set', ['nft', 'conntrack'], () => {
  const net = useTestNet({ clients: 1 });

  async function stepped(trialSeconds: number) {
    const kit = await openShields(net(), { settings: settingsOf(MEASURES, { trialSeconds }) });
    let ahead = 0;
    const host: Host = { ...kit.host, now: (): UnixMs => unixMs(Date.now() + ahead) };
    const shields = createShields({ ...kit.options, host });
    const step = (ms: number): void => {
      ahead += ms;
    };
    return { kit, shields, step };
  }

  test.each([
    ['forwards', YEAR_MS],
    ['backwards', -YEAR_MS],
  ])('%s: the time left stays what it was, keeping and lowering work', async (_, ms) => {
    const before = await machineOf(net());
    const { kit, shields, step } = await stepped(120);
    up(await shields.raise());
    const first = await shields.now();
    step(ms);
    const then = await shields.now();
    if (first.kind !== 'up' || then.kind !== 'up') throw new Error(`${first.kind}, ${then.kind}`);
    expect(then.leftSeconds).toBeGreaterThan(first.leftSeconds - 30);
    expect(then.leftSeconds).toBeLessThanOrEqual(first.leftSeconds);
    expect(then.wall).toBe('standing');
    expect(await shields.recover(), 'they are not overdue').toBeUndefined();
    const kept = await shields.keep();
    expect(kept.ok && kept.value.kind === 'up' && kept.value.phase).toBe('held');
    const { outcome } = down(await shields.lower());
    expect(outcome.items.filter(({ result }) => result !== 'restored')).toEqual([]);
    expect(currentOf(kit.place)).toBeUndefined();
    expect(await machineOf(net())).toBe(before);
  });

  test('the watcher does not miss the end of the trial', async () => {
    const before = await machineOf(net());
    const { kit, shields, step } = await stepped(10);
    up(await shields.raise());
    step(-YEAR_MS);
    await untilTrue('the watcher lowers them', () => currentOf(kit.place) === undefined, 25_000);
    expect(await machineOf(net())).toBe(before);
    const now = await shields.now();
    expect(now.kind === 'down' && now.last?.by).toBe('timer');
  });
});
