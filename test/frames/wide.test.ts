// Text of every width in every pane: what terminals disagree about moves no border. The emulator has older tables of
// widths than we have, so it is one that disagrees.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PaneId } from '../../src/core/pane.ts';
import { type SafeText, sanitise } from '../../src/core/sanitise.ts';
import type { DrawPane } from '../../src/views/panes/pane.ts';
import { arrangementOf, type ScreenOptions } from '../../src/views/screen.ts';
import { cellAt, type Emulated, emulate } from './emulate.ts';
import { OPTIONS, storeAt } from './shell-parts.ts';

const SCRIPTS = [
  '日本語のログ 한국어 中文',
  '👩‍👩‍👧‍👦 👍🏽 🇩🇪 🏴󠁧󠁢󠁳󠁣󠁴󠁿 ❤️ ☎️ 1️⃣',
  'e\u0301a\u0308o\u0302\u0323 Z̸̧̢̛͓a̷l̶g̵o',
  'ｆｕｌｌ ｗｉｄｔｈ ﾊﾝｶｸ',
  '√∞≈…–“”·×±§¶†‡ ①②③ ㈱',
  'ไทย हिन्दी العربية עברית தமிழ்',
  '\u3000\u2003ideographic\u200bspaces',
];

function optionsFor(textOf: (pane: PaneId, row: number) => string): ScreenOptions {
  const paint: DrawPane = (_state, spec, { rows, columns }) => ({
    title: [{ text: sanitise(textOf(spec.id, 0), 60) }],
    state: [{ text: sanitise('live') }],
    body: Array.from({ length: rows }, (_, row) => {
      const text = sanitise(textOf(spec.id, row).repeat(3));
      return [{ text: text.slice(0, columns * 2) as SafeText, on: row % 3 === 0 }];
    }),
  });
  const painters = { ...OPTIONS.painters };
  for (const kind of Object.keys(painters) as (keyof typeof painters)[]) painters[kind] = paint;
  return { ...OPTIONS, painters };
}

/** Borders beside the bodies: the cells where they must stand, and what stands there. */
function faults(terminal: Emulated, store: ReturnType<typeof storeAt>): readonly string[] {
  const found: string[] = [];
  for (const { pane, body } of arrangementOf(store.getState()).placed)
    for (let row = body.y; row < body.y + body.rows; row++)
      for (const column of [body.x - 1, body.x + body.columns]) {
        const sign = cellAt(terminal, column, row)?.getChars() ?? '';
        if (!'│├┤┼┬┴┌┐└┘'.includes(sign) || sign === '') found.push(`${pane} ${column},${row}: "${sign}"`);
      }
  return found;
}

describe('text of every script', () => {
  for (const [columns, rows] of [
    [120, 40],
    [80, 24],
    [39, 9],
    [20, 5],
  ] as const) {
    it(`moves no border at ${columns}x${rows}, nor when it scrolls and goes`, async () => {
      const store = storeAt(columns, rows);
      let shift = 0;
      const options = optionsFor((pane, row) => SCRIPTS[(row + shift + pane.length) % SCRIPTS.length] ?? '');
      const tick = () => {
        shift++;
        store.dispatch({ kind: 'clock/ticked', now: (store.getState().now + 1000) as never });
      };
      const terminal = await emulate(store, options, [tick, tick, tick]);
      expect(faults(terminal, store)).toEqual([]);
      terminal.dispose();
    });
  }

  it('moves no border whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme', maxLength: 30 }), { minLength: 3, maxLength: 9 }),
        async (texts) => {
          const store = storeAt(80, 24);
          const options = optionsFor((_pane, row) => texts[row % texts.length] ?? '');
          const terminal = await emulate(store, options);
          expect(faults(terminal, store)).toEqual([]);
          terminal.dispose();
        },
      ),
      { numRuns: 40 },
    );
  });
});
