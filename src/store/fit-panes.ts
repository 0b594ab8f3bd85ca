// After panes came or went: every branch of the state has exactly the panes of the session, and those that stayed keep
// what they had.

import type { PaneId, Session } from '../core/pane.ts';
import { initialBans } from './slices/bans.ts';
import { initialConntrack } from './slices/conntrack.ts';
import { initialJails } from './slices/jails.ts';
import { initialJournal } from './slices/journal.ts';
import { initialLogs } from './slices/logs.ts';
import { fitPrograms } from './slices/programs.ts';
import { initialTraffic } from './slices/traffic.ts';
import { fitWatches } from './slices/watches.ts';
import type { ConsoleState } from './state.ts';

export function fitPanes(state: ConsoleState): ConsoleState {
  const { session, logs, bans, conntrack, traffic, journal, jails, programs, watches } = state;
  const lines = fitted(initialLogs(session).panes, logs.panes);
  return {
    ...state,
    sources: Object.fromEntries(Object.entries(state.sources).filter(([id]) => !isOfGonePane(session, id))),
    logs: { ...logs, panes: lines, boxes: only(lines, logs.boxes), begun: only(lines, logs.begun) },
    bans: { ...bans, panes: fitted(initialBans(session).panes, bans.panes) },
    conntrack: { ...conntrack, views: fittedRecord(initialConntrack(session).views, conntrack.views) },
    traffic: { ...traffic, views: fittedRecord(initialTraffic(session).views, traffic.views) },
    journal: { ...journal, panes: fitted(initialJournal(session).panes, journal.panes) },
    jails: { ...jails, panes: fitted(initialJails(session).panes, jails.panes) },
    programs: fitPrograms(programs, state),
    watches: fitWatches(watches, state),
  };
}

/** What a pane's own source tells after its pane was closed, is told to nobody. */
export function isOfGonePane({ windows }: Session, source: string): boolean {
  const [, pane] = /^(?:log|watch):(.*)$/s.exec(source) ?? [];
  return pane !== undefined && !windows.some(({ panes }) => panes.some(({ id }) => id === pane));
}

function only<T>(panes: ReadonlyMap<PaneId, unknown>, old: ReadonlyMap<PaneId, T>): ReadonlyMap<PaneId, T> {
  return new Map([...old].filter(([id]) => panes.has(id)));
}

function fitted<T>(fresh: ReadonlyMap<PaneId, T>, old: ReadonlyMap<PaneId, T>): ReadonlyMap<PaneId, T> {
  return new Map([...fresh].map(([id, first]) => [id, old.get(id) ?? first]));
}

function fittedRecord<T>(
  fresh: Readonly<Record<string, T>>,
  old: Readonly<Record<string, T>>,
): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(fresh).map(([id, first]) => [id, old[id] ?? first]));
}
