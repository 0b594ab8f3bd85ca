// How a host reaches the world: addresses, the tables that route what leaves them, gateways, tunnels. As the uplinks pane and
// its tests see them. Unknown is `undefined`, never 0.

import type { Family, Net } from './address.ts';
import type { UnixMs } from './brand.ts';
import type { Finding } from './rows.ts';
import type { SafeText } from './sanitise.ts';

/** `kind`: as the kernel calls it ("bridge", "wireguard", "tun"); absent: a plain one. `master`: raw name of its bridge, bond or vrf. */
export type LinkRow = Readonly<{
  /** Raw; sanitise before showing. */
  name: string;
  kind?: string;
  loopback: boolean;
  pointToPoint: boolean;
  /** Switched on by the operator. */
  up: boolean;
  /** Undefined: the driver does not tell. */
  carrier?: boolean;
  mtu?: number;
  master?: string;
  inVrf: boolean;
  addresses: readonly LinkAddress[];
}>;

export type LinkAddress = Readonly<{
  net: Net;
  prefix: number;
  scope: 'global' | 'link' | 'host' | 'other';
  /** The other end of a point-to-point link. */
  peer?: Net;
}>;

/** `other`: it looks at what only a packet has (a mark, the interface it came in by, a port); in words. */
export type RuleRow = Readonly<{
  family: Family;
  priority: number;
  /** Undefined: from all. */
  from?: Net;
  to?: Net;
  not: boolean;
  other: readonly SafeText[];
  /** Raw name or number; undefined: it looks nothing up. */
  table?: string;
  /** "lookup", "unreachable", "goto 100", … */
  action: SafeText;
  /** It takes no answer from a default route (wg-quick's `suppress_prefixlength 0`). */
  suppressesDefault: boolean;
}>;

export type RouteRow = Readonly<{
  family: Family;
  table: string;
  /** Undefined: the default route. */
  to?: Net;
  kind: string;
  hops: readonly Readonly<{ via?: Net; dev?: string }>[];
  metric?: number;
  /** The kernel says that its link is down. */
  linkDown: boolean;
}>;

/** What the kernel answers when it is asked the way of a packet from an address. */
export type Way =
  | Readonly<{ kind: 'goes'; dev: string; via?: Net; table: string }>
  | Readonly<{ kind: 'none'; says: SafeText }>
  /** Not asked: it lies in a VRF, or there was no time. */
  | Readonly<{ kind: 'unknown'; says: SafeText }>;

/** One rule on the way to the decision. */
export type RuleStep = Readonly<{
  text: SafeText;
  says: SafeText;
  kind: 'decides' | 'matches' | 'passes' | 'maybe';
}>;

/** `uplink`: its interface has a gateway of its own, in whatever table. `rules`: how the kernel comes to its answer. */
export type AddressRow = Readonly<{
  net: Net;
  prefix: number;
  /** Raw name of its interface. */
  dev: string;
  kind?: string;
  state: LinkState;
  mtu?: number;
  gateway?: Net;
  way: Way;
  rules: readonly RuleStep[];
  findings: readonly Finding[];
}>;
export type LinkState = 'up' | 'down' | 'no carrier' | 'unknown';

/** A table that a rule names, or that routes stand in. `namedBy`: rules in words; empty: nobody. */
export type TableRow = Readonly<{
  family: Family;
  table: string;
  namedBy: readonly SafeText[];
  routes: number;
  /** Its default route, in words; undefined: it has none. */
  wayOut?: SafeText;
  lines: readonly SafeText[];
  findings: readonly Finding[];
}>;

/** `lastMs` newest first; null: lost. `error`: why ping could not even try. */
export type ReachRow = Readonly<{
  from: Net;
  dev: string;
  to: Net;
  what: 'gateway' | 'target';
  lastMs: readonly (number | null)[];
  /** Since when every one was lost; undefined while the last one came back. */
  downSince?: UnixMs;
  upSince?: UnixMs;
  everAnswered: boolean;
  error?: SafeText;
}>;
export const REACH_KEPT = 20;
/** So many lost in a row are no accident. */
export const REACH_LOST = 3;

export type TunnelForward = Readonly<{ flag: 'L' | 'R' | 'D' | 'W'; text: SafeText; listen?: string }>;
/** `closed`: it accepted and hung up at once, so the far end was not reached. `held`: accepted, and nothing was said for a second. */
export type TunnelAnswer = 'spoke' | 'held' | 'closed' | 'refused' | 'not-asked';

export type TunnelRow = Readonly<{
  /** Unique among the tunnels of a host. */
  key: string;
  name: SafeText;
  /** Declared in the session file, so that it can be asked, stopped and started there. */
  declared?: Readonly<{ name: string; canRestart: boolean; canStop: boolean }>;
  /** "address:port" as a local forward listens; absent: it has none. */
  listen?: string;
  forwards: readonly TunnelForward[];
  /** `args`: sanitised. */
  process?: Readonly<{ pid: number; args: SafeText; since: UnixMs; user: SafeText }>;
  /** An autossh looks after it. */
  keeper?: Readonly<{ pid: number; since: UnixMs }>;
  listening: boolean | undefined;
  answer?: TunnelAnswer;
  findings: readonly Finding[];
}>;

/** `key`: the first characters of the public one. */
export type PeerRow = Readonly<{
  dev: string;
  key: SafeText;
  endpoint?: SafeText;
  endpointNet?: Net;
  allowed: readonly Net[];
  handshakeAt?: UnixMs;
  receivedBytes: number;
  sentBytes: number;
  keepaliveSeconds?: number;
  findings: readonly Finding[];
}>;

/** `gaps`: what could not be read, a sentence each. `findings`: of the host as a whole. */
export type UplinksSample = Readonly<{
  at: UnixMs;
  addresses: readonly AddressRow[];
  tables: readonly TableRow[];
  tunnels: readonly TunnelRow[];
  peers: readonly PeerRow[];
  findings: readonly Finding[];
  gaps: readonly SafeText[];
}>;

/** `gap`: why nothing can be pinged here. */
export type ReachSample = Readonly<{ at: UnixMs; rows: readonly ReachRow[]; gap?: SafeText }>;
