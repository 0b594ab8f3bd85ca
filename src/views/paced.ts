// When a frame is drawn: at once after a key, at most 15 times a second while lines stream, once a second
// otherwise, and never when the screen would look the same.

import type { ConsoleState } from '../store/state.ts';
import type { ConsoleStore } from '../store/store.ts';
import type { Area, Screen } from './screen.ts';

export const STREAM_FRAME_MS = 66;
export const IDLE_FRAME_MS = 1000;
/** Between two frames that keys asked for: a held key must not take the whole core. */
export const KEY_FRAME_MS = 25;

/** Clock and timer of the pace; replaced in tests. */
export type Pace = Readonly<{ nowMs(): number; later(ms: number, run: () => void): () => void }>;

export type Paced = Readonly<{
  screen(): Screen;
  /** The state that is on screen. */
  drawn(): ConsoleState;
  subscribe(listener: () => void): () => void;
  /** The operator did something: draw what changed now. */
  urge(): void;
  /** Draw everything again even where nothing changed (after a resize or a redraw key). */
  refresh(): void;
  /** While true nothing is drawn (suspended). */
  hold(on: boolean): void;
  close(): void;
}>;

export type PacedOptions = Readonly<{
  store: ConsoleStore;
  draw: (state: ConsoleState) => Screen;
  pace: Pace;
}>;

export function createPaced({ store, draw, pace }: PacedOptions): Paced {
  const listeners = new Set<() => void>();
  let drawn = store.getState();
  let screen = draw(drawn);
  let drawnAt = pace.nowMs();
  let due: Readonly<{ at: number; cancel: () => void }> | undefined;
  let held = false;
  const paint = () => {
    due?.cancel();
    due = undefined;
    if (held) return;
    drawnAt = pace.nowMs();
    drawn = store.getState();
    const next = reuse(screen, draw(drawn));
    if (next === screen) return;
    screen = next;
    for (const listener of listeners) listener();
  };
  const paintWithin = (gapMs: number) => {
    const now = pace.nowMs();
    const at = Math.max(now, drawnAt + gapMs);
    if (due !== undefined && due.at <= at) return;
    due?.cancel();
    if (at <= now) paint();
    else due = { at, cancel: pace.later(at - now, paint) };
  };
  const leave = store.subscribe((state, previous) => paintWithin(gapFor(state, previous)));
  return {
    screen: () => screen,
    drawn: () => drawn,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    urge: () => paintWithin(KEY_FRAME_MS),
    refresh: () => {
      screen = { ...screen, areas: [] };
      paint();
    },
    hold: (on) => {
      held = on;
      if (!on) paintWithin(0);
    },
    close: () => {
      leave();
      due?.cancel();
      due = undefined;
      held = true;
    },
  };
}

/** What streams or answers the operator is quick; measurements that tick along wait for each other. */
function gapFor(state: ConsoleState, previous: ConsoleState): number {
  const quick =
    state.logs !== previous.logs ||
    state.modal !== previous.modal ||
    state.shields.operation !== previous.shields.operation ||
    state.shields.now?.kind !== previous.shields.now?.kind ||
    state.layout !== previous.layout ||
    state.session !== previous.session ||
    state.programs !== previous.programs ||
    state.copy !== previous.copy ||
    state.follow !== previous.follow ||
    state.size !== previous.size;
  return quick ? STREAM_FRAME_MS : IDLE_FRAME_MS;
}

/** The old screen when nothing looks different; otherwise old areas wherever they are the same, so that React skips them. */
function reuse(old: Screen, next: Screen): Screen {
  const byKey = new Map(old.areas.map((area) => [area.key, area]));
  let changed =
    old.columns !== next.columns || old.rows !== next.rows || old.areas.length !== next.areas.length;
  const areas = next.areas.map((area) => {
    const before = byKey.get(area.key);
    if (before !== undefined && same(before, area)) return before;
    changed = true;
    return area;
  });
  return changed ? { ...next, areas } : old;
}

function same(a: Area, b: Area): boolean {
  return (
    a.text === b.text &&
    a.rect.x === b.rect.x &&
    a.rect.y === b.rect.y &&
    a.rect.columns === b.rect.columns &&
    a.rect.rows === b.rect.rows
  );
}
