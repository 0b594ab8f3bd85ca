// Every message the store understands: samples from the pump, keys, and what became of acts.

import type { SafeSet } from '../core/act.ts';
import type { UnixMs } from '../core/brand.ts';
import type { HostId } from '../core/hosts.ts';
import type { LineFacts } from '../core/line-facts.ts';
import type { SourceId, SourceStatus } from '../core/status.ts';
import type { HostMsg as LinkMsg } from './hosts/branch.ts';
import type { PaneHeldMsg, PaneIntentMsg, PanePointedMsg, PanePromptMsg } from './slice.ts';
import type { BansMsg } from './slices/bans.ts';
import type { ConntrackMsg } from './slices/conntrack.ts';
import type { CopyMsg } from './slices/copy.ts';
import type { FileMsg } from './slices/file.ts';
import type { FleetMsg } from './slices/fleet.ts';
import type { FollowMsg } from './slices/follow.ts';
import type { HostMsg } from './slices/host.ts';
import type { JailsMsg } from './slices/jails.ts';
import type { JournalMsg } from './slices/journal.ts';
import type { KeysMsg } from './slices/keys.ts';
import type { LayoutMsg } from './slices/layout.ts';
import type { LogsMsg } from './slices/logs.ts';
import type { LookMsg } from './slices/look.ts';
import type { ModalMsg } from './slices/modal.ts';
import type { ProgramsMsg } from './slices/programs.ts';
import type { ServicesMsg } from './slices/services.ts';
import type { ShieldsMsg } from './slices/shields.ts';
import type { TrafficMsg } from './slices/traffic.ts';
import type { UplinksMsg } from './slices/uplinks.ts';
import type { WatchesMsg } from './slices/watches.ts';
import type { WorkspaceMsg } from './slices/workspace.ts';

export type Msg =
  | HostlessMsg
  /** A message of the sources, acts or shields of one host. */
  | Readonly<{ kind: 'host/on'; host: HostId; msg: HostlessMsg }>;

export type HostlessMsg =
  | Readonly<{ kind: 'clock/ticked'; now: UnixMs }>
  | Readonly<{ kind: 'terminal/resized'; columns: number; rows: number }>
  | Readonly<{ kind: 'source/status-changed'; source: SourceId; status: SourceStatus }>
  | Readonly<{ kind: 'safe-set/computed'; safeSet: SafeSet }>
  /** What the line to the terminal does now, once a second. */
  | Readonly<{ kind: 'line/measured'; line: LineFacts }>
  | LinkMsg
  | PaneIntentMsg
  | PaneHeldMsg
  | PanePointedMsg
  | PanePromptMsg
  | KeysMsg
  | LayoutMsg
  | WorkspaceMsg
  | FileMsg
  | LookMsg
  | CopyMsg
  | FollowMsg
  | FleetMsg
  | ProgramsMsg
  | WatchesMsg
  | ModalMsg
  | LogsMsg
  | BansMsg
  | ConntrackMsg
  | TrafficMsg
  | HostMsg
  | ShieldsMsg
  | JournalMsg
  | UplinksMsg
  | ServicesMsg
  | JailsMsg;
