// The sources of the live workspace: they start with the first pane that needs them and stop with the last one, and
// what becomes of their samples. They read; they never change anything.

import type { JournalRow, SafeSet } from '../../core/act.ts';
import { isNarrowLine } from '../../core/hosts.ts';
import { hostsOf, type Session } from '../../core/pane.ts';
import { ok, type Result } from '../../core/result.ts';
import { thingsOn } from '../../core/services/sample.ts';
import type { ShieldsPlace } from '../../core/shields.ts';
import type { SourceId } from '../../core/status.ts';
import type { Host } from '../../host/host.ts';
import { startWorker } from '../../host/worker.ts';
import type { FillEnds } from '../../sources/bans/lister.ts';
import { type BansSources, createBansSources } from '../../sources/bans/source.ts';
import { flowsSource } from '../../sources/conntrack/flows.ts';
import { conntrackSource } from '../../sources/conntrack/source.ts';
import { timeoutsSource } from '../../sources/conntrack/timeouts.ts';
import { hostSource } from '../../sources/host/source.ts';
import { createJailsSources, type JailsSources } from '../../sources/jails/source.ts';
import type { Pump, PumpHandle } from '../../sources/pump.ts';
import { servicesSource } from '../../sources/services/source.ts';
import { shieldsSource } from '../../sources/shields/source.ts';
import type { PollSource, Source } from '../../sources/source.ts';
import { trafficSource } from '../../sources/traffic/source.ts';
import { selectAskedListings } from '../../store/select/target-bans.ts';
import { selectFollowed } from '../../store/slices/follow.ts';
import type { ConsoleState } from '../../store/state.ts';
import type { ConsoleStore } from '../../store/store.ts';
import { hasPane, panesOf, refreshOf } from './console-sources-needs.ts';
import { paneSources } from './console-sources-panes.ts';
import { type UplinksKeeper, uplinksKeeper } from './console-sources-uplinks.ts';

/** What of the desk the sources read. */
export type DeskReads = Readonly<{
  safeSet(): Promise<SafeSet>;
  journal(limit: number): Promise<Result<readonly JournalRow[]>>;
  fillEnds?: FillEnds;
}>;

/** `store`: as that host sees it, with its own panes alone. */
export type SourcesOptions = Readonly<{
  host: Host;
  store: ConsoleStore;
  pump: Pump;
  desk: DeskReads;
  /** Where the shields' state lies. */
  place: ShieldsPlace;
  /** The operator's variables, for commands of their own. */
  env: Readonly<Record<string, string>>;
}>;

export type ConsoleSources = Readonly<{
  poke(ids?: readonly SourceId[]): void;
  /** Starts the listings that the operator asked for. */
  listAsked(): void;
  stop(): void;
}>;

/** A source that the panes of now need. When its `key` becomes another it is stopped and started anew. */
export type Wanted = Readonly<{ key: string; start: () => PumpHandle }>;
export type WantedSources = ReadonlyMap<SourceId, Wanted>;

const BANS_MIN_MS = 2_000;
const FLOWS_MIN_MS = 10_000;
const TIMEOUTS_MS = 30_000;
const SAFE_SET_MS = 30_000;
const JOURNAL_MS = 10_000;
const JOURNAL_ROWS = 500;
/** Of a host that no pane is on, tables of many hosts and the top row want a little, and not so often. */
const APART_MS = 5_000;

export function startSources(options: SourcesOptions): ConsoleSources {
  const { host, store } = options;
  const running = new Map<SourceId, Readonly<{ key: string; handle: PumpHandle }>>();
  const bans = bansKeeper(options.desk);
  const keepers = { bans, jails: jailsKeeper(), uplinks: uplinksKeeper() };
  const ofPanes = paneSources(options);
  const abort = new AbortController();
  let seen: ConsoleState | undefined;
  const follow = (): void => {
    const state = store.getState();
    if (abort.signal.aborted || (seen !== undefined && needSame(state, seen))) return;
    seen = state;
    const wanted: WantedSources = new Map([...sharedSources(state, options, keepers), ...ofPanes(state)]);
    for (const [id, { key, handle }] of running) {
      if (wanted.get(id)?.key === key) continue;
      running.delete(id);
      void handle.stop();
    }
    for (const [id, { key, start }] of wanted)
      if (!running.has(id)) running.set(id, { key, handle: start() });
  };
  const unsubscribe = store.subscribe(follow);
  follow();
  return {
    poke: (ids) => {
      // What would fill a narrow line is read again only when just that is asked for.
      const spared = ids?.length !== 1 && isNarrowLine(host.link?.state()) ? 'flows' : undefined;
      for (const [id, { handle }] of running)
        if (id !== spared && (ids === undefined || ids.includes(id))) handle.poke();
    },
    listAsked: () => listAsked(bans.of(store.getState()), { host, store, signal: abort.signal }),
    stop: () => {
      unsubscribe();
      abort.abort();
    },
  };
}

/** Asked after every message, so it only looks at what says which sources are needed. */
function needSame(state: ConsoleState, seen: ConsoleState): boolean {
  return (
    state.session === seen.session &&
    isFollowing(state) === isFollowing(seen) &&
    state.logs.begun === seen.logs.begun &&
    state.watches.panes === seen.watches.panes
  );
}

/** The card of a followed address shows flows and acts, whatever the panes are. */
function isFollowing(state: ConsoleState): boolean {
  return selectFollowed(state) !== undefined;
}

type BansKeeper = Readonly<{ of(state: ConsoleState): BansSources; everyMs(state: ConsoleState): number }>;

/** The two sources of bans share what they know, so they are made together, anew when they are to read more often. */
function bansKeeper({ fillEnds }: DeskReads): BansKeeper {
  let kept: Readonly<{ everyMs: number; sources: BansSources }> | undefined;
  const everyMs = ({ session }: ConsoleState): number =>
    Math.max(isApart(session) ? 2 * APART_MS : BANS_MIN_MS, refreshOf(session, 'bans'));
  return {
    everyMs,
    of: (state) => {
      const wish = everyMs(state);
      if (kept?.everyMs !== wish)
        kept = {
          everyMs: wish,
          sources: createBansSources({ everyMs: wish, startWorker, ...(fillEnds && { fillEnds }) }),
        };
      return kept.sources;
    },
  };
}

type JailsKeeper = Readonly<{ of(state: ConsoleState): JailsSources }>;

/** As with the bans: one follows the logs that the other names. */
function jailsKeeper(): JailsKeeper {
  let kept: Readonly<{ everyMs: number; sources: JailsSources }> | undefined;
  return {
    of: ({ session }) => {
      const everyMs = refreshOf(session, 'jails');
      if (kept?.everyMs !== everyMs) kept = { everyMs, sources: createJailsSources({ everyMs }) };
      return kept.sources;
    },
  };
}

function sharedSources(
  state: ConsoleState,
  { store: { dispatch }, pump, desk, place }: SourcesOptions,
  keepers: Readonly<{ bans: BansKeeper; jails: JailsKeeper; uplinks: UplinksKeeper }>,
): WantedSources {
  const { bans } = keepers;
  const { session } = state;
  const wanted = new Map<SourceId, Wanted>();
  const need = <Sample>(source: Source<Sample>, onSample: (sample: Sample) => void, key = keyOf(source)) =>
    void wanted.set(source.id, { key, start: () => pump.add(source, onSample) });
  const often = (kind: 'host' | 'conntrack' | 'traffic'): number =>
    Math.max(isApart(session) ? APART_MS : 0, refreshOf(session, kind));
  // The top line shows these three whatever the panes are.
  need(hostSource({ everyMs: often('host') }), (sample) => dispatch({ kind: 'host/sampled', sample }));
  need(conntrackSource({ everyMs: often('conntrack') }), (sample) =>
    dispatch({ kind: 'conntrack/sampled', sample }),
  );
  need(trafficSource({ everyMs: often('traffic') }), (sample) =>
    dispatch({ kind: 'traffic/sampled', sample }),
  );
  const flowsMs = Math.max(FLOWS_MIN_MS, refreshOf(session, 'conntrack'));
  if (hasPane(session, 'conntrack', 'traffic') || isFollowing(state))
    need(flowsSource({ everyMs: flowsMs, startWorker }), (report) =>
      dispatch({ kind: 'conntrack/flows-counted', report }),
    );
  if (hasPane(session, 'conntrack'))
    need(timeoutsSource({ everyMs: TIMEOUTS_MS }), (rows) =>
      dispatch({ kind: 'conntrack/timeouts-read', rows }),
    );
  // Not only for a bans pane: every address wears its state, and the ban dialog offers the sets.
  const { bans: sets, changes } = bans.of(state);
  // Their own pace changes while they run: it is not what they were asked for.
  const pace = `at least every ${bans.everyMs(state)}`;
  need(sets, (sample) => dispatch({ kind: 'bans/sampled', ...sample }), pace);
  need(changes, () => undefined, pace);
  need(safeSetSource(desk), (safeSet) => dispatch({ kind: 'safe-set/computed', safeSet }));
  need(shieldsSource(place, isApart(session) ? APART_MS : undefined), (sample) =>
    dispatch({ kind: 'shields/sampled', ...sample }),
  );
  if (hasPane(session, 'jails')) {
    const { jails, logs } = keepers.jails.of(state);
    need(jails, (sample) => dispatch({ kind: 'jails/sampled', sample }));
    need(logs, () => undefined, keyOf(jails));
  }
  if (hasPane(session, 'services')) {
    const everyMs = refreshOf(session, 'services');
    const things = thingsOn(session.services, state.at);
    const source = servicesSource({ everyMs, things, commands: !state.readOnly });
    const key = `${keyOf(source)} ${JSON.stringify(things)}`;
    need(source, (sample) => dispatch({ kind: 'services/sampled', sample }), key);
  }
  if (hasPane(session, 'uplinks')) {
    const { key, sources } = keepers.uplinks.of(session);
    need(sources.uplinks, (sample) => dispatch({ kind: 'uplinks/sampled', sample }), key);
    need(sources.reach, (reach) => dispatch({ kind: 'uplinks/pinged', reach }), key);
  }
  if (hasPane(session, 'journal') || isFollowing(state))
    need(journalSource(desk), (rows) => dispatch({ kind: 'journal/loaded', rows }));
  return wanted;
}

/** Of several hosts, one without a pane. */
function isApart(session: Session): boolean {
  return panesOf(session).length === 0 && hostsOf(session).length > 1;
}

function keyOf(source: Source<unknown>): string {
  return source.kind === 'poll' ? `every ${source.everyMs}` : 'stream';
}

function safeSetSource(desk: DeskReads): PollSource<SafeSet> {
  return { kind: 'poll', id: 'safe-set', everyMs: SAFE_SET_MS, read: async () => ok(await desk.safeSet()) };
}

function journalSource(desk: DeskReads): PollSource<readonly JournalRow[]> {
  return {
    ...{ kind: 'poll', id: 'journal', everyMs: JOURNAL_MS, near: true },
    read: () => desk.journal(JOURNAL_ROWS),
  };
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
