// The list of what a new pane can show, with what the pane would look like: beside the list where there is room, below
// it on a narrower screen, and left out where only the list has room.

import type { Line, Span } from '../../core/line.ts';
import { safe, sanitise } from '../../core/sanitise.ts';
import { fit, widthOf } from '../../core/width.ts';
import type { PickerItem, PickerState } from '../../store/modal-state.ts';
import { pickerMatches } from '../../store/slices/modal-intent.ts';
import type { ConsoleState } from '../../store/state.ts';
import { drawInput } from '../parts/bottom-line.ts';
import { hintLine } from '../parts/hint.ts';
import { cutLine, fitLine, repeat, spaces, span, widthOfLine } from '../parts/lines.ts';
import type { Painters } from '../screen.ts';
import type { DialogLook } from './act.ts';
import { type Box, drawBox, roomFor } from './box.ts';
import { drawPreview } from './new-pane-preview.ts';

const WIDTH = 150;
/** From here on the preview stands beside the list. */
const BESIDE_COLUMNS = 96;
const LIST_COLUMNS = 52;
const ROWS_MAX = 30;
/** So much of a preview is worth the room, however short the list. */
const ROWS_MIN = 16;
/** Of the list, above its preview. */
const ROWS_ABOVE = 8;
/** Lower than this below the list it would show nothing of use. */
const PREVIEW_MIN = 4;

/** `columns`, `rows`: of the list. `preview` absent: there is no room for one. */
type Shape = Readonly<{
  columns: number;
  rows: number;
  preview?: Readonly<{ columns: number; rows: number; beside: boolean }>;
}>;

function shapeFor(room: Readonly<{ columns: number; rows: number }>, entries: number): Shape {
  const { columns } = room;
  // The filter above and the keys below.
  const most = Math.max(1, Math.min(ROWS_MAX, room.rows - 2));
  if (columns >= BESIDE_COLUMNS) {
    const rows = Math.min(most, Math.max(ROWS_MIN, entries));
    const preview = { columns: columns - LIST_COLUMNS - 3, rows: rows - 1, beside: true };
    return { columns: LIST_COLUMNS, rows, preview };
  }
  const below = most - ROWS_ABOVE - 1;
  if (below < PREVIEW_MIN) return { columns, rows: Math.min(most, entries) };
  return { columns, rows: ROWS_ABOVE, preview: { columns, rows: below, beside: false } };
}

export type NewPaneLook = DialogLook & Readonly<{ painters?: Painters | undefined }>;

export function drawNewPane(state: ConsoleState, picker: PickerState, look: NewPaneLook): Box {
  const room = roomFor(look.size, WIDTH);
  const shape = shapeFor(room, picker.items.length);
  const list = listLines(picker, shape, look);
  const { preview } = shape;
  const shown = preview === undefined ? [] : previewLines(state, picker, { ...look, preview });
  const body =
    preview?.beside === true
      ? list.map((line, row) => besides(line, shown[row] ?? [], { look, columns: shape.columns }))
      : [...list, ...shown];
  const filter: Line = [
    span(safe('filter '), 'dim'),
    ...drawInput(picker.filter, Math.max(4, room.columns - 8)),
  ];
  const title = [span(picker.title, 'title')];
  return drawBox(
    { title, body: [filter, ...body], footer: footer(picker, look, room.columns) },
    { columns: room.columns, ...look },
  );
}

function besides(
  left: Line,
  right: Line,
  { look, columns }: Readonly<{ look: NewPaneLook; columns: number }>,
): Line {
  const bar = span(sanitise(` ${look.glyphs.vertical} `), 'border');
  return [...fitLine(left, columns), bar, ...right];
}

/** Always as many lines, so that the box stands still while the filter is typed. */
function listLines(picker: PickerState, { columns, rows }: Shape, look: NewPaneLook): readonly Line[] {
  const items = pickerMatches(picker);
  const from = Math.max(0, Math.min(picker.at - Math.floor(rows / 2), items.length - rows));
  const widest = Math.max(...picker.items.map(({ label }) => widthOf(label)), 1);
  const labelColumns = Math.min(Math.floor((columns - 4) * 0.6), widest);
  const lines = items
    .slice(from, from + rows)
    .map((item, row) => itemLine(item, { at: from + row, current: picker.at, columns, labelColumns, look }));
  if (lines.length === 0) lines.push([span(safe('nothing matches'), 'dim')]);
  return [...lines, ...Array.from({ length: rows - lines.length }, (): Line => [])];
}

type ItemPlace = Readonly<{
  at: number;
  current: number;
  columns: number;
  labelColumns: number;
  look: NewPaneLook;
}>;

function itemLine(item: PickerItem, { at, current, columns, labelColumns, look }: ItemPlace): Line {
  const isCurrent = at === current;
  const line: Line = [
    span(sanitise(isCurrent ? `${look.glyphs.cursor} ` : '  ')),
    span(fit(item.label, labelColumns)),
    span(safe('  ')),
    span(item.detail, 'dim'),
  ];
  const hit = { kind: 'item', at } as const;
  return fitLine(line, columns).map((part): Span => ({ ...part, hit, ...(isCurrent ? { on: true } : {}) }));
}

type PreviewLook = NewPaneLook & Readonly<{ preview: NonNullable<Shape['preview']> }>;

/** A line that says what is previewed, then its body. */
function previewLines(state: ConsoleState, picker: PickerState, look: PreviewLook): readonly Line[] {
  const { preview, glyphs } = look;
  const { columns, rows } = preview;
  const item = pickerMatches(picker)[picker.at];
  if (item === undefined || look.painters === undefined)
    return Array.from({ length: rows + 1 }, (): Line => []);
  const context = { columns, rows, focused: false, glyphs };
  const { title, body } = drawPreview(state, picker, { item, painters: look.painters, context });
  const words = cutLine(title, Math.max(0, columns - 3));
  const bar = (count: number): Span => span(repeat(glyphs.horizontal, count), 'border');
  const rule: Line = [
    bar(1),
    span(spaces(1)),
    ...words,
    span(spaces(1)),
    bar(columns - widthOfLine(words) - 3),
  ];
  return [rule, ...Array.from({ length: rows }, (_, row): Line => fitLine(body[row] ?? [], columns))];
}

function footer(picker: PickerState, look: NewPaneLook, columns: number): Line {
  const keys: Line = [
    ...hintLine(look.keyFor('picker', 'accept') ?? safe('Enter'), 'choose'),
    span(spaces(3)),
    ...hintLine(look.keyFor('picker', 'cancel') ?? safe('Escape'), 'leave'),
  ];
  const counted = `${pickerMatches(picker).length} of ${picker.items.length}`;
  const words = picker.looking === true ? 'looking for logs …' : counted;
  const said: Line = [span(sanitise(words), 'dim'), span(spaces(3))];
  return widthOfLine(said) + widthOfLine(keys) <= columns ? [...said, ...keys] : keys;
}
