// Copy mode over made-up lines, and texts that are hard on a cursor: wide, combined, empty, long.

import fc from 'fast-check';
import type { IntentId } from '../../../../src/core/intent.ts';
import type { PaneId } from '../../../../src/core/pane.ts';
import { sanitise } from '../../../../src/core/sanitise.ts';
import { type CopyBox, type CopyMode, enterCopy } from '../../../../src/store/copy/copy-mode.ts';
import { keyInCopy } from '../../../../src/store/copy/keys.ts';

export const BOX: CopyBox = { rows: 4, columns: 20 };

export function modeOf(lines: readonly string[], line = 0): CopyMode {
  const snapshot = { lines: lines.map((text) => sanitise(text)), cut: false, line, top: 0 };
  return enterCopy('1.1' as PaneId, snapshot);
}

/** Keys one after the other; "5" is a count. */
export function pressed(mode: CopyMode, keys: readonly string[], box = BOX): CopyMode {
  return keys.reduce((old, key) => {
    const intent = /^\d$/.test(key) ? { id: 'count' as const, text: key } : { id: key as IntentId };
    const next = keyInCopy(old, intent, box);
    if (next === undefined) throw new Error(`${key} left the mode`);
    return next;
  }, mode);
}

const piece = fc.oneof(
  { weight: 4, arbitrary: fc.string({ maxLength: 12 }) },
  fc.constantFrom('日本語', 'é́', 'à', '👍🏽', 'a\u0301b', '\u0301', '…', '    ', '192.0.2.1', '한국어 GET'),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
);
export const anyLine = fc.array(piece, { maxLength: 8 }).map((pieces) => sanitise(pieces.join('')));
export const anyLines = fc.array(anyLine, { minLength: 1, maxLength: 12 });

const MOVES: readonly IntentId[] = [
  ...(['left', 'right', 'line-up', 'line-down', 'line-start', 'line-first', 'line-end'] as const),
  ...(['word-next', 'word-previous', 'word-end', 'space-next', 'space-previous', 'space-end'] as const),
  ...(['top', 'bottom', 'screen-top', 'screen-middle', 'screen-bottom'] as const),
  ...(['half-up', 'half-down', 'page-up', 'page-down'] as const),
  ...(['search-next', 'search-previous', 'search-word', 'search-word-back'] as const),
  ...(['select', 'select-line', 'select-block', 'select-other-end', 'refresh'] as const),
];
export const anyKeys = fc.array(
  fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...MOVES) }, fc.constantFrom('1', '3', '9')),
  { maxLength: 25 },
);
export const anyBox = fc.record({
  rows: fc.integer({ min: 0, max: 8 }),
  columns: fc.integer({ min: 0, max: 30 }),
});
