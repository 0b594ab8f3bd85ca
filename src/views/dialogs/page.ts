// A page of text in front of the panes: reports, previews, reasons. Wrapped to the screen, scrolled by its keys.

import type { Line } from '../../core/line.ts';
import type { SafeText } from '../../core/sanitise.ts';
import { graphemes, widthOf } from '../../core/width.ts';
import type { PageLine } from '../../store/modal-state.ts';
import type { ScreenSize } from '../arrange.ts';
import { spaces, span, wrapWords } from '../parts/lines.ts';
import type { DialogLook } from './act.ts';
import { type Box, drawBox, roomFor } from './box.ts';
import { readingFooter } from './lists.ts';

/** Commands and reports are long: a page is wider than a dialog where there is room. */
export const PAGE_WIDTH = 112;

/** How many lines of a page are visible on a screen of this size. */
export function pageRows(size: ScreenSize): number {
  return Math.max(1, roomFor(size, PAGE_WIDTH).rows - 2);
}

/** The lines of a page as they are wrapped on a screen of this size. */
export function wrapPage(lines: readonly PageLine[], size: ScreenSize): readonly Line[] {
  const { columns } = roomFor(size, PAGE_WIDTH);
  return lines.flatMap((line) => wrapLine(line, columns));
}

/** What is wrapped goes on below its start, a little further in. */
const HANG = 2;
/** Columns that words have in any case. */
const WORDS_MIN = 8;

function wrapLine({ text, role, indent = 0 }: PageLine, columns: number): readonly Line[] {
  const start = Math.min(indent, Math.max(0, columns - WORDS_MIN));
  if (widthOf(text) <= columns - start) return [[span(spaces(start)), span(text, role)]];
  // In a file the blanks have a meaning, and so has the sign of a line that comes or goes.
  const before = /^[+-]? */.exec(text)?.[0] ?? '';
  const sign = before.trim().length;
  const lead = before.slice(0, Math.max(sign, columns - start - HANG - WORDS_MIN));
  const room = Math.max(1, columns - start - lead.length - HANG);
  const words = text.slice(before.length) as SafeText;
  return wrapWords(breakable(words, room), room).map((row, index) =>
    index === 0
      ? [span(spaces(start)), span(lead as SafeText, role), span(row, role)]
      : [span(spaces(start + lead.length + HANG)), span(row, role)],
  );
}

/** A word that is longer than a line goes on in the next: of a command nothing may be missing. */
function breakable(text: SafeText, room: number): SafeText {
  const words = text.split(' ').flatMap((word) => {
    const parts = [''];
    let width = 0;
    for (const piece of graphemes(word as SafeText)) {
      const next = width > 0 && width + piece.width > room;
      parts[next ? parts.length : parts.length - 1] = (next ? '' : (parts.at(-1) ?? '')) + piece.text;
      width = next ? piece.width : width + piece.width;
    }
    return parts;
  });
  return words.join(' ') as SafeText;
}

export type ShownPage = Readonly<{ title: SafeText; lines: readonly PageLine[]; top: number }>;

export function drawPage(page: ShownPage, look: DialogLook): Box {
  const { columns } = roomFor(look.size, PAGE_WIDTH);
  const lines = wrapPage(page.lines, look.size);
  const rows = pageRows(look.size);
  const from = Math.max(0, Math.min(page.top, lines.length - rows));
  const more = lines.length - from - rows;
  const footer = readingFooter(more, look, columns);
  const title = [span(page.title, 'title')];
  return drawBox({ title, body: lines.slice(from, from + rows), footer }, { columns, ...look });
}
