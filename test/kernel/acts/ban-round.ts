// One ban on the real kernel from the first packet to the exact prior listing; whatever host the desk acts on.

import { expect } from 'vitest';
import type { Desk } from '../../../src/actions/desk.ts';
import type { TestNet, TestNs } from '../harness/netns.ts';
import { banOf, proved, snapshot } from './kit.ts';

export type BanRound = Readonly<{
  desk: Desk;
  family: 'v4' | 'v6';
  port: number;
  client: TestNs;
  /** Who is not banned. */
  other: TestNs;
}>;

/** Packets stop and a live connection dies; undo leaves no trace. */
export async function banRound(net: TestNet, { desk, family, port, client, other }: BanRound): Promise<void> {
  const address = net.server[family];
  const stop = await net.trackConnections(net.server);
  const before = await snapshot(net);
  const flow = await net.openFlow(client, address, port);
  expect(await flow.send('alive')).toBe(true);

  const report = await proved(desk, banOf([client[family]], { reason: 'scan' }));
  expect(report.summary).toContain('dropped by');
  expect(report.summary).toMatch(/[1-9]\d* flows? cut/);
  expect(await net.probeUdp(client, address, port, { boundMs: 300 })).toBe('dropped');
  expect(await net.probeTcp(client, address, port, { boundMs: 300 })).toBe('dropped');
  expect(await flow.send('dead?', 300)).toBe(false);
  expect(await net.probeTcp(other, address, port)).toBe('open');

  const undone = await proved(desk, { action: 'undo' });
  expect(undone.canUndo).toBe(false);
  expect(await snapshot(net)).toBe(before);
  expect(await net.probeTcp(client, address, port)).toBe('open');
  await flow.close();
  await stop();
}
