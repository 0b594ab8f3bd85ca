// What stands in a pane as plain text: for copy mode, the plain view and dumps. All of it and not only what is on screen.

import type { Line } from '../../core/line.ts';
import type { PaneId, PaneSpec } from '../../core/pane.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import type { Snapshot } from '../../store/copy/copy-mode.ts';
import { cursorIndex, type LogPane, lineBox, paneShown, topIndex } from '../../store/logs/log-pane.ts';
import { lineAt } from '../../store/logs/shown.ts';
import type { ConsoleState } from '../../store/state.ts';
import { watchCursor, watchTop } from '../../store/watches/watch-pane.ts';
import type { Glyphs } from '../../views/glyphs.ts';
import { PAINTERS } from '../../views/painters.ts';
import { drawGap } from '../../views/panes/log-line.ts';

/** Lines of a log, a program or a command that are taken. */
const LINES_MAX = 100_000;
/** Rows of a table: it is painted as high as this. */
const TABLE_MAX = 5_000;

/** `rows`, `columns`: the pane's body on screen. `programLines`: a program's scrollback and screen, where known. */
export type SnapshotLook = Readonly<{
  rows: number;
  columns: number;
  glyphs: Glyphs;
  programLines?: ((pane: PaneId) => readonly SafeText[] | undefined) | undefined;
}>;

export function snapshotOf(state: ConsoleState, pane: PaneSpec, look: SnapshotLook): Snapshot {
  return (
    logSnapshot(state.logs.panes.get(pane.id), look) ??
    watchSnapshot(state, pane, look) ??
    programSnapshot(state, pane, look) ??
    paintedSnapshot(state, pane, look)
  );
}

/** The lines as they are written, those that the filters let through; between them what was not kept, as it is drawn. */
function logSnapshot(pane: LogPane | undefined, look: SnapshotLook): Snapshot | undefined {
  if (pane === undefined) return undefined;
  const shown = paneShown(pane);
  if (shown.length === 0) return undefined;
  const cursor = cursorIndex(pane, shown);
  const top = topIndex(pane, shown, lineBox(pane, look));
  // The newest, unless the cursor stands before them.
  const first = Math.max(0, Math.min(shown.length - LINES_MAX, cursor - (LINES_MAX >> 1)));
  const last = Math.min(shown.length, first + LINES_MAX);
  const lines: SafeText[] = [];
  const at = { line: 0, top: 0 };
  for (let index = first; index < last; index++) {
    const gap = shown.gapBefore.get(index);
    if (gap !== undefined) lines.push(textOf(drawGap(gap, look.columns, look.glyphs)));
    if (index === cursor) at.line = lines.length;
    if (index === top) at.top = lines.length;
    const found = lineAt(shown, index);
    if (found !== undefined) lines.push(found.line.text);
  }
  return { lines, cut: last - first < shown.length, ...at };
}

function watchSnapshot(state: ConsoleState, pane: PaneSpec, look: SnapshotLook): Snapshot | undefined {
  const watch = state.watches.panes.get(pane.id);
  if (watch?.last === undefined) return undefined;
  const lines = trimmed(watch.last.lines);
  const line = Math.max(0, Math.min(watchCursor(watch), lines.length - 1));
  return { lines, cut: watch.last.cut, line, top: Math.min(watchTop(watch, look.rows), line) };
}

/** From the scrollback down to the screen, with the cursor where the program has its own. */
function programSnapshot(state: ConsoleState, pane: PaneSpec, look: SnapshotLook): Snapshot | undefined {
  const screen = state.programs.panes.get(pane.id)?.screen;
  if (screen === undefined) return undefined;
  const all = look.programLines?.(pane.id) ?? screen.lines.map(textOf);
  const kept = all.slice(-LINES_MAX);
  const first = Math.max(0, kept.length - screen.lines.length);
  const lines = trimmed(kept);
  const line = Math.min(lines.length - 1, first + (screen.cursor?.row ?? 0));
  return { lines, cut: kept.length < all.length, line, top: first };
}

/** The pane as its painter draws it when there is room for all of its table. */
function paintedSnapshot(state: ConsoleState, pane: PaneSpec, look: SnapshotLook): Snapshot {
  const { columns, glyphs } = look;
  const paint = (rows: number): readonly Line[] =>
    PAINTERS[pane.body.kind](state, pane, { columns, rows, focused: true, glyphs }).body;
  const body = paint(TABLE_MAX);
  const lines = fromMargin(trimmed(body.map(textOf)), glyphs.cursor);
  const line = Math.max(0, body.findIndex(isCursor));
  const onScreen = paint(look.rows).findIndex(isCursor);
  const top = Math.max(0, line - Math.max(0, onScreen));
  return { lines, cut: body.length >= TABLE_MAX, line, top };
}

/** Without the sign of the cursor, and without the margin that all lines have. */
function fromMargin(lines: readonly SafeText[], cursor: string): readonly SafeText[] {
  const bare = lines.map((line) => (line.startsWith(cursor) ? ` ${line.slice(cursor.length)}` : line));
  const margins = bare.filter((line) => line !== '').map((line) => line.length - line.trimStart().length);
  const margin = Math.min(...margins, MARGIN_MAX);
  return bare.map((line) => line.slice(margin) as SafeText);
}

const MARGIN_MAX = 8;

const isCursor = (line: Line): boolean => line.length > 0 && line.every((part) => part.on === true);

function textOf(line: Line): SafeText {
  return sanitise(
    line
      .map(({ text }) => text)
      .join('')
      .trimEnd(),
  );
}

/** Without blanks at the ends of lines and without empty lines at the end. */
function trimmed(lines: readonly SafeText[]): readonly SafeText[] {
  const bare = lines.map((line) => line.trimEnd() as SafeText);
  return bare.slice(0, bare.findLastIndex((line) => line !== '') + 1);
}
