// The line to a host breaks at each step of an act, in each way: nothing is half-done, nothing is done twice, the journal is right.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Desk } from '../../../src/actions/desk.ts';
import type { ActDraft, JournalRow } from '../../../src/core/act.ts';
import { nftBackend } from '../../../src/firewall/nft/backend.ts';
import { type CutHost, type CutKind, type CutWish, cutHost } from '../../fakes/cut-host.ts';
import { type TestNet, useTestNet } from '../harness/netns.ts';
import { kernelSuite } from '../harness/require.ts';
import { act, net as address, banOf, onEnd, openKit, proved } from './kit.ts';

const BANNED = '198.51.100.9';
/** Where it breaks; each place, without a kernel: test/unit/actions/lost. A ban has four steps: our table, the address, its flows as source and as destination. */
const BAN_STEPS: Readonly<Record<CutKind, readonly number[]>> = {
  unsent: [0],
  answer: [1, 3],
  late: [1],
};

type Rig = Readonly<{ desk: Desk; far: CutHost; rows: (desk?: Desk) => Promise<readonly JournalRow[]> }>;

async function rigOn(net: TestNet, wish: CutWish): Promise<Rig & Readonly<{ sound: Desk }>> {
  const folder = mkdtempSync(join(tmpdir(), 'oc-lost-'));
  onEnd(() => rmSync(folder, { recursive: true, force: true }));
  const journal = join(folder, 'journal.db');
  const options = { journal, backends: [nftBackend], allow: ['203.0.113.200'] };
  const { host } = await openKit(net, options);
  const far = cutHost(host, wish);
  const over = {
    ...options,
    far: { folder: join(folder, 'acts'), waitMs: wish.comesBack === false ? 30 : 5000 },
  };
  const { desk } = await openKit(net, { ...over, host: far });
  const { desk: sound } = await openKit(net, { ...over, host: cutHost(host, { at: -2, how: 'unsent' }) });
  const rows = async (): Promise<readonly JournalRow[]> => {
    const read = await sound.journal(10);
    if (!read.ok) throw new Error(read.problem.summary);
    return read.value;
  };
  return { desk, far, rows, sound };
}

/** One program start; what these acts change is all in nft. */
async function snapshot(net: TestNet): Promise<string> {
  return (await net.exec(net.server, ['nft', '-s', 'list', 'ruleset'])).stdout;
}

kernelSuite('a line that breaks in the middle of an act', ['nft', 'conntrack', 'sysctl'], () => {
  const testNet = useTestNet({ clients: 1 });
  const KINDS: readonly CutKind[] = ['unsent', 'answer', 'late'];

  for (const how of KINDS)
    test(`ban, ${how}: all or nothing at each step`, async () => {
      const net = testNet();
      const before = await snapshot(net);
      for (const at of BAN_STEPS[how]) {
        const { desk, far, rows, sound } = await rigOn(net, { at, of: 'steps', how });
        const { outcome, summary } = await act(desk, banOf([BANNED]));
        const after = await snapshot(net);
        await far.deliver();
        expect(await snapshot(net), `${how} at ${at}: late`).toBe(after);
        const [row] = await rows();
        if (outcome.kind === 'done') {
          expect(outcome.proof.kind, summary).toBe('proved');
          expect(row?.state).toBe('done');
          expect(after.split(BANNED)).toHaveLength(2);
          await proved(sound, { action: 'undo' });
        } else {
          expect(outcome, summary).toMatchObject({ kind: 'failed', undone: true });
          expect(row?.state).toBe('failed');
        }
        // Only what never began is not done: a lost answer alone spoils nothing.
        expect(outcome.kind === 'done', `${how} at ${at}`).toBe(
          how === 'answer' || (how === 'unsent' && at > 0),
        );
        expect(await snapshot(net), `${how} at ${at}`).toBe(before);
      }
    });

  test('unban, undo and tighten: a lost answer is found out', async () => {
    const net = testNet();
    const before = await snapshot(net);
    const drafts: readonly ActDraft[] = [
      { action: 'unban', nets: [address(BANNED)] },
      { action: 'undo' },
      { action: 'tighten', change: { name: 'udp_timeout', seconds: 20 } },
    ];
    for (const draft of drafts) {
      const { desk, rows, sound } = await rigOn(net, { at: 0, of: 'steps', how: 'answer' });
      if (draft.action !== 'tighten') await proved(sound, banOf([BANNED]));
      const report = await proved(desk, draft);
      expect(report.summary).toContain('the line was lost, checked after it');
      expect((await rows()).map(({ state }) => state)).toEqual(
        { unban: ['done', 'done'], undo: ['done', 'undone'], tighten: ['done'] }[draft.action as 'undo'],
      );
      if (draft.action !== 'undo') await proved(sound, { action: 'undo' });
      if (draft.action === 'unban') await proved(sound, { action: 'undo' });
      expect(await snapshot(net)).toBe(before);
    }
  });

  test('a list of both families whose middle answer is lost: all of it, once, and taken back', async () => {
    const net = testNet();
    const before = await snapshot(net);
    const { desk, rows, sound } = await rigOn(net, { at: 1, of: 'steps', how: 'answer' });
    const wish = { seconds: 600, target: { kind: 'own' }, reason: 'list' } as const;
    const nets = [BANNED, '2001:db8:9::9'].map(address);
    await proved(desk, { action: 'import', nets, ...wish });
    expect((await snapshot(net)).match(/198\.51\.100\.9|2001:db8:9::9/g)).toHaveLength(2);
    expect(await rows()).toMatchObject([{ state: 'done' }]);
    await proved(sound, { action: 'undo' });
    expect(await snapshot(net)).toBe(before);
  });

  test('a line that does not come back: not known, and settled at the next connection without doing anything', async () => {
    const net = testNet();
    const settled = [
      { at: 1, how: 'late', state: 'failed', says: /nothing of it is there: it is safe to do it again/ },
      { at: 3, how: 'answer', state: 'done', says: /it is there/ },
    ] as const;
    for (const { at, how, state, says } of settled) {
      const { desk, far, rows, sound } = await rigOn(net, { at, of: 'steps', how, comesBack: false });
      const report = await act(desk, banOf([BANNED]));
      expect(report.outcome.kind).toBe('unknown');
      expect(report.summary).toMatch(/^not known: .* it is checked at the next connection$/);
      expect((await rows())[0]?.state).toBe('intended');
      far.raise();
      const during = await snapshot(net);
      expect(await desk.settle()).toEqual([
        expect.objectContaining({ state, says: expect.stringMatching(says) }),
      ]);
      await far.deliver();
      expect(await snapshot(net)).toBe(during);
      expect((await rows())[0]).toMatchObject({ state, canUndo: state !== 'failed' });
      expect(await desk.settle()).toEqual([]);
      if (state !== 'failed') await proved(sound, { action: 'undo' });
      await net.exec(net.server, ['nft', 'delete', 'table', 'inet', 'opsconsole'], { anyExit: true });
    }
  });

  test('an act of the same host that waits for its line is left alone', async () => {
    const { desk, sound, far } = await rigOn(testNet(), {
      at: 0,
      of: 'steps',
      how: 'answer',
      comesBack: false,
    });
    const acting = act(desk, banOf([BANNED]));
    await far.link.whenUp(AbortSignal.timeout(1));
    expect(await sound.settle()).toEqual([]);
    await acting;
    await testNet().exec(testNet().server, ['nft', 'delete', 'table', 'inet', 'opsconsole'], {
      anyExit: true,
    });
  });
});
