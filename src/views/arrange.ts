// Where everything is on a screen of a given size: pure arithmetic, tested with drawings. Borders are shared, one
// column and row per split as in tmux. Small terminals get fewer panes rather than useless ones.

import { type Placed, place, type Rect, treeOf } from '../core/layout/layouts.ts';
import { PAIR_MIN, type ScreenSize, type Shell, shellOf, showsLayout } from '../core/layout/shell.ts';
import type { PaneId, WindowSpec } from '../core/pane.ts';
import type { WindowView } from '../store/slices/layout.ts';

export { PAIR_MIN, type ScreenSize } from '../core/layout/shell.ts';

/**
 * `full`: the window's layout. `zoomed`: one pane by wish. `pair`: the focused pane and a strip of the last one
 * (80×24). `single`: the focused pane alone. `hidden`: panes without a place, in the window's order.
 */
export type Arrangement = Shell &
  Readonly<{
    mode: 'full' | 'zoomed' | 'pair' | 'single';
    size: ScreenSize;
    placed: readonly Placed[];
    hidden: readonly PaneId[];
  }>;

const STRIP_ROWS = 5;

export function arrange(window: WindowSpec, view: WindowView, size: ScreenSize): Arrangement {
  const small = size.columns < PAIR_MIN.columns || size.rows < PAIR_MIN.rows;
  const shell = shellOf(size, small && window.panes.length > 1);
  const ids = window.panes.map((pane) => pane.id);
  const focus = view.recent.find((id) => ids.includes(id)) ?? ids[0];
  const finish = (mode: Arrangement['mode'], placed: readonly Placed[]): Arrangement => ({
    mode,
    ...shell.chrome,
    size,
    placed,
    hidden: ids.filter((id) => !placed.some(({ pane }) => pane === id)),
  });
  if (focus === undefined) return finish('single', []);
  const alone: readonly Placed[] = shell.body.rows > 0 ? [{ pane: focus, body: shell.body }] : [];
  if (small) return finish('single', alone);
  if (view.zoomed) return finish('zoomed', alone);
  if (showsLayout(size, ids.length)) {
    const tree = treeOf(window.layout, ids, shell.body);
    const placed = tree === undefined ? undefined : place(tree, shell.body);
    if (placed !== undefined) return finish('full', placed);
  }
  const strip = view.recent.find((id) => id !== focus && ids.includes(id)) ?? ids.find((id) => id !== focus);
  return strip === undefined ? finish('single', alone) : finish('pair', pair(focus, strip, shell.body));
}

function pair(focus: PaneId, strip: PaneId, body: Rect): readonly Placed[] {
  const main = body.rows - STRIP_ROWS - 1;
  return [
    { pane: focus, body: { ...body, rows: main } },
    { pane: strip, body: { ...body, y: body.y + main + 1, rows: STRIP_ROWS } },
  ];
}

export type Side = 'left' | 'right' | 'up' | 'down';

/**
 * The neighbour on that side; of several the one that had the focus last, as in tmux. At the edge it goes round to
 * the far side. Undefined when there is no other pane that way.
 */
export function neighbour(
  placed: readonly Placed[],
  from: PaneId,
  way: Readonly<{ side: Side; recent: readonly PaneId[] }>,
): PaneId | undefined {
  const start = placed.find(({ pane }) => pane === from)?.body;
  if (start === undefined) return undefined;
  const others = placed.filter(({ pane }) => pane !== from);
  const near = others.filter(({ body }) => edge(body, OPPOSITE[way.side]) === beyond(start, way.side));
  const farthest = others.map(({ body }) => outward(body, OPPOSITE[way.side]));
  const round = others.filter(({ body }) => outward(body, OPPOSITE[way.side]) === Math.max(...farthest));
  const touching = near.filter(({ body }) => faces(start, body, way.side));
  const candidates =
    touching.length > 0 ? touching : round.filter(({ body }) => faces(start, body, way.side));
  const rank = (pane: PaneId) => {
    const at = way.recent.indexOf(pane);
    return at < 0 ? Number.POSITIVE_INFINITY : at;
  };
  return candidates.map(({ pane }) => pane).sort((a, b) => rank(a) - rank(b))[0];
}

const OPPOSITE: Readonly<Record<Side, Side>> = { left: 'right', right: 'left', up: 'down', down: 'up' };

/** First cell of the body on that side. */
function edge(body: Rect, side: Side): number {
  if (side === 'left') return body.x;
  if (side === 'right') return body.x + body.columns - 1;
  return side === 'up' ? body.y : body.y + body.rows - 1;
}

/** The cell behind the shared border on that side. */
function beyond(body: Rect, side: Side): number {
  return edge(body, side) + (side === 'left' || side === 'up' ? -2 : 2);
}

function outward(body: Rect, side: Side): number {
  return side === 'left' || side === 'up' ? -edge(body, side) : edge(body, side);
}

function faces(a: Rect, b: Rect, side: Side): boolean {
  return side === 'left' || side === 'right'
    ? a.y < b.y + b.rows && b.y < a.y + a.rows
    : a.x < b.x + b.columns && b.x < a.x + a.columns;
}
