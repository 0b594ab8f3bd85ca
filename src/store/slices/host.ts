// The machine: the last sample, how busy its cores were since the one before, and the history of cpu and load.

import type { UnixMs } from '../../core/brand.ts';
import type { Session } from '../../core/pane.ts';
import type { HostSample } from '../../core/rows.ts';
import type { Msg } from '../messages.ts';
import { pushed } from '../ring.ts';
import type { ConsoleState } from '../state.ts';

/** `busy`: share of all cores in use, 0 to 1. `load`: load average of one minute. */
export type HostPoint = Readonly<{ at: UnixMs; busy: number | undefined; load: number | undefined }>;

export type HostState = Readonly<{
  sample: HostSample | undefined;
  /** Share in use per core, 0 to 1, between the last two samples; undefined = unknown. */
  cores: readonly (number | undefined)[];
  busy: number | undefined;
  history: readonly HostPoint[];
}>;

export type HostMsg = Readonly<{ kind: 'host/sampled'; sample: HostSample }>;

export function initialHost(_session: Session): HostState {
  return { sample: undefined, cores: [], busy: undefined, history: [] };
}

export function reduceHost(state: HostState, msg: Msg, _whole: ConsoleState): HostState {
  if (msg.kind !== 'host/sampled') return state;
  const { sample } = msg;
  const before = state.sample?.cpu;
  // A core that came or went shifts the numbering: nothing is known until the next sample.
  const cores = (sample.cpu ?? []).map((now, index) =>
    before?.length === sample.cpu?.length ? share(before?.[index], now) : undefined,
  );
  const known = cores.filter((core) => core !== undefined);
  const busy = known.length === 0 ? undefined : known.reduce((sum, core) => sum + core, 0) / known.length;
  const point = { at: sample.at, busy, load: sample.load?.[0] };
  return { sample, cores, busy, history: pushed(state.history, point) };
}

type Times = Readonly<{ busy: number; total: number }>;

/** iowait may fall (proc_stat(5)), so the share is held between 0 and 1. */
function share(before: Times | undefined, now: Times): number | undefined {
  if (before === undefined || now.total <= before.total) return undefined;
  return Math.max(0, Math.min(1, (now.busy - before.busy) / (now.total - before.total)));
}
