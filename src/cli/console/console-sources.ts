// Which sources a session needs, and what becomes of their samples. Loading a session reads; it never changes anything.

import type { JournalRow, SafeSet } from '../../core/act.ts';
import type { PaneKind, PaneSpec, Session } from '../../core/pane.ts';
import { ok, type Result } from '../../core/result.ts';
import type { ReadLine } from '../../core/rows.ts';
import type { ShieldsPlace } from '../../core/shields.ts';
import type { SourceId } from '../../core/status.ts';
import type { Host } from '../../host/host.ts';
import { startWorker } from '../../host/worker.ts';
import { type BansSources, createBansSources } from '../../sources/bans/source.ts';
import { flowsSource } from '../../sources/conntrack/flows.ts';
import { conntrackSource } from '../../sources/conntrack/source.ts';
import { timeoutsSource } from '../../sources/conntrack/timeouts.ts';
import { hostSource } from '../../sources/host/source.ts';
import { readLine } from '../../sources/logs/reading.ts';
import { createLogSource } from '../../sources/logs/source.ts';
import type { Pump, PumpHandle } from '../../sources/pump.ts';
import { shieldsSource } from '../../sources/shields/source.ts';
import type { PollSource } from '../../sources/source.ts';
import { trafficSource } from '../../sources/traffic/source.ts';
import { selectAskedListings } from '../../store/select/target-bans.ts';
import type { ConsoleStore } from '../../store/store.ts';

/** What of the desk the sources read. */
export type DeskReads = Readonly<{
  safeSet(): Promise<SafeSet>;
  journal(limit: number): Promise<Result<readonly JournalRow[]>>;
}>;

export type SourcesOptions = Readonly<{
  session: Session;
  host: Host;
  store: ConsoleStore;
  pump: Pump;
  desk: DeskReads;
  /** Where the shields' state lies. */
  place: ShieldsPlace;
}>;

export type ConsoleSources = Readonly<{
  poke(ids?: readonly SourceId[]): void;
  /** Starts the listings that the operator asked for. */
  listAsked(): void;
  stop(): void;
}>;

const BANS_MIN_MS = 2_000;
const FLOWS_MIN_MS = 10_000;
const TIMEOUTS_MS = 30_000;
const SAFE_SET_MS = 30_000;
const JOURNAL_MS = 10_000;
const JOURNAL_ROWS = 500;

export function startSources(options: SourcesOptions): ConsoleSources {
  const { session, host, store, pump, desk, place } = options;
  const panes = session.windows.flatMap((window) => window.panes);
  const has = (...kinds: readonly PaneKind[]): boolean => panes.some(({ body }) => kinds.includes(body.kind));
  const handles = new Map<SourceId, PumpHandle>();
  const every = (kind: PaneKind, least = 0): number => Math.max(least, refreshOf(session, panes, kind));
  const { dispatch } = store;

  for (const pane of panes) startLog(pane, options, handles);
  // The top line shows these three whatever the panes are.
  keep(handles, pump, hostSource({ everyMs: every('host') }), (sample) =>
    dispatch({ kind: 'host/sampled', sample }),
  );
  keep(handles, pump, conntrackSource({ everyMs: every('conntrack') }), (sample) =>
    dispatch({ kind: 'conntrack/sampled', sample }),
  );
  keep(handles, pump, trafficSource({ everyMs: every('traffic') }), (sample) =>
    dispatch({ kind: 'traffic/sampled', sample }),
  );
  if (has('conntrack', 'traffic'))
    keep(handles, pump, flowsSource({ everyMs: every('conntrack', FLOWS_MIN_MS), startWorker }), (report) =>
      dispatch({ kind: 'conntrack/flows-counted', report }),
    );
  if (has('conntrack'))
    keep(handles, pump, timeoutsSource({ everyMs: TIMEOUTS_MS }), (rows) =>
      dispatch({ kind: 'conntrack/timeouts-read', rows }),
    );
  // Not only for a bans pane: every address wears its state, and the ban dialog offers the sets.
  const bans = createBansSources({ everyMs: every('bans', BANS_MIN_MS), startWorker });
  keep(handles, pump, bans.bans, (sample) => dispatch({ kind: 'bans/sampled', ...sample }));
  keep(handles, pump, bans.changes, () => undefined);
  keep(handles, pump, safeSetSource(desk), (safeSet) => dispatch({ kind: 'safe-set/computed', safeSet }));
  keep(handles, pump, shieldsSource(place), (sample) => dispatch({ kind: 'shields/sampled', ...sample }));
  if (has('journal'))
    keep(handles, pump, journalSource(desk), (rows) => dispatch({ kind: 'journal/loaded', rows }));

  const abort = new AbortController();
  return {
    poke: (ids) => {
      for (const [id, handle] of handles) if (ids === undefined || ids.includes(id)) handle.poke();
    },
    listAsked: () => listAsked(bans, { host, store, signal: abort.signal }),
    stop: () => abort.abort(),
  };
}

function keep<Sample>(
  handles: Map<SourceId, PumpHandle>,
  pump: Pump,
  source: Parameters<typeof pump.add<Sample>>[0],
  onSample: (sample: Sample) => void,
): void {
  handles.set(source.id, pump.add(source, onSample));
}

/** The shortest refresh that a pane of this kind asks for. */
function refreshOf(session: Session, panes: readonly PaneSpec[], kind: PaneKind): number {
  const wishes = panes
    .filter(({ body }) => body.kind === kind)
    .map((pane) => pane.refreshMs ?? session.refreshMs);
  return wishes.length === 0 ? session.refreshMs : Math.min(...wishes);
}

function startLog(pane: PaneSpec, options: SourcesOptions, handles: Map<SourceId, PumpHandle>): void {
  if (pane.body.kind !== 'log') return;
  const { pump, store, host } = options;
  const id: SourceId = `log:${pane.id}`;
  keep(handles, pump, createLogSource(pane.body, id), (batch) => {
    const at = host.now();
    const lines = batch.lines.map((line): ReadLine => {
      const reading = readLine(line.text, at);
      return reading.stamp === undefined ? { ...line, reading } : { ...line, stamp: reading.stamp, reading };
    });
    store.dispatch({
      kind: 'log/appended',
      pane: pane.id,
      lines,
      total: batch.linesTotal,
      bytes: batch.bytesTotal,
      skipped: batch.skipped,
      files: batch.files,
      run: batch.run,
      at,
    });
  });
}

function safeSetSource(desk: DeskReads): PollSource<SafeSet> {
  return { kind: 'poll', id: 'safe-set', everyMs: SAFE_SET_MS, read: async () => ok(await desk.safeSet()) };
}

function journalSource(desk: DeskReads): PollSource<readonly JournalRow[]> {
  return { kind: 'poll', id: 'journal', everyMs: JOURNAL_MS, read: () => desk.journal(JOURNAL_ROWS) };
}

type Listing = Readonly<{ host: Host; store: ConsoleStore; signal: AbortSignal }>;

function listAsked(bans: BansSources, { host, store, signal }: Listing): void {
  for (const key of selectAskedListings(store.getState())) {
    const set = store.getState().bans.sets.find((known) => known.key === key);
    if (set === undefined) continue;
    store.dispatch({ kind: 'bans/set-listing', set: key, state: { kind: 'running' } });
    void bans.list(host, set, signal).then((result) => {
      if (signal.aborted) return;
      const { sets, gaps } = store.getState().bans;
      if (result.ok)
        store.dispatch({ kind: 'bans/sampled', at: host.now(), sets, gaps, members: [result.value] });
      const state = result.ok
        ? ({ kind: 'done' } as const)
        : ({ kind: 'failed', problem: result.problem } as const);
      store.dispatch({ kind: 'bans/set-listing', set: key, state });
    });
  }
}
