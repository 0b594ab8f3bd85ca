// The whole state of the console. Slices own their branches; this file only puts them together.

import type { Operator, SafeSet } from '../core/act.ts';
import type { UnixMs } from '../core/brand.ts';
import type { Session } from '../core/pane.ts';
import type { SourceId, SourceStatus } from '../core/status.ts';
import { type BansState, initialBans } from './slices/bans.ts';
import { type ConntrackState, initialConntrack } from './slices/conntrack.ts';
import { type HostState, initialHost } from './slices/host.ts';
import { initialJournal, type JournalState } from './slices/journal.ts';
import { initialLayout, type LayoutState } from './slices/layout.ts';
import { initialLogs, type LogsState } from './slices/logs.ts';
import { initialModal, type ModalState } from './slices/modal.ts';
import { initialShields, type ShieldsSlice } from './slices/shields.ts';
import { initialTraffic, type TrafficState } from './slices/traffic.ts';

export type ConsoleState = Readonly<{
  session: Session;
  /** Clock of the last tick (1/s); ages are computed against it. */
  now: UnixMs;
  size: Readonly<{ columns: number; rows: number }>;
  readOnly: boolean;
  /** Whether privileged commands can run; when not, panes say what they cannot see. */
  privileged: boolean;
  /** Who sits at this console; undefined where that was not asked. */
  operator?: Operator;
  sources: Readonly<Partial<Record<SourceId, SourceStatus>>>;
  safeSet: SafeSet | undefined;
  layout: LayoutState;
  modal: ModalState;
  logs: LogsState;
  bans: BansState;
  conntrack: ConntrackState;
  traffic: TrafficState;
  host: HostState;
  journal: JournalState;
  shields: ShieldsSlice;
}>;

export type StartOptions = Readonly<{
  session: Session;
  now: UnixMs;
  size: Readonly<{ columns: number; rows: number }>;
  readOnly: boolean;
  privileged: boolean;
  operator?: Operator;
}>;

export function initialState(options: StartOptions): ConsoleState {
  return {
    ...options,
    sources: {},
    safeSet: undefined,
    layout: initialLayout(options.session),
    modal: initialModal,
    logs: initialLogs(options.session),
    bans: initialBans(options.session),
    conntrack: initialConntrack(options.session),
    traffic: initialTraffic(options.session),
    host: initialHost(options.session),
    journal: initialJournal(options.session),
    shields: initialShields,
  };
}
