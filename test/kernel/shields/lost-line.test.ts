// Shields on a host whose line breaks: at each change of a raise, and after it for good. Nothing stays half-raised.

import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { createJournal } from '../../../src/actions/journal/journal.ts';
import { createShields } from '../../../src/actions/shields/shields.ts';
import type { MeasureSpec } from '../../../src/core/shields.ts';
import { type CutKind, cutHost } from '../../fakes/cut-host.ts';
import { useFarHost } from '../harness/far-host.ts';
import { type TestNet, useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';
import { currentOf, down, machineOf, openShields, settingsOf, up } from './kit.ts';

const SMALL: readonly MeasureSpec[] = [
  { measure: 'syn-rate', perSecond: 20, burst: 40 },
  { measure: 'tcp', syncookies: 1, synackRetries: 2, synBacklog: 4096 },
];

kernelSuite('shields over a line that breaks', ['nft', 'ssh', 'sshd', 'sysctl'], () => {
  const testNet = useTestNet({ clients: 1 });
  const far = useFarHost(testNet);

  /** Changes in order: files, watcher, wall, a setting, deadline, the kernel's timer. How each raise ended. */
  async function breakAt(net: TestNet, how: CutKind, places: readonly number[]): Promise<readonly string[]> {
    const before = await machineOf(net);
    const ends: string[] = [];
    for (const at of places) {
      const kit = await openShields(net, { settings: settingsOf(SMALL) });
      const host = cutHost(kit.host, { at, of: 'steps', how });
      const shields = createShields({ ...kit.options, host, far: { folder: join(kit.folder, 'acts') } });
      const report = await shields.raise();
      await host.deliver();
      expect(host.calls(), 'the raise had as many changes').toBeGreaterThan(at);
      if (report.kind === 'up') {
        expect(await kit.shields.now()).toMatchObject({ kind: 'up', phase: 'trial', wall: 'standing' });
        down(await kit.shields.lower());
      } else {
        expect(report).toMatchObject({ kind: 'failed', undone: true });
        expect(currentOf(kit.place)).toBeUndefined();
      }
      expect(await machineOf(net), `${how} at ${at}`).toBe(before);
      ends.push(report.kind === 'up' && report.leftOut.length > 0 ? 'left out' : report.kind);
    }
    return ends;
  }

  test('a lost answer at any change: they go up all the same', async () => {
    expect(await breakAt(testNet(), 'answer', [1, 2, 4])).toEqual(['up', 'up', 'up']);
  });

  test('what arrives when all is over does nothing: the raise is taken back, or that measure is left out', async () => {
    expect(await breakAt(testNet(), 'late', [2, 3, 5])).toEqual(['failed', 'left out', 'failed']);
  });

  test('raised over ssh, then the line dies: their own timer lowers them, and the next connection learns of it', async () => {
    const net = testNet();
    const before = await machineOf(net);
    const kit = await openShields(net, {
      settings: settingsOf(SMALL, { unattended: false }),
      host: far().host,
    });
    const { now } = up(await kit.shields.raise({ trialSeconds: 2 }));
    expect(now.state.by).toMatchObject({ sshPeer: far().client.v4 });
    await far().killMaster();
    await vi.waitUntil(() => currentOf(kit.place) === undefined, { timeout: 20_000, interval: 50 });
    expect(await machineOf(net)).toBe(before);
    await far().up();
    await kit.shields.recover();
    const journal = createJournal(kit.journalPath);
    await journal.open();
    const rows = journal.rows(10, 'everywhere');
    expect(rows.ok && rows.value.map(({ summary, state }) => [state, summary])).toEqual([
      ['done', expect.stringMatching(/lowered: by their own timer/)],
      ['undone', expect.stringMatching(/raised/)],
    ]);
    journal.close();
  });
});
