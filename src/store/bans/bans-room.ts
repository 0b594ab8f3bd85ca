// How a bans pane shares its rows. Reducer (a page is a table's height) and drawing must agree, so it is here.

/** `detail`: lines about the row under the cursor. `foot`: 1 for the line that says what the table leaves out. */
export type BansRoom = Readonly<{ head: number; table: number; detail: number; foot: number }>;

const DETAIL_ROWS = 9;
const FOOT_FROM_ROWS = 4;

/** The table always has a line; details take at most half of the pane. */
export function bansRoom(rows: number, wish: Readonly<{ detail: boolean; foot: boolean }>): BansRoom {
  const head = 1;
  const foot = wish.foot && rows >= FOOT_FROM_ROWS ? 1 : 0;
  const detail = wish.detail ? Math.min(DETAIL_ROWS, Math.max(0, Math.floor((rows - head - foot) / 2))) : 0;
  return { head, foot, detail, table: Math.max(1, rows - head - foot - detail) };
}
