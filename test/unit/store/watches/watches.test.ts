// Watch panes in the store: what changed between two runs, moving, picking addresses, standing still for a dialog.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { IntentId } from '../../../../src/core/intent.ts';
import type { PaneId, Session, WatchSpec } from '../../../../src/core/pane.ts';
import type { WatchRun } from '../../../../src/core/rows.ts';
import { widthOf } from '../../../../src/core/width.ts';
import { watchLines } from '../../../../src/sources/watch/lines.ts';
import { banForm } from '../../../../src/store/forms.ts';
import type { Msg } from '../../../../src/store/messages.ts';
import { reduce } from '../../../../src/store/reduce.ts';
import { selectWatchTarget } from '../../../../src/store/select/target-watch.ts';
import { type ConsoleState, initialState } from '../../../../src/store/state.ts';
import { changedColumns, changesOf, compareLines } from '../../../../src/store/watches/changes.ts';
import { shownRun, type WatchPane, watchTop } from '../../../../src/store/watches/watch-pane.ts';
import { NOW, reduced, sessionOf, specOf } from '../rig.ts';

const WATCH = '1.1' as PaneId;
const spec = (extra: Partial<WatchSpec> = {}): WatchSpec => ({
  kind: 'watch',
  ...{ command: { kind: 'shell', line: 'ss -tn' }, start: 'auto', env: {}, ...extra },
});

function stateOf(extra: Partial<WatchSpec> = {}): ConsoleState {
  const session: Session = {
    ...sessionOf(),
    windows: [{ name: 'w', layout: { kind: 'named', name: 'tiled' }, panes: [specOf(WATCH, spec(extra))] }],
  };
  const size = { columns: 100, rows: 30 };
  return initialState({ session, now: NOW, size, readOnly: false, privileged: true });
}

const runOf = (text: string): WatchRun => ({ at: NOW, durationMs: 4, exitCode: 0, ...watchLines(text) });
const ran = (text: string): Msg => ({ kind: 'watch/ran', pane: WATCH, run: runOf(text) });
const press = (id: IntentId, rows = 10): Msg => ({
  kind: 'pane/intent',
  ...{ pane: WATCH, intent: { id }, rows, columns: 80 },
});

function paneIn(state: ConsoleState): WatchPane {
  const pane = state.watches.panes.get(WATCH);
  if (pane === undefined) throw new Error('no watch pane');
  return pane;
}

describe('what changed', () => {
  it('is found cell by cell, where text is gone too', () => {
    expect(changedColumns('load 1.25', 'load 1.31')).toEqual([{ from: 7, to: 9 }]);
    expect(changedColumns('ab', 'abcd')).toEqual([{ from: 2, to: 4 }]);
    expect(changedColumns('ab  ', 'ab')).toEqual([]);
    expect(changedColumns('日本', '日月')).toEqual([{ from: 2, to: 4 }]);
    expect(changedColumns('日本', 'ab本')).toEqual([{ from: 0, to: 2 }]);
    expect(changedColumns('e\u0301a', 'ea')).toEqual([{ from: 0, to: 1 }]);
  });

  it('counts cells, new lines, and says how many lines are gone', () => {
    expect(compareLines(['a', 'xyz'], ['b'])).toMatchObject({ cells: 4, fewer: 0 });
    expect(compareLines(['a'], ['a', 'b', 'c'])).toEqual({ cells: 0, fewer: 2, lines: new Map() });
  });

  it('is nothing for the same text, stays within both lines, and is the same both ways', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 30 });
    fc.assert(
      fc.property(text, text, (now, before) => {
        expect(changedColumns(now, now)).toEqual([]);
        const ranges = changedColumns(now, before);
        let last = -1;
        for (const { from, to } of ranges) {
          expect(from).toBeGreaterThan(last);
          expect(to).toBeGreaterThan(from);
          last = to;
        }
        expect(last).toBeLessThanOrEqual(Math.max(widthOf(now), widthOf(before)));
        expect(ranges.length > 0).toBe(changedColumns(before, now).length > 0);
      }),
      { examples: [['\uFFA0', '']] },
    );
  });

  it('is worked out once for two runs', () => {
    const [first, second] = [runOf('a'), runOf('b')];
    expect(changesOf(second, undefined).cells).toBe(0);
    expect(changesOf(second, first)).toBe(changesOf(second, first));
    expect(changesOf(second, first).cells).toBe(1);
  });
});

describe('a watch pane', () => {
  it('starts by itself only where the session says so', () => {
    expect(paneIn(stateOf()).started).toBe(true);
    const waiting = stateOf({ start: 'suspended' });
    expect(paneIn(waiting).started).toBe(false);
    const on = reduce(waiting, { kind: 'watch/started', pane: WATCH, on: true });
    expect(paneIn(on).started).toBe(true);
  });

  it('keeps two runs, and keeps them when other panes come and go', () => {
    const state = reduced(stateOf(), ran('one'), ran('two'), ran('three'));
    expect([paneIn(state).before?.lines, paneIn(state).last?.lines]).toEqual([['two'], ['three']]);
    const [window] = state.session.windows;
    if (window === undefined) throw new Error('no window');
    const panes = [...window.panes, specOf('n1' as PaneId, { kind: 'host' })];
    const windows = [{ ...window, panes }];
    const more = reduce(state, { kind: 'workspace/replaced', session: { ...state.session, windows } });
    expect(paneIn(more)).toBe(paneIn(state));
  });

  it('moves its cursor, which stays on its line number; the shown part follows', () => {
    const lines = Array.from({ length: 40 }, (_, at) => `line ${at}`).join('\n');
    const down = reduced(stateOf(), ran(lines), press('page-down'), press('page-down'));
    expect([paneIn(down).cursor.index, watchTop(paneIn(down), 10)]).toEqual([20, 15]);
    const again = reduced(down, ran(lines.replaceAll('line', 'row')));
    expect(paneIn(again).cursor.index).toBe(20);
    const short = reduced(again, ran('only one'), press('line-up'));
    expect(paneIn(short).cursor.index).toBe(0);
    const clicked = reduce(down, {
      kind: 'pane/pointed',
      ...{ pane: WATCH, column: 3, row: 2, rows: 10, columns: 80 },
    });
    expect(paneIn(clicked).cursor.index).toBe(17);
  });

  it('scrolls sideways as far as the longest line goes', () => {
    let state = reduced(stateOf(), ran('x'.repeat(30)));
    for (let turn = 0; turn < 9; turn++) state = reduce(state, press('right'));
    expect(paneIn(state).column).toBe(24);
    expect(paneIn(reduce(state, press('line-start'))).column).toBe(0);
  });

  it('offers the addresses of the cursor line to acts, the first one or what Tab picks', () => {
    const state = reduced(stateOf(), ran('Peer\nESTAB 192.0.2.7:443 203.0.113.9:51022'));
    expect(selectWatchTarget(state, WATCH)).toBeUndefined();
    const down = reduced(state, press('line-down'));
    expect(selectWatchTarget(down, WATCH)?.nets.map(({ text }) => text)).toEqual(['192.0.2.7']);
    const picked = reduced(down, press('address-next'));
    expect(selectWatchTarget(picked, WATCH)).toMatchObject({
      nets: [{ text: '203.0.113.9' }],
      origin: 'line 2, address 2 of 2 of: ss -tn',
    });
    expect(selectWatchTarget(reduced(picked, press('cancel')), WATCH)?.nets[0]?.text).toBe('192.0.2.7');
  });

  it('stands still while the dialog of an act is open', () => {
    const state = reduced(stateOf(), ran('192.0.2.7'));
    const { bans } = state.session;
    const form = banForm({
      ...{ target: selectWatchTarget(state, WATCH), typed: undefined, seconds: undefined },
      ...{ reason: undefined, defaults: bans, sets: [] },
    });
    const open = reduced(
      state,
      { kind: 'modal/act-opened', form },
      { kind: 'pane/held', pane: WATCH, seen: state, rows: 10, columns: 80 },
      ran('198.51.100.1'),
    );
    expect(shownRun(paneIn(open))?.lines).toEqual(['192.0.2.7']);
    const closed = reduce(open, { kind: 'modal/closed' });
    expect(shownRun(paneIn(closed))?.lines).toEqual(['198.51.100.1']);
  });
});
