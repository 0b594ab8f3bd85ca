// Program panes: whether the program runs, and the screen that it has drawn. The bytes are read elsewhere; here are
// prepared lines only.

import type { UnixMs } from '../../core/brand.ts';
import type { PaneId, RunSpec } from '../../core/pane.ts';
import type { Problem } from '../../core/problem.ts';
import type { ProgramScreen } from '../../core/program.ts';
import type { SafeText } from '../../core/sanitise.ts';
import type { Msg } from '../messages.ts';
import type { ConsoleState } from '../state.ts';

/**
 * `suspended`: waits for Enter. `starting`: asked for, by the operator or the session file. `ending`: it was told to end.
 * `ended`: `exitCode`, or the name of the signal that ended it, or in words why nobody knows (`lost`).
 */
export type ProgramPhase =
  | Readonly<{ kind: 'suspended' }>
  | Readonly<{ kind: 'starting' }>
  | Readonly<{ kind: 'running'; pid: number; since: UnixMs; ending?: boolean }>
  | Readonly<{
      kind: 'ended';
      exitCode?: number;
      signal?: string;
      lost?: SafeText;
      at: UnixMs;
      ranMs: number;
    }>
  | Readonly<{ kind: 'failed'; problem: Problem }>;

/** `bell`: it has rung since the pane last had the focus. */
export type ProgramPane = Readonly<{
  spec: RunSpec;
  phase: ProgramPhase;
  screen: ProgramScreen | undefined;
  bell: boolean;
}>;
export type ProgramsState = Readonly<{ panes: ReadonlyMap<PaneId, ProgramPane> }>;

export type ProgramsMsg =
  | Readonly<{ kind: 'program/phase-changed'; pane: PaneId; phase: ProgramPhase }>
  | Readonly<{ kind: 'program/drawn'; pane: PaneId; screen: ProgramScreen }>
  | Readonly<{ kind: 'program/bell'; pane: PaneId; on: boolean }>;

/** The session, and whether its commands may run at all. */
type Wanted = Pick<ConsoleState, 'session' | 'readOnly'>;

export function initialPrograms(wanted: Wanted): ProgramsState {
  return fitPrograms({ panes: new Map() }, wanted);
}

/** As many entries as the session has program panes. What was there stays, as long as it is the same program. */
export function fitPrograms(state: ProgramsState, { session, readOnly }: Wanted): ProgramsState {
  const panes = new Map<PaneId, ProgramPane>();
  for (const { id, body } of session.windows.flatMap((window) => window.panes)) {
    if (body.kind !== 'run') continue;
    const old = state.panes.get(id);
    const goesOn = old !== undefined && isSameProgram(old.spec, body);
    panes.set(id, goesOn ? { ...old, spec: body } : freshPane(body, readOnly));
  }
  return { panes };
}

function freshPane(spec: RunSpec, readOnly: boolean): ProgramPane {
  const kind = spec.start === 'auto' && !readOnly ? 'starting' : 'suspended';
  return { spec, phase: { kind }, screen: undefined, bell: false };
}

/** What runs, where, and in which environment; how it is started does not make it another. */
export function isSameProgram(one: RunSpec, other: RunSpec): boolean {
  const essence = ({ command, cwd, env }: RunSpec): string =>
    JSON.stringify([command.kind === 'argv' ? command.argv : command.line, cwd, Object.entries(env).sort()]);
  return one === other || essence(one) === essence(other);
}

export function reducePrograms(state: ProgramsState, msg: Msg, whole: ConsoleState): ProgramsState {
  switch (msg.kind) {
    case 'pane/intent':
      return msg.intent.id === 'start' && !whole.readOnly ? asked(state, msg.pane) : state;
    case 'program/phase-changed':
      return withPane(state, msg.pane, { phase: msg.phase });
    case 'program/drawn':
      return withPane(state, msg.pane, { screen: msg.screen });
    case 'program/bell':
      return state.panes.get(msg.pane)?.bell === msg.on ? state : withPane(state, msg.pane, { bell: msg.on });
    default:
      return state;
  }
}

/** The last screen stays until the new one draws. */
function asked(state: ProgramsState, id: PaneId): ProgramsState {
  const kind = state.panes.get(id)?.phase.kind;
  if (kind === undefined || kind === 'running' || kind === 'starting') return state;
  return withPane(state, id, { phase: { kind: 'starting' } });
}

function withPane(state: ProgramsState, id: PaneId, change: Partial<ProgramPane>): ProgramsState {
  const pane = state.panes.get(id);
  if (pane === undefined) return state;
  return { panes: new Map(state.panes).set(id, { ...pane, ...change }) };
}

/** The program of a pane takes the keys. */
export function takesKeys(state: ConsoleState, pane: PaneId): boolean {
  const kind = state.programs.panes.get(pane)?.phase.kind;
  return kind === 'running' || kind === 'starting';
}

/** How many programs would end with the console. */
export function runningPrograms(state: ConsoleState): number {
  return [...state.programs.panes.keys()].filter((pane) => takesKeys(state, pane)).length;
}
