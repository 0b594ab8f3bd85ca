// The plain view: nothing but the lines of a pane from column 0 on, and one faint line at the bottom.

import type { Line } from '../core/line.ts';
import { sanitise } from '../core/sanitise.ts';
import { groupDigits } from '../core/units.ts';
import { type PlainView, plainHeight, plainRows, plainTop } from '../store/copy/plain.ts';
import type { ScreenSize } from './arrange.ts';
import type { ShownHint } from './parts/bottom-line.ts';
import { cutLine, span } from './parts/lines.ts';

/** As many lines as the screen has rows but one. */
export function plainBody(view: PlainView, size: ScreenSize): readonly Line[] {
  const top = plainTop(view, size);
  return plainRows(view, size.columns)
    .slice(top, top + plainHeight(size))
    .map((text) => [span(text)]);
}

/** "plain: select with the mouse · rows 1–23 of 340 · q leaves". */
export function plainFoot(view: PlainView, hints: readonly ShownHint[], size: ScreenSize): Line {
  const rows = plainRows(view, size.columns).length;
  const top = plainTop(view, size);
  const last = Math.min(rows, top + plainHeight(size));
  const where =
    rows <= plainHeight(size)
      ? ''
      : ` · rows ${groupDigits(top + 1)}-${groupDigits(last)} of ${groupDigits(rows)}`;
  const more = view.cut ? ' (there is more)' : '';
  const keys = hints.map(({ keys: chord, words }) => `${chord} ${words}`).join('  ');
  const words = `plain${where}${more} · ${keys}`;
  return cutLine([span(sanitise(words), 'dim')], size.columns);
}
