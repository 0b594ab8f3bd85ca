// Shields on a host whose line breaks: at each change of a raise, and after it for good. Nothing stays half-raised.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { createJournal } from '../../../src/actions/journal/journal.ts';
import type { Shields } from '../../../src/actions/shields/port.ts';
import { createShields } from '../../../src/actions/shields/shields.ts';
import { shieldsPlaceOn } from '../../../src/cli/shields-desk.ts';
import type { HostId } from '../../../src/core/hosts.ts';
import type { MeasureSpec } from '../../../src/core/shields.ts';
import type { Host } from '../../../src/host/host.ts';
import { type CutKind, cutHost } from '../../fakes/cut-host.ts';
import { breaking } from '../acts/breaking.ts';
import { onEnd } from '../acts/kit.ts';
import { useFarHost } from '../harness/far-host.ts';
import { type TestNet, useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';
import { currentOf, down, machineOf, openShields, settingsOf } from './kit.ts';

const SMALL: readonly MeasureSpec[] = [
  { measure: 'syn-rate', perSecond: 20, burst: 40 },
  { measure: 'tcp', syncookies: 1, synackRetries: 2, synBacklog: 4096 },
];

kernelSuite('shields over a line that breaks', ['nft', 'ssh', 'sshd', 'sysctl'], () => {
  const testNet = useTestNet({ clients: 1 });
  const far = useFarHost(testNet, {
    accounts: [{ name: 'boss', sudoers: 'boss ALL=(root) NOPASSWD: ALL' }],
  });

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
    expect(await breakAt(testNet(), 'answer', [2, 4])).toEqual(['up', 'up']);
  });

  test('what arrives when all is over does nothing: the raise is taken back, or that measure is left out', async () => {
    expect(await breakAt(testNet(), 'late', [3, 5])).toEqual(['left out', 'failed']);
  });

  test('the line dies in the middle of a raise: not known, taken back by their own watcher, and the next connection learns of it', async () => {
    const net = testNet();
    const before = await machineOf(net);
    const kit = await openShields(net, {
      settings: settingsOf(SMALL, { unattended: false }),
      host: breaking(net, far(), { how: 'has run', at: 2, forGood: true }),
      raisingSeconds: 3,
      far: { waitMs: 100 },
    });
    const report = await kit.shields.raise();
    expect(report).toMatchObject({ kind: 'failed', undone: false, problem: { code: 'line-lost' } });
    expect(currentOf(kit.place)).toBeDefined();
    await vi.waitUntil(() => currentOf(kit.place) === undefined, { timeout: 20_000, interval: 50 });
    expect(await machineOf(net)).toBe(before);
    await far().heal();
    await far().up();
    await kit.shields.recover();
    expect(await kit.shields.now()).toMatchObject({ kind: 'down' });
    const journal = createJournal(kit.journalPath, 'far' as HostId);
    await journal.open();
    const rows = journal.rows(10);
    expect(rows.ok && rows.value.map(({ summary, state }) => [state, summary])).toEqual([
      ['done', expect.stringMatching(/lowered: by their own timer/)],
      ['undone', expect.stringMatching(/raised/)],
    ]);
    journal.close();
  });

  test('in their own place there: two consoles raise once; kept and lowered though nobody hears of it', async () => {
    const net = testNet();
    const before = await machineOf(net);
    const boss = far().other('far-boss');
    boss.link.retry();
    await boss.link.whenUp(AbortSignal.timeout(15_000));
    const folder = mkdtempSync(join(tmpdir(), 'oc-two-'));
    onEnd(() => rmSync(folder, { recursive: true, force: true }));
    const on = (host: Host, name: string): Shields =>
      createShields({
        ...{ host, settings: settingsOf(SMALL), operator: { user: name, console: name }, allow: [] },
        ...{ journal: join(folder, `${name}.db`), place: shieldsPlaceOn(host, {}), readOnly: false },
      });
    const [one, two] = [on(far().host, 'one'), on(boss, 'two')];
    const raised = await Promise.all([one.raise(), two.raise()]);
    onEnd(async () => void (await one.lower()));
    expect(raised.filter((report) => report.kind === 'up' && !report.already)).toHaveLength(1);
    expect((await boss.stat('/var/lib/opsconsole/shields/current')).ok).toBe(true);
    expect(await two.raise()).toMatchObject({ kind: 'up', already: true, now: { phase: 'trial' } });

    const kept = await on(breaking(net, far(), { how: 'has run', at: 0 }), 'three').keep();
    expect(kept).toMatchObject({ ok: true, value: { phase: 'held', wall: 'standing' } });
    expect(await two.now()).toMatchObject({ kind: 'up', phase: 'held', wall: 'standing' });
    const lowered = await on(breaking(net, far(), { how: 'has run', at: 0 }), 'four').lower();
    expect(lowered).toMatchObject({ kind: 'down', already: false, outcome: { complete: true } });
    expect(await two.now()).toMatchObject({ kind: 'down' });
    expect(await machineOf(net)).toBe(before);
  });
});
