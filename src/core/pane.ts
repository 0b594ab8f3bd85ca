// What a session file, after checking, says about windows and panes. Shared words of session, store and views.

import type { Brand } from './brand.ts';
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

export type PaneBody = LogSpec | BansSpec | ConntrackSpec | TrafficSpec | HostSpec | JournalSpec;
export type PaneKind = PaneBody['kind'];
/** `refreshMs`: overrides the session's refresh for this pane's source. */
export type PaneSpec = Readonly<{ id: PaneId; title?: string; refreshMs?: number; body: PaneBody }>;

export const NAMED_LAYOUTS = [
  'even-horizontal',
  'even-vertical',
  'main-horizontal',
  'main-vertical',
  'tiled',
] as const;
export type NamedLayout = (typeof NAMED_LAYOUTS)[number];

export type Size = Readonly<{ kind: 'cells' | 'percent'; value: number }>;
/** `row`: children side by side; `column`: one above the other. A child without a size shares what is left evenly. */
export type LayoutNode =
  | Readonly<{ kind: 'pane'; pane: PaneId; size?: Size }>
  | Readonly<{ kind: 'split'; direction: 'row' | 'column'; children: readonly LayoutNode[]; size?: Size }>;

/** `mainSize`: width (main-vertical) or height (main-horizontal) of the first pane. */
export type Layout =
  | Readonly<{ kind: 'named'; name: NamedLayout; mainSize?: Size }>
  | Readonly<{ kind: 'tree'; root: LayoutNode }>;

export type WindowSpec = Readonly<{
  name: string;
  layout: Layout;
  panes: readonly PaneSpec[];
  focus?: PaneId;
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

export type ThemeName = 'ansi' | 'mono';

export type KeyOverride = Readonly<{
  mode: string;
  intent: string;
  chords: readonly string[];
  line: number;
  column: number;
}>;

/** A session after checking: every default filled in. `allow`: addresses, networks, host names that are never banned. */
export type Session = Readonly<{
  name: string;
  origin: Readonly<{ kind: 'file'; path: string }> | Readonly<{ kind: 'detected' }>;
  refreshMs: number;
  bans: BanDefaults;
  allow: readonly string[];
  shields: ShieldsSettings;
  theme: ThemeName;
  mouse: boolean;
  prefix: string;
  keys: readonly KeyOverride[];
  windows: readonly WindowSpec[];
}>;
