// What is said of a slow line: in the top line, on a log's frame, and on the page behind `:line`.

import { describe, expect, it } from 'vitest';
import type { LineFacts } from '../../../../src/core/line-facts.ts';
import type { PaneId } from '../../../../src/core/pane.ts';
import { selectLineLines, selectSlowLine } from '../../../../src/store/select/line.ts';
import { PAINTERS } from '../../../../src/views/painters.ts';
import { createScreenDrawer } from '../../../../src/views/screen.ts';
import { NOW, OPTIONS, storeAt } from '../../../frames/shell-parts.ts';
import { batchOf, lineOf } from '../rig.ts';

const FAST: LineFacts = {
  ...{ gapMs: 66, drainMs: 0.4, roundTrip: { kind: 'known', ms: 21.4 }, slow: false },
  ...{ frames: 1200, bytes: 70_000, skipped: 3 },
};
const SLOW: LineFacts = {
  ...FAST,
  gapMs: 520,
  drainMs: 210,
  roundTrip: { kind: 'known', ms: 340 },
  slow: true,
};

function telling(line: LineFacts) {
  const store = storeAt(120, 40);
  store.dispatch({ kind: 'line/measured', line });
  return store;
}

/** All that is on screen as plain text. */
function drawer() {
  const draw = createScreenDrawer({ ...OPTIONS, painters: PAINTERS });
  return (store: ReturnType<typeof storeAt>): string =>
    draw(store.getState())
      .areas.map(({ text }) => text.replace(/\x1b\[[0-9;]*m/g, ''))
      .join('\n');
}

describe('a slow line', () => {
  it('is said in the top line, a fast one is not', () => {
    expect(selectSlowLine(telling(FAST).getState())).toBeUndefined();
    expect(selectSlowLine(telling(SLOW).getState())).toEqual({ rate: '2 fps', trip: '340 ms' });
    expect(drawer()(telling(SLOW))).toContain('line 2 fps · 340 ms');
    expect(drawer()(telling(FAST))).not.toContain('fps');
  });

  it('has no round trip where none was measured', () => {
    const unknown = { ...SLOW, gapMs: 2000, roundTrip: { kind: 'unknown' } } as const;
    expect(selectSlowLine(telling(unknown).getState())).toEqual({ rate: '0.5 fps', trip: undefined });
    const words = selectLineLines(telling(unknown).getState()).map(({ text }) => text);
    expect(words.join()).toContain('unknown');
    expect(words.find((line) => line.startsWith('Round trip'))).not.toMatch(/\d ms/);
  });

  it('has logs tell how many lines came since the frame before', () => {
    const lines = (from: number, count: number) =>
      batchOf(
        Array.from({ length: count }, (_, at) =>
          lineOf(from + at, `192.0.2.1 GET /${from + at}`, { stamp: NOW }),
        ),
        { pane: '1.1' as PaneId, at: NOW, total: from + count },
      );
    for (const [line, told] of [
      [SLOW, true],
      [FAST, false],
    ] as const) {
      const screen = drawer();
      const store = telling(line);
      store.dispatch(lines(0, 10));
      screen(store);
      store.dispatch(lines(10, 900));
      store.dispatch(lines(910, 304));
      expect(screen(store).includes('+1,204')).toBe(told);
    }
  });
});

describe('the page behind :line', () => {
  it('tells rate, round trip and what was drawn', () => {
    const words = selectLineLines(telling(SLOW).getState()).map(({ text }) => text);
    expect(words[0]).toBe('The line to the terminal is slow.');
    expect(words.join('\n')).toMatch(/up to 2 a second[\s\S]*210 ms[\s\S]*340 ms[\s\S]*1,200 frames/);
    expect(selectLineLines(storeAt(80, 24).getState())[0]?.text).toContain('not been measured');
  });
});
