import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PaneId } from '../../../../src/core/pane.ts';
import { sanitise } from '../../../../src/core/sanitise.ts';
import { hitInLine } from '../../../../src/views/hit.ts';
import { widthOfLine } from '../../../../src/views/parts/lines.ts';
import { drawTabs, type Tab } from '../../../../src/views/parts/tab-line.ts';

const tabsOf = (names: readonly string[], current: number): readonly Tab[] =>
  names.map((name, index) => ({
    pane: `p${index}` as PaneId,
    number: index + 1,
    name: sanitise(name),
    current: index === current,
  }));
const text = (tabs: readonly Tab[], columns: number) =>
  drawTabs(tabs, columns)
    .map((part) => part.text)
    .join('');

describe('tabs', () => {
  const six = tabsOf(['access', 'auth', 'ct', 'bans', 'host', 'net'], 1);

  it('become shorter with the room, and always say where one is', () => {
    expect(text(six, 80)).toBe('1:access 2:auth* 3:ct 4:bans 5:host 6:net');
    expect(text(six, 40)).toBe('1:acce… 2:auth* 3:ct 4:bans 5:host 6:net');
    expect(text(six, 20)).toBe('1 2:auth* 3 4 5 6');
    expect(text(six, 12)).toBe('1 2* 3 4 5 6');
    expect(text(six, 10)).toBe('1 2* 3 … 6');
    expect(text(six, 6)).toBe('2/6');
    expect(text(six, 2)).toBe('');
  });

  it('fit any width, name the current pane, and each click goes to the pane it is on', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme', maxLength: 14 }), { minLength: 1, maxLength: 40 }),
        fc.nat(39),
        fc.integer({ min: 0, max: 120 }),
        (names, pick, columns) => {
          const current = pick % names.length;
          const tabs = tabsOf(names, current);
          const line = drawTabs(tabs, columns);
          expect(widthOfLine(line)).toBeLessThanOrEqual(columns);
          if (columns >= 5) expect(text(tabs, columns)).toContain(String(current + 1));
          for (let column = 0; column < widthOfLine(line); column++) {
            const hit = hitInLine(line, column);
            if (hit === undefined) continue;
            expect(hit.kind).toBe('pane');
            const shown = line.filter((part) => part.hit?.kind === 'pane' && part.hit === hit);
            expect(shown).toHaveLength(1);
            const number = tabs.findIndex(({ pane }) => hit.kind === 'pane' && pane === hit.pane) + 1;
            expect(shown[0]?.text.startsWith(String(number))).toBe(true);
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});
