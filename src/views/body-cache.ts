// Remembers what each pane body looked like and draws it again only when something that it shows has changed, so
// that a flood in one log does not redraw the charts beside it.

import type { Rect } from '../core/layout/layouts.ts';
import { hostOfPane, type PaneId, type PaneSpec, type Session } from '../core/pane.ts';
import { type SafeText, safe, sanitise } from '../core/sanitise.ts';
import type { CopyMode } from '../store/copy/copy-mode.ts';
import { hostInk, manyHosts, showsMany } from '../store/select/hosts.ts';
import { selectTrialKeys } from '../store/select/shell.ts';
import type { ConsoleState } from '../store/state.ts';
import { type CursorRows, cursorRows } from './card-area.ts';
import type { FrameText } from './chrome.ts';
import { drawCopy } from './copy.ts';
import type { PaneView } from './panes/pane.ts';
import { span } from './parts/lines.ts';
import type { ScreenOptions } from './screen.ts';
import { renderLine, type Theme } from './theme.ts';

/** `cursor`: the rows of its cursor, where the keys act. */
export type DrawnBody = FrameText & Readonly<{ text: string; cursor: CursorRows | undefined }>;
export type BodyPlace = Readonly<{ body: Rect; focused: boolean; theme: Theme }>;
export type BodyCache = Readonly<{
  draw(state: ConsoleState, pane: PaneSpec, place: BodyPlace): DrawnBody;
  /** Forgets the others: what a body was drawn from holds the lines and tables of that time. */
  keep(panes: ReadonlySet<PaneId>): void;
}>;

type Kept = Readonly<{
  inputs: readonly unknown[];
  drawn: DrawnBody;
  columns: number;
  rows: number;
  theme: Theme;
  body: PaneView['body'];
  /** Lines that the source of a log had read. */
  lines: number;
}>;

export function bodyCache(options: ScreenOptions): BodyCache {
  const kept = new Map<PaneId, Kept>();
  return {
    draw: (state, pane, place) => {
      const { theme } = place;
      const { columns, rows } = place.body;
      const start = startKeyIn(state, pane, options);
      const inputs = [pane, columns, rows, theme, place.focused, start, ...shownBy(state, pane)];
      const old = kept.get(pane.id);
      if (old?.inputs.length === inputs.length && old.inputs.every((input, index) => input === inputs[index]))
        return old.drawn;
      const lines = linesRead(state, pane);
      const came = state.line?.slow === true && old !== undefined ? lines - old.lines : 0;
      const view = viewOf(state, { pane, place, came }, options);
      const samePlace = old?.columns === columns && old.rows === rows && old.theme === theme;
      const sameBody = samePlace && old.body === view.body;
      const text = sameBody ? old.drawn.text : textOf(view, place);
      const drawn = {
        title: titleOf(view, pane, state.session),
        state: view.state,
        text,
        cursor: cursorRows(view.body),
      };
      kept.set(pane.id, { inputs, drawn, columns, rows, theme, body: view.body, lines });
      return drawn;
    },
    keep: (panes) => {
      for (const id of kept.keys()) if (!panes.has(id)) kept.delete(id);
    },
  };
}

function linesRead(state: ConsoleState, pane: PaneSpec): number {
  return pane.body.kind === 'log' ? (state.logs.panes.get(pane.id)?.feed.total ?? 0) : 0;
}

/** Branches of the state that a pane may show: wide on purpose, only other panes' streams and overlays are left out. */
function shownBy(state: ConsoleState, pane: PaneSpec): readonly unknown[] {
  const { session, now, safeSet, bans, conntrack, traffic, host, journal, logs, privileged, readOnly } =
    state;
  const common = [
    session,
    now,
    safeSet,
    bans,
    privileged,
    readOnly,
    copyOf(state, pane),
    state.follow.followed?.net,
    state.link,
  ];
  if (pane.body.kind === 'run') return [session, now, copyOf(state, pane), state.programs.panes.get(pane.id)];
  if (pane.body.kind === 'watch')
    return [...common, state.watches.panes.get(pane.id), state.sources[`watch:${pane.id}`]];
  if (showsMany(pane)) return [...common, state.hosts, state.fleet];
  if (pane.body.kind === 'log') return [...common, logs, state.sources[`log:${pane.id}`]];
  const { sources } = state;
  if (pane.body.kind === 'uplinks')
    return [...common, state.uplinks, sources.uplinks, sources['uplinks-reach']];
  if (pane.body.kind === 'jails') return [...common, state.jails, sources.jails, sources.bans];
  if (pane.body.kind === 'services') return [...common, state.services, sources.services];
  const statuses = [sources.bans, sources.conntrack, sources.flows, sources.timeouts, sources.traffic];
  return [...common, conntrack, traffic, host, journal, ...statuses, sources.host, sources.journal];
}

/** In a trial of the shields its own key may be the same, and comes first. */
function startKeyIn(state: ConsoleState, { body }: PaneSpec, { keys }: ScreenOptions): SafeText | undefined {
  const key = keys.keyFor(body.kind, 'start');
  return selectTrialKeys(state) && key === keys.keyFor('trial', 'keep') ? undefined : key;
}

function viewOf(
  state: ConsoleState,
  { pane, place, came }: Readonly<{ pane: PaneSpec; place: BodyPlace; came: number }>,
  options: ScreenOptions,
): PaneView {
  const { columns, rows } = place.body;
  const start = { key: startKeyIn(state, pane, options) };
  const context = { columns, rows, focused: place.focused, glyphs: options.glyphs, came, start };
  const paint = options.painters[pane.body.kind];
  const copy = copyOf(state, pane);
  if (copy === undefined) return paint(state, pane, context);
  // The live pane goes on behind; of it only the title is seen.
  const { title } = paint(state, pane, { ...context, rows: 0 });
  return { title, ...drawCopy(copy, context) };
}

function copyOf({ copy }: ConsoleState, pane: PaneSpec): CopyMode | undefined {
  return copy.mode?.pane === pane.id ? copy.mode : undefined;
}

function textOf(view: PaneView, { body, theme }: BodyPlace): string {
  const lines: string[] = [];
  for (let row = 0; row < body.rows; row++) lines.push(renderLine(view.body[row] ?? [], body.columns, theme));
  return lines.join('\n');
}

/** A title that the session file gives wins over the pane's own. */
function titleOf(view: PaneView, pane: PaneSpec, session: Session): PaneView['title'] {
  const title = pane.title === undefined ? view.title : [span(sanitise(pane.title), 'title')];
  if (!manyHosts(session) || showsMany(pane)) return title;
  const host = hostOfPane(session, pane.id);
  return [span(sanitise(host), hostInk(session, host)), span(safe(' '), 'dim'), ...title];
}
