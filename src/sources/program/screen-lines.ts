// From the cells of a program's terminal to prepared lines. Nothing that a program wrote reaches the screen but through the
// sanitiser, and every cell takes exactly the columns that it has in the program's own terminal.

import type { IBufferCell, IBufferLine } from '@xterm/headless';
import { EMPTY_LINE, type Line, type Span } from '../../core/line.ts';
import { isPlainText } from '../../core/plain.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import { widthOf } from '../../core/width.ts';

/** Stands for a character that cannot be shown in the room that it has. */
const UNSHOWN = '\ufffd';
const IGNORABLE = /\p{Default_Ignorable_Code_Point}/gu;

/** Cells beside each other that look alike. `apart`: none of them can join its neighbour. */
type Run = {
  texts: string[];
  columns: number;
  apart: boolean;
  fg: number;
  bg: number;
  attributes: number;
};

/** The row as spans, without plain blanks at its end; `spare` is written over and over. */
export function lineOf(row: IBufferLine | undefined, spare: IBufferCell): Line {
  if (row === undefined) return EMPTY_LINE;
  const spans: Span[] = [];
  let run: Run | undefined;
  for (let column = 0; column < row.length; column++) {
    const cell = row.getCell(column, spare);
    const width = cell?.getWidth() ?? 0;
    if (cell === undefined || width === 0) continue;
    const plain = cell.isAttributeDefault();
    const fg = plain ? -1 : foreground(cell);
    const bg = plain ? -1 : background(cell);
    const attributes = plain ? 0 : attributesOf(cell);
    if (run === undefined || run.fg !== fg || run.bg !== bg || run.attributes !== attributes) {
      if (run !== undefined) spans.push(spanOf(run));
      run = { texts: [], columns: 0, apart: true, fg, bg, attributes };
    }
    const { text, apart } = cellOf(cell.getChars(), width);
    run.texts.push(text);
    run.apart &&= apart;
    run.columns += width;
  }
  if (run !== undefined) spans.push(spanOf(run));
  return trimmed(spans);
}

/** The row's words only. */
export function textOf(row: IBufferLine | undefined, spare: IBufferCell): SafeText {
  if (row === undefined) return '' as SafeText;
  const whole = row.translateToString(true);
  if (isPlainText(whole)) return whole as SafeText;
  const shown = lineOf(row, spare).map(({ text }) => text);
  return shown.join('').trimEnd() as SafeText;
}

type Cell = Readonly<{ text: string; apart: boolean }>;
const BLANKS: readonly Cell[] = ['', ' ', '  '].map((text) => ({ text, apart: true }));
const UNKNOWN: readonly Cell[] = [0, 1, 2].map((width) => ({ text: UNSHOWN.repeat(width), apart: true }));

/** Scripts and signs that never join what stands before them, with what stands on them. */
const APART =
  /^(?!\p{RI}|\p{EMod})[\p{sc=Latn}\p{sc=Grek}\p{sc=Cyrl}\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{P}\p{S}]\p{Mn}*$/u;

/** By width and characters: measuring is dear, and a screen full of them is drawn many times a second. */
const measured = new Map<string, Cell>();
const MEASURED_MAX = 8_192;

function cellOf(characters: string, width: number): Cell {
  if (characters === '') return BLANKS[width] ?? { text: ' '.repeat(width), apart: true };
  if (width === 1 && isPlainText(characters)) return { text: characters, apart: true };
  const key = `${width}${characters}`;
  const found = measured.get(key);
  if (found !== undefined) return found;
  const visible = characters.replace(IGNORABLE, '');
  const cell = isShown(visible, width)
    ? { text: visible, apart: APART.test(visible) }
    : (UNKNOWN[width] ?? { text: UNSHOWN.repeat(width), apart: true });
  if (measured.size >= MEASURED_MAX) measured.clear();
  measured.set(key, cell);
  return cell;
}

const isShown = (text: string, columns: number): boolean =>
  sanitise(text) === text && widthOf(text) === columns;

/** Characters of neighbouring cells may join (flags, syllables): then those that could are shown as unknown. */
function spanOf({ texts, columns, apart, fg, bg, attributes }: Run): Span {
  const joined = texts.join('');
  const alone = (one: string): string => (isPlainText(one) ? one : UNSHOWN.repeat(widthOf(one)));
  const shown = apart || isShown(joined, columns) ? joined : texts.map(alone).join('');
  const text = sanitise(shown);
  return fg === -1 && bg === -1 && attributes === 0 ? { text } : { text, paint: { fg, bg, attributes } };
}

function trimmed(spans: readonly Span[]): Line {
  const last = spans.at(-1);
  if (last === undefined || last.paint !== undefined) return spans;
  const text = last.text.trimEnd() as SafeText;
  if (text === '') return trimmed(spans.slice(0, -1));
  return text.length === last.text.length ? spans : [...spans.slice(0, -1), { text }];
}

/** As in `Paint`: -1 the default, 0–15, 256+n, 2^24+rgb. */
function foreground(cell: IBufferCell): number {
  if (cell.isFgDefault()) return -1;
  return colour(cell.getFgColor(), cell.isFgRGB());
}

function background(cell: IBufferCell): number {
  if (cell.isBgDefault()) return -1;
  return colour(cell.getBgColor(), cell.isBgRGB());
}

function colour(value: number, rgb: boolean): number {
  if (rgb) return 0x1000000 + (value & 0xffffff);
  return value < 16 ? value : 256 + (value & 255);
}

function attributesOf(cell: IBufferCell): number {
  return (
    (cell.isBold() === 0 ? 0 : 1) |
    (cell.isDim() === 0 ? 0 : 2) |
    (cell.isItalic() === 0 ? 0 : 4) |
    (cell.isUnderline() === 0 ? 0 : 8) |
    (cell.isBlink() === 0 ? 0 : 16) |
    (cell.isInverse() === 0 ? 0 : 32) |
    (cell.isInvisible() === 0 ? 0 : 64) |
    (cell.isStrikethrough() === 0 ? 0 : 128)
  );
}
