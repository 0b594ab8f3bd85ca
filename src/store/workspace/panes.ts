// Edits of the panes of a window: the session's window and its view (focus, zoom) change together.

import { permuted, removePane, splitPane } from '../../core/layout/edit.ts';
import type { Ground } from '../../core/layout/ground.ts';
import type { Layout, PaneId, PaneSpec, WindowSpec } from '../../core/pane.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { sanitise } from '../../core/sanitise.ts';
import type { WindowView } from '../slices/layout.ts';
import type { NewPane } from '../slices/workspace.ts';
import type { ConsoleState } from '../state.ts';
import { freshPane } from './fresh-pane.ts';
import { closeWindow, insertWindow } from './windows.ts';

type Spot = Readonly<{ index: number; window: WindowSpec; view: WindowView; ground: Ground }>;

const TITLE_MAX = 60;

export function splitPaneOf(
  state: ConsoleState,
  wish: Readonly<{ pane: PaneId; direction: 'row' | 'column'; shows: NewPane }>,
): Result<ConsoleState> {
  return at(state, wish.pane, (spot) => {
    const [fresh, next] = freshPane(state, wish.shows);
    const layout = splitPane(spot.ground, { ...wish, fresh: fresh.id });
    if (!layout.ok) return layout;
    const place = spot.window.panes.findIndex(({ id }) => id === wish.pane) + 1;
    const panes = spot.window.panes.toSpliced(place, 0, fresh);
    const view = { recent: [fresh.id, ...spot.view.recent], zoomed: false };
    return ok(
      withWindow(next, spot.index, { window: { ...spot.window, panes, layout: layout.value }, view }),
    );
  });
}

export function replacePane(state: ConsoleState, pane: PaneId, shows: NewPane): Result<ConsoleState> {
  return at(state, pane, ({ index, window, view }) => {
    const [fresh, next] = freshPane(state, shows);
    const change = (id: PaneId): PaneId => (id === pane ? fresh.id : id);
    const layout = permuted(window.layout, new Map([[pane, fresh.id]]));
    const panes = window.panes.map((spec) => (spec.id === pane ? fresh : spec));
    const changed = { ...withoutLostFocus(window, panes), panes, layout };
    return ok(
      withWindow(next, index, { window: changed, view: { ...view, recent: view.recent.map(change) } }),
    );
  });
}

export function closePane(state: ConsoleState, pane: PaneId): Result<ConsoleState> {
  return at(state, pane, (spot) => {
    const { window, index } = spot;
    if (window.panes.length <= 1) return closeWindow(state, index);
    const layout = removePane(spot.ground, pane);
    return layout.ok ? ok(withWindow(state, index, without(spot, pane, layout.value))) : layout;
  });
}

function without(
  { window, view }: Spot,
  pane: PaneId,
  layout: Layout,
): Readonly<{ window: WindowSpec; view: WindowView }> {
  const panes = window.panes.filter(({ id }) => id !== pane);
  // One pane has no layout to speak of; so the file says none.
  const kept: Layout = panes.length === 1 ? { kind: 'named', name: 'tiled' } : layout;
  return {
    window: { ...withoutLostFocus(window, panes), panes, layout: kept },
    view: { recent: view.recent.filter((id) => id !== pane), zoomed: false },
  };
}

/** The focus at the start cannot be a pane that is gone. */
function withoutLostFocus(window: WindowSpec, panes: readonly PaneSpec[]): WindowSpec {
  if (panes.some(({ id }) => id === window.focus)) return window;
  const { focus: _, ...rest } = window;
  return rest;
}

/** Numbers and places change hands, the focus stays with its pane. */
export function swapPanes(state: ConsoleState, pane: PaneId, other: PaneId): Result<ConsoleState> {
  return at(state, pane, ({ index, window, view }) => {
    const specs = new Map(window.panes.map((spec) => [spec.id, spec] as const));
    if (!specs.has(other) || pane === other)
      return fail(problem('refused', 'there is no other pane to change places with'));
    const places = new Map([
      [pane, other],
      [other, pane],
    ]);
    return ok(rearranged(state, { index, window, view: { ...view, zoomed: false } }, places));
  });
}

export function rotatePanes(state: ConsoleState, back: boolean): Result<ConsoleState> {
  const { window: index } = state.layout;
  const window = state.session.windows[index];
  const view = state.layout.views[index];
  if (window === undefined || view === undefined || window.panes.length < 2)
    return fail(problem('refused', 'there is no other pane to change places with'));
  const ids = window.panes.map(({ id }) => id);
  const step = back ? -1 : 1;
  const after = (id: PaneId): PaneId => ids[(ids.indexOf(id) + step + ids.length) % ids.length] ?? id;
  const places = new Map(ids.map((id) => [id, after(id)] as const));
  const [focus, ...others] = view.recent;
  const next = focus === undefined ? undefined : after(focus);
  const recent = next === undefined ? others : [next, ...view.recent.filter((id) => id !== next)];
  return ok(rearranged(state, { index, window, view: { recent, zoomed: false } }, places));
}

/** Each place is taken by the pane that it is mapped to. */
function rearranged(
  state: ConsoleState,
  { index, window, view }: Readonly<{ index: number; window: WindowSpec; view: WindowView }>,
  places: ReadonlyMap<PaneId, PaneId>,
): ConsoleState {
  const specs = new Map(window.panes.map((spec) => [spec.id, spec] as const));
  const panes = window.panes.map((spec) => specs.get(places.get(spec.id) ?? spec.id) ?? spec);
  const layout = permuted(window.layout, places);
  return withWindow(state, index, { window: { ...window, panes, layout }, view });
}

export function breakPaneOut(state: ConsoleState, pane: PaneId, name: string): Result<ConsoleState> {
  return at(state, pane, (spot) => {
    const spec = spot.window.panes.find(({ id }) => id === pane);
    if (spec === undefined || spot.window.panes.length < 2)
      return fail(problem('refused', 'it is the only pane of its window already'));
    const layout = removePane(spot.ground, pane);
    if (!layout.ok) return layout;
    return insertWindow(withWindow(state, spot.index, without(spot, pane, layout.value)), name, spec);
  });
}

export function titlePane(state: ConsoleState, pane: PaneId, title: string): Result<ConsoleState> {
  return at(state, pane, ({ index, window, view }) => {
    const words = sanitise(title.trim(), TITLE_MAX);
    const panes = window.panes.map((spec) => {
      if (spec.id !== pane) return spec;
      const { title: _, ...rest } = spec;
      return words === '' ? rest : { ...rest, title: words };
    });
    return ok(withWindow(state, index, { window: { ...window, panes }, view }));
  });
}

/** An edit of sizes or of the layout as a whole: what it does is seen, so the zoom is left, as in tmux. */
export function withLayout(
  state: ConsoleState,
  pane: PaneId,
  edit: (ground: Ground) => Result<Layout>,
): Result<ConsoleState> {
  return at(state, pane, ({ index, window, view, ground }) => {
    const layout = edit(ground);
    if (!layout.ok) return layout;
    const changed = { window: { ...window, layout: layout.value }, view: { ...view, zoomed: false } };
    return ok(withWindow(state, index, changed));
  });
}

function at(
  state: ConsoleState,
  pane: PaneId,
  edit: (spot: Spot) => Result<ConsoleState>,
): Result<ConsoleState> {
  const index = state.session.windows.findIndex(({ panes }) => panes.some(({ id }) => id === pane));
  const window = state.session.windows[index];
  const view = state.layout.views[index];
  if (window === undefined || view === undefined) return fail(problem('not-found', 'that pane is gone'));
  const panes = window.panes.map(({ id }) => id);
  return edit({ index, window, view, ground: { layout: window.layout, panes, size: state.size } });
}

function withWindow(
  state: ConsoleState,
  index: number,
  { window, view }: Readonly<{ window: WindowSpec; view: WindowView }>,
): ConsoleState {
  const { session, layout } = state;
  return {
    ...state,
    session: { ...session, windows: session.windows.with(index, window) },
    layout: { ...layout, views: layout.views.with(index, view), numbers: false },
  };
}
