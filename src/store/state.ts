// The whole state of the console. Slices own their branches; this file only puts them together.

import type { Operator, SafeSet } from '../core/act.ts';
import type { UnixMs } from '../core/brand.ts';
import { type HostId, type LinkState, LOCAL } from '../core/hosts.ts';
import type { LineFacts } from '../core/line-facts.ts';
import type { Session } from '../core/pane.ts';
import type { SourceId, SourceStatus } from '../core/status.ts';
import { type HostBranch, initialBranch, initialBranches } from './hosts/branch.ts';
import type { BansState } from './slices/bans.ts';
import type { ConntrackState } from './slices/conntrack.ts';
import { type CopyState, initialCopy } from './slices/copy.ts';
import { type FileState, initialFile } from './slices/file.ts';
import { type FleetState, initialFleet } from './slices/fleet.ts';
import { type FollowState, initialFollow } from './slices/follow.ts';
import type { HostState } from './slices/host.ts';
import type { JailsState } from './slices/jails.ts';
import type { JournalState } from './slices/journal.ts';
import { initialKeys, type KeysState } from './slices/keys.ts';
import { initialLayout, type LayoutState } from './slices/layout.ts';
import { initialLogs, type LogsState } from './slices/logs.ts';
import { initialModal, type ModalState } from './slices/modal.ts';
import { initialPrograms, type ProgramsState } from './slices/programs.ts';
import type { ServicesState } from './slices/services.ts';
import type { ShieldsSlice } from './slices/shields.ts';
import type { TrafficState } from './slices/traffic.ts';
import type { UplinksState } from './slices/uplinks.ts';
import { initialWatches, type WatchesState } from './slices/watches.ts';

export type ConsoleState = Readonly<{
  /** The live workspace: its windows change with the keys for panes. */
  session: Session;
  /** What its file held last. */
  file: FileState;
  /** The host that is looked at, and what is known of each: the fields of `HostBranch` below are those of `at`. */
  at: HostId;
  hosts: Readonly<Record<HostId, HostBranch>>;
  /** The line to the host; undefined before it was tried. */
  link: LinkState | undefined;
  /** The host's clock minus ours. */
  skewMs: number;
  /** Clock of the last tick (1/s), of the host that is looked at; ages are computed against it. */
  now: UnixMs;
  size: Readonly<{ columns: number; rows: number }>;
  /** The line to the terminal; undefined before it was measured. */
  line: LineFacts | undefined;
  readOnly: boolean;
  /** Whether privileged commands can run; when not, panes say what they cannot see. */
  privileged: boolean;
  /** Mouse events are asked for and taken. */
  mouse: boolean;
  /** Who sits at this console; undefined where that was not asked. */
  operator?: Operator;
  sources: Readonly<Partial<Record<SourceId, SourceStatus>>>;
  safeSet: SafeSet | undefined;
  layout: LayoutState;
  modal: ModalState;
  keys: KeysState;
  logs: LogsState;
  bans: BansState;
  conntrack: ConntrackState;
  traffic: TrafficState;
  host: HostState;
  journal: JournalState;
  jails: JailsState;
  uplinks: UplinksState;
  services: ServicesState;
  shields: ShieldsSlice;
  programs: ProgramsState;
  watches: WatchesState;
  copy: CopyState;
  follow: FollowState;
  /** Several hosts at once. */
  fleet: FleetState;
}>;

export type StartOptions = Readonly<{
  session: Session;
  now: UnixMs;
  size: Readonly<{ columns: number; rows: number }>;
  readOnly: boolean;
  privileged: boolean;
  mouse?: boolean;
  operator?: Operator;
}>;

export function initialState(options: StartOptions): ConsoleState {
  const { session, privileged } = options;
  const at = session.host ?? LOCAL;
  const hosts = initialBranches(session, privileged);
  return {
    ...options,
    ...(hosts[at] ?? initialBranch(session, at, false)),
    ...{ at, hosts },
    file: initialFile(session),
    mouse: options.mouse ?? false,
    line: undefined,
    layout: initialLayout(session),
    modal: initialModal,
    keys: initialKeys,
    logs: initialLogs(session),
    programs: initialPrograms(options),
    watches: initialWatches(options),
    copy: initialCopy,
    follow: initialFollow,
    fleet: initialFleet(session),
  };
}
