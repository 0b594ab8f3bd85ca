// Program panes: whether the program runs, and the screen that it has drawn. The bytes are read elsewhere; here are
// prepared lines only.

import type { UnixMs } from '../../core/brand.ts';
import type { Line } from '../../core/line.ts';
import type { PaneId, RunSpec, Session } from '../../core/pane.ts';
import type { Problem } from '../../core/problem.ts';
import type { SafeText } from '../../core/sanitise.ts';
import type { Msg } from '../messages.ts';
import type { ConsoleState } from '../state.ts';

/** `suspended`: waits for Enter. `ended`: `exitCode`, or the name of the signal that ended it. */
export type ProgramPhase =
  | Readonly<{ kind: 'suspended' }>
  | Readonly<{ kind: 'starting' }>
  | Readonly<{ kind: 'running'; pid: number; since: UnixMs }>
  | Readonly<{ kind: 'ended'; exitCode?: number; signal?: string; at: UnixMs; ranMs: number }>
  | Readonly<{ kind: 'failed'; problem: Problem }>;

/**
 * What the program's terminal shows: `lines` are its rows. `cursor`: from 0, absent while hidden. `mouse`: it wants mouse
 * events. `alternate`: it uses the alternate screen, so there is nothing to scroll back to.
 */
export type ProgramScreen = Readonly<{
  columns: number;
  rows: number;
  lines: readonly Line[];
  cursor?: Readonly<{ column: number; row: number }>;
  alternate: boolean;
  mouse: boolean;
  title?: SafeText;
  /** Lines above the screen that can be scrolled back to. */
  above: number;
}>;

export type ProgramPane = Readonly<{ spec: RunSpec; phase: ProgramPhase; screen: ProgramScreen | undefined }>;
export type ProgramsState = Readonly<{ panes: ReadonlyMap<PaneId, ProgramPane> }>;

export type ProgramsMsg =
  | Readonly<{ kind: 'program/phase-changed'; pane: PaneId; phase: ProgramPhase }>
  | Readonly<{ kind: 'program/drawn'; pane: PaneId; screen: ProgramScreen }>;

const SUSPENDED: ProgramPhase = { kind: 'suspended' };

export function initialPrograms(session: Session): ProgramsState {
  return fitPrograms({ panes: new Map() }, session);
}

/** As many entries as the session has program panes; what was there stays. */
export function fitPrograms(state: ProgramsState, session: Session): ProgramsState {
  const panes = new Map<PaneId, ProgramPane>();
  for (const { id, body } of session.windows.flatMap((window) => window.panes))
    if (body.kind === 'run')
      panes.set(id, state.panes.get(id) ?? { spec: body, phase: SUSPENDED, screen: undefined });
  return { panes };
}

export function reducePrograms(state: ProgramsState, msg: Msg, _whole: ConsoleState): ProgramsState {
  switch (msg.kind) {
    case 'program/phase-changed':
      return withPane(state, msg.pane, { phase: msg.phase });
    case 'program/drawn':
      return withPane(state, msg.pane, { screen: msg.screen });
    default:
      return state;
  }
}

function withPane(state: ProgramsState, id: PaneId, change: Partial<ProgramPane>): ProgramsState {
  const pane = state.panes.get(id);
  if (pane === undefined) return state;
  return { panes: new Map(state.panes).set(id, { ...pane, ...change }) };
}
