// Edits of the list of windows; the views, the current and the last window are kept in step with it.

import type { PaneSpec, WindowSpec } from '../../core/pane.ts';
import { problem } from '../../core/problem.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { sanitise } from '../../core/sanitise.ts';
import type { LayoutState } from '../slices/layout.ts';
import type { NewPane } from '../slices/workspace.ts';
import type { ConsoleState } from '../state.ts';
import { freshPane } from './fresh-pane.ts';

const NAME_MAX = 40;

export function addWindow(state: ConsoleState, name: string, shows: NewPane): Result<ConsoleState> {
  const [fresh, next] = freshPane(state, shows);
  return insertWindow(next, name, fresh);
}

/** A window of one pane behind the others; it is shown at once. */
export function insertWindow(state: ConsoleState, name: string, pane: PaneSpec): Result<ConsoleState> {
  const words = nameOf(name);
  if (!words.ok) return words;
  const { session, layout } = state;
  const window: WindowSpec = { name: words.value, layout: { kind: 'named', name: 'tiled' }, panes: [pane] };
  return ok({
    ...state,
    session: { ...session, windows: [...session.windows, window] },
    layout: {
      ...layout,
      views: [...layout.views, { recent: [pane.id], zoomed: false }],
      window: session.windows.length,
      lastWindow: layout.window,
      numbers: false,
    },
  });
}

export function renameWindow(state: ConsoleState, index: number, name: string): Result<ConsoleState> {
  const { session } = state;
  const window = session.windows[index];
  if (window === undefined) return noSuchWindow(state, index);
  const words = nameOf(name);
  if (!words.ok) return words;
  const windows = session.windows.with(index, { ...window, name: words.value });
  return ok({ ...state, session: { ...session, windows } });
}

/** The windows between make room; numbers have no gaps. */
export function moveWindow(state: ConsoleState, from: number, to: number): Result<ConsoleState> {
  const { windows } = state.session;
  if (windows[from] === undefined) return noSuchWindow(state, from);
  if (windows[to] === undefined) return noSuchWindow(state, to);
  const order = windows.map((_, index) => index).toSpliced(from, 1);
  return ok(inOrder(state, order.toSpliced(to, 0, from)));
}

/** The current one leaves for the last one that was shown, else for the one before it. */
export function closeWindow(state: ConsoleState, index: number): Result<ConsoleState> {
  const { windows } = state.session;
  if (windows[index] === undefined) return noSuchWindow(state, index);
  if (windows.length === 1) return fail(problem('refused', ONLY_WINDOW));
  const { layout } = state;
  const current =
    layout.window !== index ? layout.window : (layout.lastWindow ?? (index > 0 ? index - 1 : index + 1));
  const order = windows.map((_, at) => at).toSpliced(index, 1);
  const last = layout.lastWindow === index || layout.lastWindow === current ? undefined : layout.lastWindow;
  return ok(inOrder({ ...state, layout: { ...layout, window: current, lastWindow: last } }, order));
}

const ONLY_WINDOW = 'it is the only window: q leaves the console';

/** `order`: old indices in their new order. */
function inOrder(state: ConsoleState, order: readonly number[]): ConsoleState {
  const { session, layout } = state;
  const { windows } = session;
  const place = (old: number | undefined): number | undefined => {
    const found = old === undefined ? -1 : order.indexOf(old);
    return found < 0 ? undefined : found;
  };
  const moved: LayoutState = {
    ...layout,
    views: order.flatMap((old) => layout.views[old] ?? []),
    window: place(layout.window) ?? 0,
    lastWindow: place(layout.lastWindow),
    numbers: false,
  };
  return {
    ...state,
    session: { ...session, windows: order.flatMap((old) => windows[old] ?? []) },
    layout: moved,
  };
}

function nameOf(name: string): Result<string> {
  const words = sanitise(name.trim(), NAME_MAX);
  return words === '' ? fail(problem('bad-input', 'a window needs a name')) : ok(words);
}

function noSuchWindow({ session }: ConsoleState, index: number): Result<never> {
  return fail(problem('not-found', `there is no window ${index + 1}; there are ${session.windows.length}`));
}
