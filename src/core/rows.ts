// What the sources emit: samples and rows. Unknown is `undefined`, never 0.

import type { Net } from './address.ts';
import type { Brand, UnixMs } from './brand.ts';
import type { SafeText } from './sanitise.ts';

// ---- logs

/** A line as read. `seq` grows by one per kept line of a feed; `text` is sanitised and at most LOG_LINE_MAX long. */
export type LogLine = Readonly<{
  seq: number;
  /** Index into the feed's list of files/units. */
  file: number;
  /** When we read it. */
  readAt: UnixMs;
  /** The time written in the line, when a known format gives one. */
  stamp?: UnixMs;
  text: SafeText;
  /** Bytes of the original line; more than the text when it was cut. */
  bytes: number;
}>;
export const LOG_LINE_MAX = 4096;

/** What a known format says of a line: `chosen` is the address an act would take, `all` in order of appearance (Tab cycles). */
export type LineReading = Readonly<{
  format: string; // 'sshd', 'combined', 'unknown', …
  kind: string; // 'failed-password', 'request', …
  chosen?: Net;
  /** Name of the field the chosen address came from ("client", "rhost"). */
  field?: string;
  all: readonly Readonly<{ net: Net; start: number; end: number }>[];
  stamp?: UnixMs;
  status?: number;
  /** Where the peer should stand is a forwarded-for list, which a peer can make up: none is chosen, all are in doubt. */
  forwarded?: true;
}>;

/** A kept line with what its format says of it; the source reads each kept line once. */
export type ReadLine = LogLine & Readonly<{ reading: LineReading }>;

export type FileState = Readonly<{
  name: SafeText;
  kind: 'open' | 'missing' | 'denied' | 'not-a-file' | 'rotated' | 'truncated' | 'ended' | 'cut-off';
  bytes: number;
  lines: number;
}>;

/**
 * The line to a far host was away for `ms`; 0: it was there. `unknown`: what a file got before it went was not read. `count`: how
 * often, since the start of the feed; the rest is the last time's.
 */
export type LineAway = Readonly<{ count: number; ms: number; unknown: boolean }>;

/**
 * What one log feed emits, at most ten times a second. Totals are exact and count from the start of the feed;
 * `run` is how often it had been started before: a command that starts again may say again what it said;
 * `skipped` is how many of `linesTotal` were read past without being kept, because more came than can be shown.
 * `files` is indexed by `LogLine.file`.
 */
export type LogBatch = Readonly<{
  lines: readonly LogLine[];
  linesTotal: number;
  bytesTotal: number;
  skipped: number;
  files: readonly FileState[];
  run: number;
  away?: LineAway;
}>;

// ---- watched commands

/**
 * One run of a watched command. `lines`: sanitised, as many as a pane keeps; `cut`: there was more. `addresses`: by line,
 * in order of appearance, `start` and `end` in its text. `exitCode` absent: it was ended because it wrote too much.
 */
export type WatchRun = Readonly<{
  at: UnixMs;
  durationMs: number;
  exitCode?: number;
  lines: readonly SafeText[];
  addresses: ReadonlyMap<number, readonly Readonly<{ net: Net; start: number; end: number }>[]>;
  cut: boolean;
}>;

// ---- ban sets

export type BackendId = 'nft' | 'ipset' | 'iptables' | 'fail2ban' | 'crowdsec' | 'pf';
/** "ipset:f2b-http" or "nft:inet opsconsole ban4". Our own spelling, safe to show and to use as a key. */
export type SetKey = Brand<string, 'SetKey'>;

/** Where incoming packets meet rules. What is forwarded (a port that Docker publishes) never meets `input`. */
export type DropHook = 'ingress' | 'prerouting' | 'input' | 'forward';

/**
 * Does a rule drop what is in the set?
 * `afterEstablished`: the rule is tested behind an accept of established flows, so a live flow survives until it is cut.
 * `hooks`: all in which a rule drops it; absent = its backend does not tell. `position`: where `rule` stands, in words.
 */
export type Enforcement =
  | Readonly<{
      kind: 'dropped';
      rule: SafeText;
      afterEstablished: boolean;
      hooks?: readonly DropHook[];
      position?: SafeText;
    }>
  // Used by rules, but none of them drops.
  | Readonly<{ kind: 'not-dropped'; rule: SafeText; because?: NotDropped }>
  | Readonly<{ kind: 'unused' }>
  | Readonly<{ kind: 'unknown'; why: SafeText }>;

/**
 * `dormant`: the table is switched off. `unreached`: no packet gets to the chain. `elsewhere`: not an incoming hook, or
 * behind a rule that ends all. `limited`: drops a share only. `accepts`: lets members pass, as an allow-list does.
 * `reversed`: drops those who are not members, or what is sent to members.
 */
export type NotDropped = 'dormant' | 'unreached' | 'elsewhere' | 'limited' | 'accepts' | 'reversed' | 'other';

export type SetOwner =
  | 'opsconsole'
  | 'fail2ban'
  | 'sshguard'
  | 'crowdsec'
  | 'firehol'
  | 'csf'
  | 'firewalld'
  | 'unknown';

/**
 * Something about a set or a jail that contradicts what its operator believes: no rule uses it, its timeout is not the ban
 * time. `harm`: addresses that count as banned are not stopped, or not for as long as it says. `says`: one sentence.
 */
export type Finding = Readonly<{ level: 'harm' | 'warning' | 'note'; says: SafeText; todo?: SafeText }>;

/**
 * `nft`, `ipset`, `iptables` (a chain of rules that drop one source each) and `pf` are what packets meet; `fail2ban`
 * (a jail) and `crowdsec` (the decisions) are lists that a daemon keeps and puts into one of those: `enforcedBy`.
 * A list that holds both families is two SetInfos, twins of each other, with the same `name`.
 */
export type SetInfo = Readonly<{
  key: SetKey;
  backend: BackendId;
  /** nft: "inet filter"; iptables: "filter", "legacy filter"; pf: the anchor; else absent. Raw tool spelling. */
  table?: string;
  /** Raw tool spelling; sanitise before showing, quote before running. */
  name: string;
  family: 4 | 6;
  /** "hash:ip", "ipv4_addr", … as the tool names it. */
  type: string;
  /** Holds networks of any prefix (hash:net, nft interval). */
  holdsNets: boolean;
  timeouts: boolean;
  /** Seconds that its owner gives every element, whatever the wish (the bantime of a jail); null = for ever. */
  fixedTimeout?: number | null;
  /**
   * How a ban ends where the set itself keeps no timeouts. `rule`: each rule carries its end and stops matching then; what
   * is left of it is swept. `journal`: nothing there ends; our journal knows when, and `opsconsole bans expire` deletes.
   */
  ending?: 'rule' | 'journal';
  defaultTimeout?: number;
  counters: boolean;
  comments: boolean;
  count?: number;
  /** How many of `count` are networks, where a terse listing tells (CrowdSec). */
  networks?: number;
  max?: number;
  references?: number;
  /** nft "auto-merge": neighbours run together and take one timeout, so single bans cannot be kept apart. */
  autoMerge?: boolean;
  /** nft "flags constant": nothing can be added. */
  constant?: boolean;
  /** Belongs to the wall of the shields: it goes, with all that is in it, when they come down. */
  shields?: true;
  owner: SetOwner;
  enforcement: Enforcement;
  /** Keys of the kernel's sets in which its daemon puts what is on this list; empty = there are none. Filled by `relate`. */
  enforcedBy?: readonly SetKey[];
  findings?: readonly Finding[];
  /** iptables: the rules of the chain as listed, behind "-A NAME ", a line each: a rule goes by its exact words only. */
  rules?: string;
  /** Key of the other family's set when the two are one list to the operator (f2b-http / f2b-http6). */
  twin?: SetKey;
}>;

/**
 * The members of one set as columns, so that a million cost tens of megabytes and cross a worker boundary as buffers.
 * v4: `values[i]`; v6: high half `values6[2*i]`, low half `values6[2*i+1]`.
 * `expires[i]`: UnixMs of the end; Infinity = no timeout; NaN = unknown. Counters absent = the set keeps none.
 */
export type Members = Readonly<{
  set: SetKey;
  family: 4 | 6;
  at: UnixMs;
  length: number;
  values: Uint32Array;
  values6: BigUint64Array;
  prefixes: Uint8Array;
  expires: Float64Array;
  /** nft: seconds that an element was first given; 0 = none of its own (no end, or the default of the set). */
  lifetimes?: Uint32Array;
  /** What its owner needs to name one element (CrowdSec: the id of the decision); 0 = none. */
  refs?: Float64Array;
  /** iptables: each rule as listed, to put back just that one. */
  rules?: readonly string[];
  /** pf: UnixMs since when an element is there at least; NaN = unknown. */
  since?: Float64Array;
  packets?: Float64Array;
  bytes?: Float64Array;
  /** Sparse, raw tool text; sanitise before showing. */
  comments: ReadonlyMap<number, string>;
}>;

// ---- conntrack

/**
 * Cheap, every tick. Cumulative counters are summed over cpus; absent where the file is not readable. `keeper` pf: states of
 * pf; `inserted`, `removed`, `limited` (by `max` of a rule) are of pf alone, `drop` is then: there was no room for a state.
 */
export type ConntrackSample = Readonly<{
  at: UnixMs;
  keeper?: 'pf';
  inserted?: number;
  removed?: number;
  limited?: number;
  count?: number;
  max?: number;
  insertFailed?: number;
  drop?: number;
  earlyDrop?: number;
  accounting?: boolean;
}>;

export type StateCount = Readonly<{ protocol: string; state: string; count: number }>;
export type SourceRow = Readonly<{
  net: Net;
  flows: number;
  /** Flows by TCP state; "UDP", "ICMP"… for others. */
  states: ReadonlyMap<string, number>;
  bytes?: number;
  /** The source is one of our own addresses or networks: our outgoing flood. */
  ours: boolean;
  /** Number of distinct addresses in a network row. */
  members?: number;
}>;
/** One full pass over the table; costs, so it is asked for or slow. `sources` sorted by flows, at most 200. */
export type FlowReport = Readonly<{
  at: UnixMs;
  tookMs: number;
  total: number;
  states: readonly StateCount[];
  sources: readonly SourceRow[];
  /** v6 sources grouped by /64, v4 by /24. */
  networks: readonly SourceRow[];
  /** Sources with the most bytes since their flows began; empty without accounting. */
  talkers: readonly SourceRow[];
  /** Number of distinct sources, of which `sources` are the top. */
  distinct?: number;
  /** Lines of the table that were not understood; they are not in any other number. */
  unreadable?: number;
}>;

/** One conntrack timeout, seconds. `current` undefined = could not be read. */
export type TimeoutRow = Readonly<{
  name: string; // "nf_conntrack_tcp_timeout_established"
  current?: number;
  kernelDefault: number;
  modest: number;
  siege: number;
  hazard: string;
}>;

// ---- traffic and host

/** Cumulative counters of one interface as its system gives them (/proc/net/dev, netstat); what it does not tell is absent. */
export type InterfaceCounters = Readonly<{
  name: string;
  rxBytes: number;
  rxPackets?: number;
  rxErrors?: number;
  rxDropped?: number;
  txBytes: number;
  txPackets?: number;
  txErrors?: number;
  txDropped?: number;
}>;
export type TrafficSample = Readonly<{ at: UnixMs; interfaces: readonly InterfaceCounters[] }>;

export type Pressure = Readonly<{ some10: number; full10?: number }>;
export type HostSample = Readonly<{
  at: UnixMs;
  name: SafeText;
  load?: readonly [number, number, number];
  cores: number;
  /** Cumulative jiffies per core: busy and total. */
  cpu?: readonly Readonly<{ busy: number; total: number }>[];
  memory?: Readonly<{ total: number; available: number; swapTotal?: number; swapFree?: number }>;
  pressure?: Readonly<{ cpu?: Pressure; memory?: Pressure; io?: Pressure }>;
  logDisk?: Readonly<{ path: SafeText; size: number; available: number }>;
  uptimeSeconds?: number;
}>;
