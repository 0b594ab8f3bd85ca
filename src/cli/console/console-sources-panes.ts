// Sources of one pane each: logs and watched commands. A pane that stays keeps its source. A command starts when the
// session says so or the operator asks.

import { DEFAULT_WATCH_MS, type LogSpec, type PaneId, type WatchSpec } from '../../core/pane.ts';
import type { LogBatch, ReadLine } from '../../core/rows.ts';
import type { SourceId } from '../../core/status.ts';
import type { Host } from '../../host/host.ts';
import { readLine } from '../../sources/logs/reading.ts';
import { createLogSource } from '../../sources/logs/source.ts';
import type { Pump } from '../../sources/pump.ts';
import { watchSource } from '../../sources/watch/source.ts';
import { selectLogCommand } from '../../store/select/log-command.ts';
import type { LogsMsg } from '../../store/slices/logs.ts';
import type { ConsoleState } from '../../store/state.ts';
import type { ConsoleStore } from '../../store/store.ts';
import { panesOf } from './console-sources-needs.ts';

type Surroundings = Readonly<{
  host: Host;
  store: ConsoleStore;
  pump: Pump;
  /** The operator's variables, for commands of their own. */
  env: Readonly<Record<string, string>>;
}>;

/** As in console-sources: another `key` means another source. */
type Wanted = Readonly<{ key: string; start: () => ReturnType<Pump['add']> }>;

/** `may`: when the command of a pane that reads other things too may start. `runs`: see the source. */
type Kept = Readonly<{ may: Promise<void>; allow: () => void; runs: { next: number } }>;

/** What the panes of a state need; remembers what has to last longer than one state. */
export function paneSources(
  surroundings: Surroundings,
): (state: ConsoleState) => ReadonlyMap<SourceId, Wanted> {
  const kept = new Map<PaneId, Kept>();
  return (state) => {
    const wanted = new Map<SourceId, Wanted>();
    const panes = panesOf(state.session);
    for (const id of kept.keys()) if (!panes.some((pane) => pane.id === id)) kept.delete(id);
    for (const { id, body, refreshMs } of panes) {
      const watches = body.kind === 'watch' && state.watches.panes.get(id)?.started === true;
      if (watches) wanted.set(`watch:${id}`, watchWanted({ id, body, everyMs: refreshMs }, surroundings));
      if (body.kind !== 'log') continue;
      const lasting = kept.get(id) ?? newKept();
      kept.set(id, lasting);
      const source = logWanted({ id, spec: body, lasting }, state, surroundings);
      if (source !== undefined) wanted.set(`log:${id}`, source);
    }
    return wanted;
  };
}

function newKept(): Kept {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { may: promise, allow: resolve, runs: { next: 0 } };
}

type LogOf = Readonly<{ id: PaneId; spec: LogSpec; lasting: Kept }>;

/** Undefined while there is nothing to read: a command that waits for Enter. */
function logWanted(
  { id, spec, lasting }: LogOf,
  state: ConsoleState,
  { pump, store, host }: Surroundings,
): Wanted | undefined {
  const command = selectLogCommand(state, id);
  const waits = command?.phase === 'waiting';
  if (command?.alone === true && waits) return undefined;
  if (!waits) lasting.allow();
  return {
    // Only what reads nothing else is started anew: files would be read again.
    key: command?.alone === true ? `log ${command.begun}` : 'log',
    start: () => {
      const source = createLogSource(spec, `log:${id}`, { mayRun: lasting.may, runs: lasting.runs });
      return pump.add(source, (batch) => store.dispatch(appended(id, batch, host)));
    },
  };
}

type WatchOf = Readonly<{ id: PaneId; body: WatchSpec; everyMs: number | undefined }>;

function watchWanted({ id, body, everyMs = DEFAULT_WATCH_MS }: WatchOf, around: Surroundings): Wanted {
  const { pump, store, env } = around;
  return {
    key: `watch ${everyMs}`,
    start: () =>
      pump.add(watchSource(body, { pane: id, everyMs, env }), (run) =>
        store.dispatch({ kind: 'watch/ran', pane: id, run }),
      ),
  };
}

type LinesMsg = Extract<LogsMsg, { kind: 'log/appended' }>;

export function appended(pane: PaneId, batch: LogBatch, host: Host): LinesMsg {
  const at = host.now();
  const lines = batch.lines.map((line): ReadLine => {
    const reading = readLine(line.text, at);
    return reading.stamp === undefined ? { ...line, reading } : { ...line, stamp: reading.stamp, reading };
  });
  const { linesTotal: total, bytesTotal: bytes, skipped, files, run, away } = batch;
  return { kind: 'log/appended', pane, lines, total, bytes, skipped, files, run, away, at };
}
