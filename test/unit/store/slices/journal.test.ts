import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JournalRow } from '../../../../src/core/act.ts';
import { unixMs } from '../../../../src/core/brand.ts';
import { INTENTS, type IntentId } from '../../../../src/core/intent.ts';
import { command } from '../../../../src/core/plan.ts';
import { problem } from '../../../../src/core/problem.ts';
import { sanitise } from '../../../../src/core/sanitise.ts';
import { journalDetail } from '../../../../src/store/select/journal-detail.ts';
import { selectJournalTarget } from '../../../../src/store/select/target-journal.ts';
import { journalCursor } from '../../../../src/store/slices/journal.ts';
import type { ConsoleState } from '../../../../src/store/state.ts';
import { hostId } from '../fleet-rig.ts';
import { JOURNAL, key, NOW, reduced, stateOf } from '../rig.ts';

function row(number: number, extra: Partial<JournalRow> = {}): JournalRow {
  return {
    id: `act-${number}`,
    at: unixMs(NOW + number * 1000),
    operator: { user: 'root', sudoUser: 'alice', sshPeer: '203.0.113.5', tty: 'pts/0', console: 'c1' },
    action: 'ban',
    summary: sanitise(`banned 192.0.2.${number}`),
    reason: sanitise('wp-login scan'),
    commands: [command(['nft', '-j', '-f', '-'], { stdin: '{"nftables":[]}' })],
    state: 'done',
    result: sanitise('dropped 41 packets'),
    canUndo: true,
    ...extra,
  };
}

const loaded = (rows: readonly JournalRow[]) => ({ kind: 'journal/loaded' as const, rows });
const target = (state: ConsoleState) => selectJournalTarget(state, JOURNAL)?.id;

describe('the journal pane', () => {
  const state = reduced(stateOf(), loaded([row(1), row(3), row(2)]));

  it('lists newest first and stays on the newest until moved', () => {
    expect(state.journal.rows?.map(({ id }) => id)).toEqual(['act-3', 'act-2', 'act-1']);
    expect(target(state)).toBe('act-3');
    expect(target(reduced(state, loaded([row(1), row(2), row(3), row(4)])))).toBe('act-4');
  });

  it('keeps the cursor on its act when new ones arrive', () => {
    const moved = reduced(state, key(JOURNAL, 'line-down'));
    expect(target(reduced(moved, loaded([row(1), row(2), row(3), row(4)])))).toBe('act-2');
    expect(target(reduced(moved, key(JOURNAL, 'bottom'), key(JOURNAL, 'line-down')))).toBe('act-1');
  });

  it('opens an act in full, scrolls it no further than its end, and closes it', () => {
    const open = reduced(state, key(JOURNAL, 'line-down'), key(JOURNAL, 'open'));
    expect(open.journal.panes.get(JOURNAL)?.open).toBe('act-2');
    expect(target(reduced(open, loaded([row(9), row(2)])))).toBe('act-2');
    const scrolled = reduced(
      open,
      ...Array.from({ length: 99 }, () => key(JOURNAL, 'page-down', { rows: 5 })),
    );
    const length = journalDetail(row(2), 100).length;
    expect(scrolled.journal.panes.get(JOURNAL)?.scroll).toBe(length - 5);
    expect(reduced(open, key(JOURNAL, 'cancel')).journal.panes.get(JOURNAL)?.open).toBeUndefined();
  });

  it('keeps the rows and says so when it cannot be read', () => {
    const failed = problem('no-space', 'the disk is full');
    const broken = reduced(state, { ...loaded([]), problem: failed });
    expect(broken.journal.problem).toBe(failed);
    expect(target(broken)).toBe('act-3');
    expect(reduced(state, { ...loaded([]), problem: failed }, loaded([])).journal.problem).toBeUndefined();
  });

  it('shows every character of the commands, whatever the width', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z {}\\'é]{0,200}$/),
        fc.integer({ min: 1, max: 60 }),
        (text, columns) => {
          const act = row(1, { commands: [command(['nft', text])] });
          const drawn = journalDetail(act, columns).filter(({ code }) => code);
          const printed = text.replace(/'/g, "'\\''");
          expect(drawn.map((line) => line.text).join('')).toContain(sanitise(printed));
        },
      ),
    );
  });

  it('keeps the cursor in range, whatever the keys', () => {
    const keys = fc.array(fc.constantFrom<IntentId>(...INTENTS), { maxLength: 30 });
    fc.assert(
      fc.property(keys, fc.nat(20), (ids, count) => {
        let at = reduced(stateOf(), loaded(Array.from({ length: count }, (_, number) => row(number))));
        for (const id of ids) {
          at = reduced(at, key(JOURNAL, id, { rows: 5 }));
          const pane = at.journal.panes.get(JOURNAL);
          const cursor = pane === undefined ? -2 : journalCursor(pane, at.journal.rows ?? []);
          expect(cursor).toBeGreaterThanOrEqual(count === 0 ? -1 : 0);
          expect(cursor).toBeLessThan(Math.max(1, count));
        }
      }),
    );
  });
});

it('an act of another host says where it was done', () => {
  const where = (act: JournalRow) => journalDetail(act, 80).find(({ label }) => label === 'where')?.text;
  expect([where({ ...row(1), host: hostId('rolly') }), where(row(1))]).toEqual(['rolly', undefined]);
});
