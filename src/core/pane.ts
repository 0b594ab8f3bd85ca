// What a session file, after checking, says about windows and panes. Shared words of session, store and views.

import type { Brand } from './brand.ts';
import { type HostEntry, type HostGroup, type HostId, LOCAL } from './hosts.ts';
import type { ServiceEntry } from './services/thing.ts';
import type { ShieldsSettings } from './shields.ts';

/** Unique within a session: "1.2" = second pane of the first window. */
export type PaneId = Brand<string, 'PaneId'>;

export type LogFilter = Readonly<{ pattern: string; keep: 'in' | 'out'; on: boolean }>;

export type LogSpec = Readonly<{
  kind: 'log';
  /** Paths and globs. At least one of files, units, command is given. */
  files: readonly string[];
  /** journald units ("ssh.service"); '*' = the whole journal. */
  units: readonly string[];
  /** argv, never a shell line. */
  command?: readonly [string, ...string[]];
  /** Several files: merged by the time in their lines, or side by side. */
  merge: 'time' | 'side-by-side';
  filters: readonly LogFilter[];
  /** Lines kept for scrolling back. */
  history: number;
  wrap: boolean;
  /** Of a `command`: whether opening the session starts it; absent: not before Enter. */
  start?: 'auto' | 'suspended';
}>;

export type BansSpec = Readonly<{
  kind: 'bans' /** Set names to show first or only; empty = all. */;
  sets: readonly string[];
}>;
export type ConntrackSpec = Readonly<{ kind: 'conntrack' }>;
export type TrafficSpec = Readonly<{
  kind: 'traffic' /** Empty = those that carry traffic. */;
  interfaces: readonly string[];
}>;
export type HostSpec = Readonly<{ kind: 'host' }>;
export type JournalSpec = Readonly<{ kind: 'journal' }>;
/** The jails of fail2ban. */
export type JailsSpec = Readonly<{ kind: 'jails' }>;

/** One row per host. `hosts`: names of hosts and groups; empty = all of the session. */
export type HostsSpec = Readonly<{ kind: 'hosts'; hosts: readonly string[] }>;
/** The bans of several hosts in one table; `hosts` as above. */
export type AllBansSpec = Readonly<{ kind: 'all-bans'; hosts: readonly string[] }>;

/**
 * A tunnel that the session file names. `listen`: "127.0.0.1:5432", where it takes connections here. `restart`, `stop`: argv, run on its
 * host after a dialog.
 */
export type TunnelSpec = Readonly<{
  name: string;
  listen?: string;
  restart?: readonly [string, ...string[]];
  stop?: readonly [string, ...string[]];
}>;
/** Ways out of a host. `targets`: addresses that are pinged from each of its own; `gateways`: whether those are pinged. */
export type UplinksSpec = Readonly<{
  kind: 'uplinks';
  targets: readonly string[];
  gateways: 'auto' | 'none';
  tunnels: readonly TunnelSpec[];
}>;

/** What `Session.services` has on this host. */
export type ServicesSpec = Readonly<{ kind: 'services' }>;

/** What the operator wrote: argv as it is, or one line for `/bin/sh -c`. */
export type CommandLine =
  | Readonly<{ kind: 'argv'; argv: readonly [string, ...string[]] }>
  | Readonly<{ kind: 'shell'; line: string }>;

/**
 * Where and how a program of the operator runs. `start`: whether opening the session starts it; 'suspended' waits for
 * Enter. `cwd` absent: where the console was started. `env`: besides ours.
 */
export type ProgramSpec = Readonly<{
  command: CommandLine;
  start: 'auto' | 'suspended';
  cwd?: string;
  env: Readonly<Record<string, string>>;
}>;

/** A program in a terminal of its own. `history`: lines kept for scrolling back. */
export type RunSpec = ProgramSpec & Readonly<{ kind: 'run'; history: number }>;
/** A command run again and again (every `PaneSpec.refreshMs`), its output shown with what changed. */
export type WatchSpec = ProgramSpec & Readonly<{ kind: 'watch' }>;
export const DEFAULT_WATCH_MS = 2000;

export type PaneBody =
  | LogSpec
  | BansSpec
  | ConntrackSpec
  | TrafficSpec
  | HostSpec
  | JournalSpec
  | JailsSpec
  | ServicesSpec
  | UplinksSpec
  | HostsSpec
  | AllBansSpec
  | RunSpec
  | WatchSpec;
export type PaneKind = PaneBody['kind'];
/** The place of an entry in the session file as it was read, from 0. */
export type PanePlace = Readonly<{ window: number; pane: number }>;
/**
 * `host`: whose; absent: the session's. `refreshMs`: overrides the session's refresh for this pane's source. `from`: absent when it
 * came by a key.
 */
export type PaneSpec = Readonly<{
  id: PaneId;
  host?: HostId;
  title?: string;
  refreshMs?: number;
  body: PaneBody;
  from?: PanePlace;
}>;

export const NAMED_LAYOUTS = [
  'even-horizontal',
  'even-vertical',
  'main-horizontal',
  'main-vertical',
  'tiled',
] as const;
export type NamedLayout = (typeof NAMED_LAYOUTS)[number];

/** Percent: of the parent, with up to two decimals in a file, exact while it is changed on screen. */
export type Size = Readonly<{ kind: 'cells' | 'percent'; value: number }>;
/** `row`: children side by side; `column`: one above the other. A child without a size shares what is left evenly. */
export type LayoutNode =
  | Readonly<{ kind: 'pane'; pane: PaneId; size?: Size }>
  | Readonly<{ kind: 'split'; direction: 'row' | 'column'; children: readonly LayoutNode[]; size?: Size }>;

/** `mainSize`: width (main-vertical) or height (main-horizontal) of the first pane. */
export type Layout =
  | Readonly<{ kind: 'named'; name: NamedLayout; mainSize?: Size }>
  | Readonly<{ kind: 'tree'; root: LayoutNode }>;

/** `from`: its index in the session file as it was read; absent when it came by a key. */
export type WindowSpec = Readonly<{
  name: string;
  /** Of its panes that name none; filled into them already, kept for saving. */
  host?: HostId;
  layout: Layout;
  panes: readonly PaneSpec[];
  focus?: PaneId;
  from?: number;
}>;

export type BanDefaults = Readonly<{
  /** Choices in the dialog, seconds; the first is not special, `defaultSeconds` is. */
  durations: readonly number[];
  /** null = until changed. */
  defaultSeconds: number | null;
  /** Name of the set that bans go to ("f2b-http", "inet filter banned4"); absent = our own table. */
  target?: string;
  cut: boolean;
}>;

/** `ansi`: the sixteen colours of the operator's own terminal. `mono`: none. The rest name their colours themselves. */
export const THEME_NAMES = ['ansi', 'dark', 'light', 'contrast', 'mono'] as const;
export type ThemeName = (typeof THEME_NAMES)[number];

/** The colour that tells one session from another (frames, host name); `label` says it in words. */
export const ACCENTS = ['red', 'green', 'yellow', 'blue', 'magenta', 'cyan'] as const;
export type Accent = (typeof ACCENTS)[number];

/** tmux's repeat-time and display-panes-time, milliseconds. */
export type KeyTimes = Readonly<{ repeatMs: number; numbersMs: number }>;
export const DEFAULT_TIMES: KeyTimes = { repeatMs: 500, numbersMs: 1000 };

/** In the session file, both from 1. */
export type FilePlace = Readonly<{ line: number; column: number }>;

/** `chords`: each one key or several, separated by blanks: "g g". */
export type KeyOverride = FilePlace &
  Readonly<{
    mode: string;
    intent: string;
    chords: readonly string[];
  }>;

/**
 * A session after checking: every default filled in. `allow`: addresses, networks, host names that are never banned.
 * While the console runs this is the live workspace: its windows change with the keys for panes. `reload`: what a
 * change of the file does by itself ('ask': a notice).
 */
export type Session = Readonly<{
  name: string;
  origin: Readonly<{ kind: 'file'; path: string }> | Readonly<{ kind: 'detected' }>;
  refreshMs: number;
  /** Hosts over ssh; absent: none. This machine (`LOCAL`) is never among them. */
  hosts?: readonly HostEntry[];
  groups?: readonly HostGroup[];
  /** Of panes that name none; absent: this machine. */
  host?: HostId;
  bans: BanDefaults;
  allow: readonly string[];
  /** Names of sets that `allow sync` fills with what the names in `allow` resolve to. */
  allowInto?: readonly string[];
  /** Absent: none is declared. */
  services?: readonly ServiceEntry[];
  shields: ShieldsSettings;
  theme: ThemeName;
  accent?: Accent;
  label?: string;
  times: KeyTimes;
  reload: 'ask' | 'auto';
  mouse: boolean;
  prefix: string;
  /** Where the file gives the prefix; absent when it does not. */
  prefixAt?: FilePlace;
  keys: readonly KeyOverride[];
  windows: readonly WindowSpec[];
}>;

/** Whose a pane is. */
export function hostOfPane(session: Session, pane: PaneId | undefined): HostId {
  for (const { panes } of session.windows)
    for (const spec of panes) if (spec.id === pane) return spec.host ?? session.host ?? LOCAL;
  return session.host ?? LOCAL;
}

/** The hosts that a session speaks of: its own, those of its panes, those it names; each once, in this order. */
export function hostsOf(session: Session): readonly HostId[] {
  const named = session.hosts?.map(({ id }) => id) ?? [];
  const ofPanes = session.windows.flatMap(({ panes }) =>
    panes.map(({ host }) => host ?? session.host ?? LOCAL),
  );
  return [...new Set([session.host ?? LOCAL, ...ofPanes, ...named])];
}
