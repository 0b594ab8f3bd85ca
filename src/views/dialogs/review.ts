// A text that waits for a yes: what a save writes, what loading changes. Enter says what it does, Escape does nothing.

import type { Line } from '../../core/line.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import type { PageLine, Review } from '../../store/modal-state.ts';
import { selectQuitWords } from '../../store/select/shields-status.ts';
import { selectUnsaved } from '../../store/select/unsaved.ts';
import type { ConsoleState } from '../../store/state.ts';
import { hintLine } from '../parts/hint.ts';
import { spaces, span, widthOfLine } from '../parts/lines.ts';
import type { DialogLook } from './act.ts';
import { type Box, drawBox, roomFor } from './box.ts';
import { PAGE_WIDTH, pageRows, wrapPage } from './page.ts';

export function drawReview(review: Review, top: number, look: DialogLook): Box {
  const { columns } = roomFor(look.size, PAGE_WIDTH);
  const lines = wrapPage(review.lines, look.size);
  const rows = pageRows(look.size);
  const from = Math.max(0, Math.min(top, lines.length - rows));
  const body = lines.slice(from, from + rows);
  const footer = footerOf(review, { below: lines.length - from - rows, columns }, look);
  return drawBox({ title: [span(review.title, 'title')], body, footer }, { columns, ...look });
}

function footerOf(
  { accept }: Review,
  { below, columns }: Readonly<{ below: number; columns: number }>,
  { keyFor }: DialogLook,
): Line {
  const keys: Line = [
    ...hintLine(keyFor('review', 'accept') ?? safe('Enter'), accept),
    span(spaces(3)),
    ...hintLine(keyFor('review', 'cancel') ?? safe('Escape'), 'leave'),
  ];
  if (below <= 0) return keys;
  const more = span(sanitise(`${below} more ${below === 1 ? 'line' : 'lines'} below`), 'dim');
  const key = keyFor('review', 'page-down');
  const paged = key === undefined ? [] : [span(spaces(2)), ...hintLine(key, '').slice(0, 1)];
  const whole: Line = [more, ...paged, span(spaces(3)), ...keys];
  return widthOfLine(whole) <= columns ? whole : [more, span(spaces(2)), ...keys];
}

export type QuitWords = Readonly<{ lines: readonly PageLine[]; answers: Line }>;

/** What leaving means for the host and for the layout, and the keys that answer. */
export function quitWords(state: ConsoleState, { keyFor }: DialogLook): QuitWords {
  const unsaved = selectUnsaved(state);
  const text = safe('The layout has changes that are not saved: they are lost.');
  const gap = span(spaces(3));
  return {
    lines: [...selectQuitWords(state), ...(unsaved ? [{ text, role: 'warn' } as const] : [])],
    answers: [
      ...hintLine(keyFor('dialog', 'accept') ?? safe('Enter'), 'leaves'),
      gap,
      ...(unsaved ? [...hintLine(safe('s'), 'saves'), gap] : []),
      ...hintLine(keyFor('dialog', 'cancel') ?? safe('Escape'), 'stays'),
    ],
  };
}
