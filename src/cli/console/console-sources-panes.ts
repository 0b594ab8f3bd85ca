// Sources of one pane each: logs, which follow files or a command. A pane that stays keeps its source.

import type { LogSpec, PaneId, PaneSpec } from '../../core/pane.ts';
import type { LogBatch, ReadLine } from '../../core/rows.ts';
import type { SourceId } from '../../core/status.ts';
import type { Host } from '../../host/host.ts';
import { readLine } from '../../sources/logs/reading.ts';
import { createLogSource } from '../../sources/logs/source.ts';
import type { Pump } from '../../sources/pump.ts';
import type { LogsMsg } from '../../store/slices/logs.ts';
import type { ConsoleState } from '../../store/state.ts';
import type { ConsoleStore } from '../../store/store.ts';
import { panesOf } from './console-sources-needs.ts';

type Surroundings = Readonly<{ host: Host; store: ConsoleStore; pump: Pump }>;

/** As in console-sources: another `key` means another source. */
type Wanted = Readonly<{ key: string; start: () => ReturnType<Pump['add']> }>;

/** What the panes of a state need; remembers what has to last longer than one state. */
export function paneSources(
  surroundings: Surroundings,
): (state: ConsoleState) => ReadonlyMap<SourceId, Wanted> {
  return (state) => {
    const wanted = new Map<SourceId, Wanted>();
    for (const pane of panesOf(state.session))
      if (pane.body.kind === 'log') wanted.set(`log:${pane.id}`, logWanted(pane, pane.body, surroundings));
    return wanted;
  };
}

function logWanted({ id }: PaneSpec, spec: LogSpec, { pump, store, host }: Surroundings): Wanted {
  return {
    key: 'log',
    start: () =>
      pump.add(createLogSource(spec, `log:${id}`), (batch) => store.dispatch(appended(id, batch, host))),
  };
}

function appended(pane: PaneId, batch: LogBatch, host: Host): LogsMsg {
  const at = host.now();
  const lines = batch.lines.map((line): ReadLine => {
    const reading = readLine(line.text, at);
    return reading.stamp === undefined ? { ...line, reading } : { ...line, stamp: reading.stamp, reading };
  });
  const { linesTotal: total, bytesTotal: bytes, skipped, files, run } = batch;
  return { kind: 'log/appended', pane, lines, total, bytes, skipped, files, run, at };
}
