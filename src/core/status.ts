// How a source is doing: shown on every pane's frame, so that stale or blind is never mistaken for quiet.

import type { UnixMs } from './brand.ts';
import type { Problem } from './problem.ts';

/** `live.everyMs`: when the next sample is due; a pane calls the datum stale when it is older than three of them. */
export type SourceStatus =
  | Readonly<{ kind: 'off' }>
  | Readonly<{ kind: 'starting'; since: UnixMs }>
  | Readonly<{ kind: 'live'; sampledAt: UnixMs; everyMs: number }>
  | Readonly<{ kind: 'retrying'; problem: Problem; retryAt: UnixMs; lastSampleAt?: UnixMs }>
  | Readonly<{ kind: 'unavailable'; problem: Problem }>; // no tool, no right, no such file: waits for `r` or a slow re-probe

/** One source per subject; log and watch panes have one of their own, named by its PaneId. */
export type SourceId =
  | 'bans'
  | 'bans-changes'
  | 'conntrack'
  | 'flows'
  | 'timeouts'
  | 'traffic'
  | 'host'
  | 'journal'
  | 'jails'
  | 'jails-logs'
  | 'uplinks'
  | 'uplinks-reach'
  | 'services'
  | 'safe-set'
  | 'shields'
  | `log:${string}`
  | `watch:${string}`;
