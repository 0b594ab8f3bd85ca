// The numbers of the status line: what decides at a glance. Unknown is absent, and so is what is too old to be true.

import type { SourceId } from '../../core/status.ts';
import type { ConsoleState } from '../state.ts';
import { selectFullInMs } from './conntrack.ts';
import { selectMainInterface } from './traffic.ts';

/** `load`: one minute. `conntrack`: share of the table in use. `down`, `up`: bits per second of the busiest interface. */
export type Strip = Readonly<{
  load?: number;
  cores?: number;
  conntrack?: number;
  fullInMs?: number;
  down?: number;
  up?: number;
}>;

export function selectStrip(state: ConsoleState): Strip {
  const host = isFresh(state, 'host') ? state.host.sample : undefined;
  const conntrack = isFresh(state, 'conntrack') ? state.conntrack.sample : undefined;
  const main = isFresh(state, 'traffic') ? selectMainInterface(state.traffic) : undefined;
  const fullInMs = conntrack === undefined ? undefined : selectFullInMs(state.conntrack);
  const load = host?.load?.[0];
  return {
    ...(load === undefined ? {} : { load }),
    ...(host === undefined ? {} : { cores: host.cores }),
    ...(conntrack?.count === undefined || !conntrack.max
      ? {}
      : { conntrack: conntrack.count / conntrack.max }),
    ...(fullInMs === undefined ? {} : { fullInMs }),
    ...(main?.rxBits === undefined ? {} : { down: main.rxBits }),
    ...(main?.txBits === undefined ? {} : { up: main.txBits }),
  };
}

const FRESH_MIN_MS = 10_000;

/** A number without its age beside it must be of now. */
export function isFresh(state: ConsoleState, source: SourceId): boolean {
  const status = state.sources[source];
  return (
    status?.kind === 'live' && state.now - status.sampledAt <= Math.max(FRESH_MIN_MS, status.everyMs * 5)
  );
}
