// What is selected by character, line and block; what is lit up is what is copied.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sanitise } from '../../../../src/core/sanitise.ts';
import { selectedCount, selectedLines } from '../../../../src/store/copy/selection.ts';
import { drawCopy } from '../../../../src/views/copy.ts';
import { UNICODE_GLYPHS } from '../../../../src/views/glyphs.ts';
import { anyKeys, anyLines, modeOf, pressed } from './rig.ts';

const TEXT = ['GET /index.html 200', '日本語のログ', '', 'POST /login 401'];

describe('a selection', () => {
  it('by character reaches from cursor to cursor, both among it', () => {
    const mode = pressed(modeOf(TEXT), ['word-next', 'select', 'line-down', 'line-down', 'line-down']);
    expect(selectedLines(mode)).toEqual(['/index.html 200', '日本語のログ', '', 'POST ']);
    expect(selectedLines(pressed(modeOf(TEXT), ['select', 'word-end']))).toEqual(['GET']);
  });

  it('by line takes whole lines, whichever way', () => {
    const mode = pressed(modeOf(TEXT, 3), ['word-next', 'select-line', 'line-up', 'line-up']);
    expect(selectedLines(mode)).toEqual(['日本語のログ', '', 'POST /login 401']);
    expect(selectedCount(mode)).toBe(3);
  });

  it('as a block takes columns of the screen, a wide character whole', () => {
    const mode = pressed(modeOf(TEXT), ['right', 'select-block', '2', 'right', '3', 'line-down']);
    expect(selectedLines(mode)).toEqual(['ET ', '日本', '', 'OST']);
  });

  it('turns into another kind, ends by its own key, and has two ends', () => {
    const mode = pressed(modeOf(TEXT), ['select', 'line-down', 'select-line']);
    expect(mode.select).toEqual({ by: 'line', from: { line: 0, column: 0 } });
    expect(pressed(mode, ['select-line']).select).toBeUndefined();
    const other = pressed(mode, ['select-other-end']);
    expect(other.cursor).toEqual({ line: 0, column: 0 });
    expect(selectedLines(other)).toEqual(selectedLines(mode));
  });

  it('is nothing without a beginning', () => {
    expect(selectedLines(modeOf(TEXT))).toEqual([]);
  });

  it('copies what is drawn as selected, on any text after any keys', () => {
    fc.assert(
      fc.property(anyLines, anyKeys, (lines, keys) => {
        const mode = pressed(modeOf(lines), keys, { rows: 20, columns: 2000 });
        const context = { rows: 20, columns: 2000, focused: false, glyphs: UNICODE_GLYPHS };
        const { body } = drawCopy(mode, context);
        const lit = body
          .map((line, index) => ({ line, empty: lines[index] === '' }))
          .map(({ line, empty }) => (empty ? [] : line.filter((part) => part.on === true)))
          .map((parts) => parts.map(({ text }) => text).join(''));
        const first = Math.min(mode.select?.from.line ?? 0, mode.cursor.line);
        expect(lit.slice(first, first + selectedCount(mode))).toEqual(selectedLines(mode));
        expect(lit.filter((_, at) => at < first || at >= first + selectedCount(mode)).join('')).toBe('');
        for (const line of selectedLines(mode)) expect(sanitise(line)).toBe(line);
      }),
      { numRuns: 500 },
    );
  });
});
