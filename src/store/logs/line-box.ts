// The room that a log pane has for its lines, and how much of it the columns in front of a line take.

/** Times: short in a column, as ages in a column, or only as they stand in the line. */
export type StampMode = 'clock' | 'relative' | 'written';

/** Cursor and mark signs, then (behind the time) the state of the address ("999×"), then a space. */
export const GUTTER_COLUMNS = 7;
const STAMP_COLUMNS: Readonly<Record<BoxStamps, number>> = { written: 0, relative: 11, clock: 9, none: 0 };

/** `none`: as `clock`, where there is no room for it. */
export type BoxStamps = StampMode | 'none';

/** `columns`, `rows`: the size of the pane's body. `address`: columns of the longest address that stands in front. */
export type LineBox = Readonly<{
  columns: number;
  rows: number;
  wrap: boolean;
  stamps: BoxStamps;
  address?: number;
}>;

const CLOCK_MIN_COLUMNS = 44;

/** How times are shown in a box of this width: the wish, unless the short times would take the room of the text. */
export function stampsIn(columns: number, wish: StampMode): BoxStamps {
  return wish === 'clock' && columns < CLOCK_MIN_COLUMNS ? 'none' : wish;
}

export function stampColumns(mode: BoxStamps): number {
  return STAMP_COLUMNS[mode];
}

/** Columns left for the line itself; at least one. */
export function textColumns(box: LineBox): number {
  return Math.max(1, box.columns - GUTTER_COLUMNS - stampColumns(box.stamps));
}
