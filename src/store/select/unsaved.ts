// What a save would write: the live workspace with what keys changed inside of its panes; and whether it differs from the file.

import { shownShares } from '../../core/layout/shares.ts';
import type { LogFilter, LogSpec, PaneBody, PaneSpec, Session, WindowSpec } from '../../core/pane.ts';
import type { LogPane } from '../logs/log-pane.ts';
import type { ConsoleState } from '../state.ts';

export function selectSavedWorkspace(state: ConsoleState): Session {
  const windows = state.session.windows.map((window) => ({
    ...window,
    layout: shownShares({ layout: window.layout, panes: window.panes.map(({ id }) => id), size: state.size }),
    panes: window.panes.map((pane) => ({ ...pane, body: bodyNow(state, pane) })),
  }));
  return { ...state.session, windows };
}

function bodyNow(state: ConsoleState, { id, body }: PaneSpec): PaneBody {
  if (body.kind === 'log') {
    const pane = state.logs.panes.get(id);
    return pane === undefined ? body : logNow(body, pane);
  }
  if (body.kind !== 'bans') return body;
  const only = state.bans.panes.get(id)?.only ?? [];
  return only.length === 0 ? body : { ...body, sets: only };
}

/** Which filters are on is of the moment: those of the file stay in it, others are written when they are on. */
function logNow(spec: LogSpec, { filters, wrap }: LogPane): LogSpec {
  const inFile = (pattern: string, keep: LogFilter['keep']): boolean =>
    spec.filters.some((filter) => filter.pattern === pattern && filter.keep === keep);
  const kept = filters
    .filter(({ pattern, keep, on }) => on || inFile(pattern.text, keep))
    .map(({ pattern, keep }): LogFilter => ({ pattern: pattern.text, keep, on: true }));
  return { ...spec, wrap, filters: kept };
}

/** Windows, panes, their places, titles or the theme are not as in the file. A filter of the moment is no reason to ask. */
export function selectUnsaved({ session, file: { loaded } }: ConsoleState): boolean {
  if (session.windows === loaded.windows) return session.theme !== loaded.theme;
  return session.theme !== loaded.theme || shapeOf(session.windows) !== shapeOf(loaded.windows);
}

function shapeOf(windows: readonly WindowSpec[]): string {
  return JSON.stringify(
    windows.map(({ from: _, panes, ...window }) => [
      sorted(window),
      panes.map(({ from: __, body, ...pane }) => [sorted(pane), body.kind]),
    ]),
  );
}

function sorted(value: object): readonly (readonly [string, unknown])[] {
  return Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
