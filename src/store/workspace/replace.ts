// Another session takes the place of the one on screen: windows that share panes with an old one keep its focus.

import type { Session, WindowSpec } from '../../core/pane.ts';
import { firstView, type LayoutState, type WindowView } from '../slices/layout.ts';
import type { ConsoleState } from '../state.ts';

export function replaceSession(state: ConsoleState, session: Session): ConsoleState {
  const { layout } = state;
  const old = layout.views;
  const focus = old[layout.window]?.recent[0];
  const last = layout.lastWindow === undefined ? undefined : old[layout.lastWindow]?.recent[0];
  const indexOf = (pane: string | undefined): number | undefined => {
    const found = session.windows.findIndex(({ panes }) => panes.some(({ id }) => id === pane));
    return found < 0 ? undefined : found;
  };
  const window = indexOf(focus) ?? 0;
  const lastWindow = indexOf(last);
  const fitted: LayoutState = {
    ...layout,
    views: session.windows.map((spec) => viewFor(spec, old)),
    window,
    lastWindow: lastWindow === window ? undefined : lastWindow,
    numbers: false,
  };
  return { ...state, session, layout: fitted };
}

/** Panes that stayed keep their order, the others come behind them. */
function viewFor(window: WindowSpec, old: readonly WindowView[]): WindowView {
  const fresh = firstView(window);
  const view = old.find(({ recent }) => recent.some((id) => fresh.recent.includes(id)));
  if (view === undefined) return fresh;
  const stayed = view.recent.filter((id) => fresh.recent.includes(id));
  return {
    recent: [...stayed, ...fresh.recent.filter((id) => !stayed.includes(id))],
    zoomed: view.zoomed && stayed[0] === view.recent[0],
  };
}
