// When a frame is drawn: at once after a key, at most 15 times a second while lines stream (less on a slow line), once
// a second otherwise, and never when the screen would look the same.

import { focusedPane } from '../store/slices/layout.ts';
import type { ConsoleState } from '../store/state.ts';
import type { ConsoleStore } from '../store/store.ts';
import { reuse } from './reuse.ts';
import type { Screen } from './screen.ts';

export const STREAM_FRAME_MS = 66;
export const IDLE_FRAME_MS = 1000;
/** Between two frames that keys asked for: a held key must not take the whole core. */
export const KEY_FRAME_MS = 25;
/** A program that has not answered a key by then answers at the pace of all that streams. */
const ECHO_MS = 1000;

/**
 * Clock and timer of the pace; replaced in tests. `gapMs`: what the line wants between two frames that stream; as fast
 * as they come when absent.
 */
export type Pace = Readonly<{
  nowMs(): number;
  later(ms: number, run: () => void): () => void;
  gapMs?(): number;
}>;

export type Paced = Readonly<{
  screen(): Screen;
  /** The state that is on screen. */
  drawn(): ConsoleState;
  subscribe(listener: () => void): () => void;
  /** The operator did something: draw what changed now. */
  urge(): void;
  /** Runs what a key does and draws it. Between the frames of a slow line only that is drawn, not what has streamed. */
  typed(run: () => void): void;
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

export function createPaced(options: PacedOptions): Paced {
  return new Pacer(options);
}

type Due = Readonly<{ at: number; cancel: () => void }>;

class Pacer implements Paced {
  readonly #options: PacedOptions;
  readonly #listeners = new Set<() => void>();
  readonly #leave: () => void;
  #drawn: ConsoleState;
  #screen: Screen;
  /** Of the last frame, and of the last that showed all there was. */
  #drawnAt: number;
  #wholeAt: number;
  /** Frames that wait: one for what streams, one for keys. */
  #due: Due | undefined;
  #keyDue: Due | undefined;
  #held = false;
  #echoUntil = 0;
  /** What keys changed that is not on screen yet. */
  readonly #byKey = new Set<Branch>();

  constructor(options: PacedOptions) {
    this.#options = options;
    const { store, draw, pace } = options;
    this.#drawn = store.getState();
    this.#screen = draw(this.#drawn);
    this.#drawnAt = pace.nowMs();
    this.#wholeAt = this.#drawnAt;
    this.#leave = store.subscribe((state, previous) => {
      this.#echo(state, previous);
      this.#within(gapFor(state, previous));
    });
  }

  readonly screen = (): Screen => this.#screen;
  readonly drawn = (): ConsoleState => this.#drawn;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  urge(): void {
    this.#byKey.add('session');
    this.#forKey();
  }

  typed(run: () => void): void {
    const { store, pace } = this.#options;
    const before = store.getState();
    this.#echoUntil = pace.nowMs() + ECHO_MS;
    run();
    const after = store.getState();
    for (const branch of branchesOf(after)) if (after[branch] !== before[branch]) this.#byKey.add(branch);
    this.#forKey();
  }

  /** The first thing that the focused program says after a key is its answer to it. */
  #echo(state: ConsoleState, previous: ConsoleState): void {
    if (state.programs === previous.programs || this.#options.pace.nowMs() >= this.#echoUntil) return;
    const focus = focusedPane(state)?.id;
    if (focus === undefined || state.programs.panes.get(focus) === previous.programs.panes.get(focus)) return;
    this.#echoUntil = 0;
    this.#byKey.add('programs');
    this.#forKey();
  }

  refresh(): void {
    this.#screen = { ...this.#screen, areas: [] };
    this.#whole();
  }

  hold(on: boolean): void {
    this.#held = on;
    if (!on) this.urge();
  }

  close(): void {
    this.#leave();
    this.#cancel();
    this.#held = true;
  }

  #cancel(): void {
    this.#due?.cancel();
    this.#keyDue?.cancel();
    this.#due = undefined;
    this.#keyDue = undefined;
  }

  #lineGap(): number {
    return this.#options.pace.gapMs?.() ?? 0;
  }

  /** A whole frame, `gapMs` after the last one or later where the line is slow. */
  #within(gapMs: number): void {
    const { pace } = this.#options;
    const now = pace.nowMs();
    const at = Math.max(now, this.#wholeAt + Math.max(gapMs, this.#lineGap()), this.#drawnAt + gapMs);
    if (this.#due !== undefined && this.#due.at <= at) return;
    this.#due?.cancel();
    this.#due = undefined;
    if (at <= now) this.#whole();
    else this.#due = { at, cancel: pace.later(at - now, () => this.#ripe()) };
  }

  /** The line may have become slower since the frame was wanted. */
  #ripe(): void {
    this.#due = undefined;
    const { pace } = this.#options;
    const late = this.#wholeAt + this.#lineGap() - pace.nowMs();
    if (late <= 0) this.#whole();
    else this.#due = { at: pace.nowMs() + late, cancel: pace.later(late, () => this.#ripe()) };
  }

  #forKey(): void {
    if (this.#keyDue !== undefined) return;
    const { pace } = this.#options;
    const wait = this.#drawnAt + KEY_FRAME_MS - pace.nowMs();
    if (wait <= 0) this.#keyFrame();
    else {
      const cancel = pace.later(wait, () => this.#keyFrame());
      this.#keyDue = { at: this.#drawnAt + KEY_FRAME_MS, cancel };
    }
  }

  /** What streams waits for its own frame when the line is slow, but for what the key itself has moved. */
  #keyFrame(): void {
    this.#keyDue?.cancel();
    this.#keyDue = undefined;
    const { store, pace } = this.#options;
    const all = store.getState();
    const gap = this.#lineGap();
    const rested = pace.nowMs() - this.#wholeAt >= gap;
    if (gap <= STREAM_FRAME_MS || rested || WHOLE.some((branch) => this.#byKey.has(branch))) {
      this.#whole();
      return;
    }
    const streamed = STREAMED.filter((branch) => !this.#byKey.has(branch));
    const kept = Object.fromEntries(streamed.map((branch) => [branch, this.#drawn[branch]]));
    this.#paint({ ...all, ...kept });
    if (streamed.some((branch) => all[branch] !== this.#drawn[branch])) this.#within(gap);
  }

  #whole(): void {
    this.#cancel();
    if (this.#held) return;
    this.#wholeAt = this.#options.pace.nowMs();
    this.#paint(this.#options.store.getState());
  }

  #paint(state: ConsoleState): void {
    if (this.#held) return;
    this.#byKey.clear();
    this.#drawnAt = this.#options.pace.nowMs();
    this.#drawn = state;
    const next = reuse(this.#screen, this.#options.draw(state));
    if (next === this.#screen) return;
    this.#screen = next;
    for (const listener of this.#listeners) listener();
  }
}

type Branch = keyof ConsoleState;

function branchesOf(state: ConsoleState): readonly Branch[] {
  return Object.keys(state) as Branch[];
}

/** What changes by itself: samples, lines, the clock. */
const STREAMED = [
  ...(['now', 'sources', 'safeSet', 'logs', 'bans', 'conntrack', 'traffic', 'host', 'journal'] as const),
  ...(['programs', 'watches', 'jails', 'uplinks', 'services', 'hosts', 'fleet'] as const),
] satisfies readonly Branch[];
/** A key that changed one of these has changed what the others are drawn by. */
const WHOLE = ['session', 'layout', 'size', 'shields'] satisfies readonly Branch[];

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
    state.fleet !== previous.fleet ||
    state.size !== previous.size;
  return quick ? STREAM_FRAME_MS : IDLE_FRAME_MS;
}
