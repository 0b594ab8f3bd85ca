// The card as an area of the screen. Its facts are looked up again when what they come from changed, but for lines of
// logs only with the clock: a flood must not cost a card per line.

import type { Rect } from '../core/layout/layouts.ts';
import type { Line } from '../core/line.ts';
import type { PaneSpec } from '../core/pane.ts';
import { selectCard } from '../store/select/card.ts';
import { selectCardNet } from '../store/slices/follow.ts';
import { focusedPane } from '../store/slices/layout.ts';
import type { ConsoleState } from '../store/state.ts';
import { type CardLook, cardArea, cardColumns, cardRect, cardRows, drawCard } from './card.ts';
import { cardLines } from './card-lines.ts';
import type { Box } from './dialogs/box.ts';
import type { Glyphs } from './glyphs.ts';
import type { DrawPane } from './panes/pane.ts';

/** First and last row of a body that the cursor takes. */
export type CursorRows = Readonly<{ first: number; last: number }>;

export function cursorRows(body: readonly Line[]): CursorRows | undefined {
  const isOn = (line: Line): boolean => line.some(({ on }) => on === true);
  const first = body.findIndex(isOn);
  return first < 0 ? undefined : { first, last: body.findLastIndex(isOn) };
}

/** The focused pane's body on screen, and its cursor in it. */
export type CardFocus = Readonly<{ body: Rect | undefined; cursor: CursorRows | undefined }>;
export type CardDrawer = (state: ConsoleState, focus: CardFocus, look: CardLook) => Box | undefined;

function rectOf(state: ConsoleState, { body, cursor }: CardFocus): Rect {
  const shown =
    body === undefined || cursor === undefined
      ? undefined
      : { first: body.y + cursor.first, last: body.y + cursor.last };
  return cardRect({ size: state.size, body, cursor: shown });
}

type Kept = Readonly<{ inputs: readonly unknown[]; lines: readonly Line[] }>;

/** One per console. Undefined while no card is open. */
export function createCardDrawer(): CardDrawer {
  let kept: Kept | undefined;
  return (state, focus, look) => {
    const net = selectCardNet(state);
    if (net === undefined) {
      kept = undefined;
      return undefined;
    }
    const rect = rectOf(state, focus);
    const inputs = inputsOf(state, cardColumns(rect), look.glyphs);
    if (kept?.inputs.every((input, index) => input === inputs[index]) !== true)
      kept = { inputs, lines: linesOf(state, cardColumns(rect), look.glyphs) };
    const top = state.follow.followed?.top ?? 0;
    return drawCard({ net, lines: kept.lines, top }, rect, look);
  };
}

function inputsOf(state: ConsoleState, columns: number, glyphs: Glyphs): readonly unknown[] {
  const { now, session, safeSet, bans, conntrack, journal, sources } = state;
  return [
    ...[selectCardNet(state), columns, glyphs, now, session, safeSet, bans.at, bans.sets, bans.members],
    ...[conntrack.flows, conntrack.sample?.accounting, journal.rows, journal.problem],
    ...[sources.flows?.kind, sources.journal?.kind],
  ];
}

function linesOf(state: ConsoleState, columns: number, glyphs: Glyphs): readonly Line[] {
  const net = selectCardNet(state);
  return net === undefined ? [] : cardLines(selectCard(state, net), { columns, glyphs, now: state.now });
}

/** `area`: what it covers. */
export type CardSize = Readonly<{ lines: number; rows: number; top: number; area: Rect }>;
type Drawn = Readonly<{ glyphs: Glyphs; painters: Readonly<Record<PaneSpec['body']['kind'], DrawPane>> }>;

/** How far the card can be scrolled: all its lines, and how many are on screen. `body`: of the focused pane. */
export function cardSize(state: ConsoleState, body: Rect | undefined, { glyphs, painters }: Drawn): CardSize {
  const pane = focusedPane(state);
  const context = { columns: body?.columns ?? 0, rows: body?.rows ?? 0, focused: true, glyphs };
  const drawn = pane === undefined ? [] : painters[pane.body.kind](state, pane, context).body;
  const rect = rectOf(state, { body, cursor: cursorRows(drawn.slice(0, context.rows)) });
  const lines = linesOf(state, cardColumns(rect), glyphs).length;
  const rows = cardRows(rect);
  const top = Math.max(0, Math.min(state.follow.followed?.top ?? 0, lines - rows));
  return { lines, rows, top, area: cardArea(rect, lines) };
}
