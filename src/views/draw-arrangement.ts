// An arrangement as text: what `print-layout` prints and what the tests of arithmetic compare with drawings.

import type { PaneId } from '../core/pane.ts';
import { type SafeText, safe, sanitise } from '../core/sanitise.ts';
import type { Arrangement } from './arrange.ts';
import { drawFrames, type FrameText } from './chrome.ts';
import type { Glyphs } from './glyphs.ts';
import { cutLine, span } from './parts/lines.ts';

/** One string per row of the screen. Each frame carries the pane's name, and right the size of its body. */
export function drawArrangement(
  arrangement: Arrangement,
  names: ReadonlyMap<PaneId, string>,
  glyphs: Glyphs,
): readonly string[] {
  const texts = new Map<PaneId, FrameText>(
    arrangement.placed.map(({ pane, body }) => [
      pane,
      {
        title: [span(sanitise(names.get(pane) ?? pane))],
        state: [span(sanitise(`${body.columns}x${body.rows}`))],
      },
    ]),
  );
  const rows = drawFrames({ arrangement, focus: undefined, glyphs, texts }).map(plain);
  const { topRow, tabRow, bottomRow, hidden, size, placed } = arrangement;
  const name = (id: PaneId): string => names.get(id) ?? id;
  const tabs = hidden.map(name).join(' ');
  if (tabRow !== undefined)
    rows[tabRow] = statusRow(`${placed.map(({ pane }) => `${name(pane)}*`).join(' ')} ${tabs}`, size.columns);
  if (topRow !== undefined)
    rows[topRow] = statusRow(
      tabs === '' || tabRow !== undefined ? 'top line' : `top line  +${tabs}`,
      size.columns,
    );
  if (bottomRow !== undefined) rows[bottomRow] = statusRow('keys that work now', size.columns);
  return rows;
}

function statusRow(text: string, columns: number): string {
  return plain(cutLine([span(safe(' ')), span(sanitise(text))], columns));
}

function plain(line: readonly Readonly<{ text: SafeText }>[]): string {
  return line
    .map(({ text }) => text)
    .join('')
    .trimEnd();
}
