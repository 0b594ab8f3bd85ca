// A framed box in the middle of the screen: the shape of every dialog.

import type { Rect } from '../../core/layout/layouts.ts';
import type { Line, Role } from '../../core/line.ts';
import { type SafeText, safe } from '../../core/sanitise.ts';
import type { ScreenSize } from '../arrange.ts';
import type { Glyphs } from '../glyphs.ts';
import { cutLine, fitLine, repeat, span, widthOfLine } from '../parts/lines.ts';

export type Box = Readonly<{ area: Rect; lines: readonly Line[] }>;

export type BoxText = Readonly<{
  title: Line;
  body: readonly Line[];
  /** Stands right in the lower border's line of text: the keys that work. */
  footer?: Line;
  role?: Role;
}>;

/** Columns and rows that a dialog may fill inside its frame on a screen of this size. */
export function roomFor(
  size: ScreenSize,
  wishedColumns: number,
): Readonly<{ columns: number; rows: number }> {
  const margin = size.columns > 60 ? 4 : 0;
  const columns = Math.max(1, Math.min(wishedColumns, size.columns - margin - 4));
  return { columns, rows: Math.max(1, size.rows - (size.rows > 20 ? 4 : 2)) };
}

export function drawBox(
  text: BoxText,
  room: Readonly<{ columns: number; size: ScreenSize; glyphs: Glyphs }>,
): Box {
  const { size, glyphs } = room;
  const role = text.role ?? 'border-focused';
  const footer = text.footer === undefined ? [] : [rightAligned(text.footer, room.columns)];
  const rows = Math.max(1, size.rows - 2);
  const body = text.body.slice(0, Math.max(0, rows - footer.length));
  const side = span(glyphs.vertical as SafeText, role);
  const framed = [...body, ...footer].map(
    (line): Line => [side, span(safe(' ')), ...fitLine(line, room.columns), span(safe(' ')), side],
  );
  const width = room.columns + 4;
  const lines = [
    topBorder(text.title, { width, glyphs, role }),
    ...framed,
    bottomBorder(width, glyphs, role),
  ];
  const area: Rect = {
    x: Math.max(0, Math.floor((size.columns - width) / 2)),
    y: Math.max(0, Math.floor((size.rows - lines.length) / 2)),
    columns: Math.min(width, size.columns),
    rows: Math.min(lines.length, size.rows),
  };
  return { area, lines };
}

function topBorder(title: Line, look: Readonly<{ width: number; glyphs: Glyphs; role: Role }>): Line {
  const { width, glyphs, role } = look;
  const shown = cutLine(title, width - 6);
  const fill = width - 4 - widthOfLine(shown);
  return [
    span(glyphs.topLeft as SafeText, role),
    span(safe(' ')),
    ...shown,
    span(safe(' ')),
    span(repeat(glyphs.horizontal, fill), role),
    span(glyphs.topRight as SafeText, role),
  ];
}

function bottomBorder(width: number, glyphs: Glyphs, role: Role): Line {
  const bar = repeat(glyphs.horizontal, width - 2);
  return [span(`${glyphs.bottomLeft}${bar}${glyphs.bottomRight}` as SafeText, role)];
}

function rightAligned(line: Line, columns: number): Line {
  const shown = cutLine(line, columns);
  return [span(repeat(' ', columns - widthOfLine(shown))), ...shown];
}
