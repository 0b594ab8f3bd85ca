// The programs of the live workspace: each program pane that is to run has a process, each process a pane. What they draw
// becomes messages at the pace of frames, what is typed becomes bytes.

import type { Key } from '../../core/intent.ts';
import type { PaneId, RunSpec } from '../../core/pane.ts';
import { type SafeText, safe, sanitise } from '../../core/sanitise.ts';
import type { Host } from '../../host/host.ts';
import { createParseBudget } from '../../sources/program/parse-budget.ts';
import { focusedPane } from '../../store/slices/layout.ts';
import { isSameProgram, takesKeys } from '../../store/slices/programs.ts';
import type { ConsoleState } from '../../store/state.ts';
import type { ConsoleStore } from '../../store/store.ts';
import { encodeFocus, encodeKey, encodePaste } from '../../terminal/encode-key.ts';
import { encodeMouse } from '../../terminal/encode-mouse.ts';
import type { MouseEvent } from './mouse.ts';
import { type LiveProgram, startLive } from './program-live.ts';
import { createPlaces, type ProgramPlaces } from './program-sizes.ts';

/** What keys and other parts of the console ask of programs. */
export type ProgramsPort = Readonly<{
  /** A key that the program of the pane is to get. */
  key(pane: PaneId, key: Key): void;
  paste(pane: PaneId, text: string): void;
  /** The cell is that of the pane's body. */
  mouse(pane: PaneId, event: MouseEvent): void;
  /** HUP; asked again: KILL, or `closed`: it runs as somebody else. What was done; undefined: nothing runs there. */
  stop(pane: PaneId): 'hangup' | 'kill' | 'closed' | undefined;
  /** All that it has written and that is kept, as text; undefined: it has not run. */
  lines(pane: PaneId): readonly SafeText[] | undefined;
}>;

export type Programs = ProgramsPort & Readonly<{ close(): Promise<void> }>;

type ProgramHost = Pick<Host, 'openPty' | 'endPtys' | 'now'>;

export type ProgramsOptions = Readonly<{
  /** Whose the pane is. */
  hostOf: (pane: PaneId) => ProgramHost;
  /** All that programs may have been started on. */
  hosts: () => readonly ProgramHost[];
  store: ConsoleStore;
  nowMs: () => number;
  later: (ms: number, run: () => void) => () => void;
}>;

export function runPrograms(options: ProgramsOptions): Programs {
  return new Runner(options);
}

/** A border that is dragged changes the size with every event: a program is told when it rests. */
const RESIZE_QUIET_MS = 60;

const NOT_READ = safe('the program does not read: what was typed or pasted is dropped');

class Runner implements Programs {
  readonly #options: ProgramsOptions;
  readonly #budget;
  readonly #live = new Map<PaneId, LiveProgram>();
  readonly #placesOf = createPlaces();
  readonly #leave: () => void;
  #places: ProgramPlaces | undefined;
  #focus: PaneId | undefined;
  #resizing: (() => void) | undefined;

  constructor(options: ProgramsOptions) {
    this.#options = options;
    const { store, nowMs, later } = options;
    this.#budget = createParseBudget({ nowMs, later });
    this.#leave = store.subscribe((state) => this.#follow(state));
    this.#follow(store.getState());
  }

  readonly key = (pane: PaneId, key: Key): void => {
    this.#live.get(pane)?.typed((modes) => encodeKey(key, modes));
  };

  readonly paste = (pane: PaneId, text: string): void => {
    this.#live.get(pane)?.typed((modes) => encodePaste(text, modes));
  };

  readonly mouse = (pane: PaneId, event: MouseEvent): void => {
    this.#live.get(pane)?.typed((modes) => encodeMouse(event, modes));
  };

  readonly lines = (pane: PaneId): readonly SafeText[] | undefined => this.#live.get(pane)?.lines();

  readonly stop = (pane: PaneId): 'hangup' | 'kill' | 'closed' | undefined => {
    const phase = this.#options.store.getState().programs.panes.get(pane)?.phase;
    const live = this.#live.get(pane);
    if (live === undefined || phase?.kind !== 'running') return undefined;
    if (phase.ending === true) {
      return live.kill() ? 'kill' : 'closed';
    }
    live.end();
    this.#options.store.dispatch({ kind: 'program/phase-changed', pane, phase: { ...phase, ending: true } });
    return 'hangup';
  };

  readonly close = async (): Promise<void> => {
    this.#leave();
    this.#resizing?.();
    this.#budget.close();
    for (const live of this.#live.values()) live.close();
    this.#live.clear();
    await Promise.all(this.#options.hosts().map((host) => host.endPtys()));
  };

  #follow(state: ConsoleState): void {
    const places = this.#placesOf(state);
    const moved = places !== this.#places;
    this.#places = places;
    for (const [pane, live] of this.#live) {
      const now = state.programs.panes.get(pane);
      if (now !== undefined && isSameProgram(now.spec, live.spec)) continue;
      this.#live.delete(pane);
      live.close();
    }
    for (const [pane, { spec, phase }] of state.programs.panes)
      if (phase.kind === 'starting' && this.#live.get(pane)?.isOver() !== false) this.#start(pane, spec);
    if (!moved) return;
    for (const [pane, live] of this.#live) live.show(places.shown.has(pane));
    this.#resizing ??= this.#options.later(RESIZE_QUIET_MS, () => this.#resize());
    this.#focused(focusedPane(state)?.id);
  }

  #resize(): void {
    this.#resizing = undefined;
    for (const [pane, live] of this.#live) {
      const size = this.#places?.sizeOf(pane);
      if (size !== undefined) live.resize(size);
    }
  }

  /** A program may want to know whether it has the focus; its bell has been heard when it has. */
  #focused(pane: PaneId | undefined): void {
    if (pane === this.#focus) return;
    const before = this.#focus;
    this.#focus = pane;
    const tell = (id: PaneId | undefined, on: boolean): void => {
      if (id !== undefined) this.#live.get(id)?.told((modes) => (modes.focusReports ? encodeFocus(on) : ''));
    };
    tell(before, false);
    tell(pane, true);
    if (pane !== undefined) this.#options.store.dispatch({ kind: 'program/bell', pane, on: false });
  }

  #start(pane: PaneId, spec: RunSpec): void {
    const { hostOf, store, nowMs, later } = this.#options;
    const old = this.#live.get(pane);
    old?.close();
    const live = startLive({
      ...{ host: hostOf(pane), spec, nowMs, later },
      budget: this.#budget,
      size: this.#places?.sizeOf(pane) ?? { columns: 80, rows: 24 },
      shown: this.#places?.shown.has(pane) === true,
      onPhase: (phase) => {
        if (this.#live.get(pane) === live) store.dispatch({ kind: 'program/phase-changed', pane, phase });
      },
      onScreen: (screen) => {
        if (this.#live.get(pane) === live) store.dispatch({ kind: 'program/drawn', pane, screen });
      },
      onBell: () => this.#rang(pane),
      onDropped: () => store.dispatch({ kind: 'modal/noticed', role: 'warn', text: NOT_READ }),
    });
    this.#live.set(pane, live);
  }

  /** Where it cannot be seen it is said; once, until somebody looks. */
  #rang(pane: PaneId): void {
    const { store } = this.#options;
    const state = store.getState();
    const program = state.programs.panes.get(pane);
    if (program === undefined || program.bell || focusedPane(state)?.id === pane) return;
    store.dispatch({ kind: 'program/bell', pane, on: true });
    if (this.#places?.shown.has(pane) === true || !takesKeys(state, pane)) return;
    const window = state.session.windows.findIndex(({ panes }) => panes.some(({ id }) => id === pane));
    const text = sanitise(`bell in window ${window + 1}: ${state.session.windows[window]?.name ?? ''}`, 100);
    store.dispatch({ kind: 'modal/noticed', role: 'warn', text });
  }
}
