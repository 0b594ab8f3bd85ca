// How large each program's terminal is, and which of them are on screen: by the arrangement of every window, because a
// program behind must find its size right when its window comes to the front.

import type { PaneId } from '../../core/pane.ts';
import type { ConsoleState } from '../../store/state.ts';
import { arrange } from '../../views/arrange.ts';

export type ProgramSize = Readonly<{ columns: number; rows: number }>;
export type ProgramPlaces = Readonly<{
  /** Undefined: no room on a screen of this size; it stays as it was. */
  sizeOf(pane: PaneId): ProgramSize | undefined;
  shown: ReadonlySet<PaneId>;
}>;

type Seen = Readonly<{ state: ConsoleState; places: ProgramPlaces }>;

/** Computed again only when windows, focus or the terminal have changed. */
export function createPlaces(): (state: ConsoleState) => ProgramPlaces {
  let seen: Seen | undefined;
  return (state) => {
    const same =
      seen?.state.session === state.session &&
      seen.state.layout === state.layout &&
      seen.state.size === state.size;
    if (same && seen !== undefined) return seen.places;
    seen = { state, places: placesOf(state) };
    return seen.places;
  };
}

function placesOf({ session, layout, size }: ConsoleState): ProgramPlaces {
  const sizes = new Map<PaneId, ProgramSize>();
  const shown = new Set<PaneId>();
  for (const [index, window] of session.windows.entries()) {
    const view = layout.views[index] ?? { recent: [], zoomed: false };
    // A zoom is of one pane: the others keep the size that they have without it.
    const turns = view.zoomed ? [{ ...view, zoomed: false }, view] : [view];
    for (const turn of turns)
      for (const { pane, body } of arrange(window, turn, size).placed) sizes.set(pane, body);
    if (index === layout.window) for (const { pane } of arrange(window, view, size).placed) shown.add(pane);
  }
  return { sizeOf: (pane) => sizes.get(pane), shown };
}
