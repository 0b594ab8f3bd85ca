// The cursor of a log sent to one of its lines from elsewhere: it freezes, and a line off the screen comes to its middle.

import type { Net } from '../../core/address.ts';
import { isRelated } from '../follow/match.ts';
import { lastOnScreen } from './geometry.ts';
import { cursorLine, type LogPane, lineBox, paneShown, sideBySide, topIndex } from './log-pane.ts';
import { goTo } from './move.ts';

type Wanted = Readonly<{ net: Net; lane: number; index: number; rows: number; columns: number }>;

/** The address that it was sent for is the one that keys then take. */
export function wentTo(pane: LogPane, { net, lane, index, rows, columns }: Wanted): LogPane {
  const there: LogPane = sideBySide(pane) ? { ...pane, lane } : pane;
  const box = lineBox(there, { rows, columns });
  const shown = paneShown(there);
  const top = topIndex(there, shown, box);
  const onScreen = index >= top && index <= lastOnScreen(shown, top, box);
  const moved = goTo(there, index, box, onScreen ? undefined : index - (box.rows >> 1));
  const reading = cursorLine(moved)?.reading;
  if (reading === undefined || (reading.chosen !== undefined && isRelated(net, reading.chosen))) return moved;
  const pick = reading.all.findIndex((found) => isRelated(net, found.net));
  return pick < 0 ? moved : { ...moved, pick };
}
