// What the stand-in for pfctl knows: the tables, states, rules and options of a pf that exists only in a file.

import { renameSync, writeFileSync } from 'node:fs';

export type System = 'freebsd15' | 'openbsd78';
export type Counter = Readonly<{ packets: number; bytes: number }>;

export type PfAddress = {
  /** As pf prints it: "!" in front of an exception, "/24" behind a network. */
  text: string;
  /** Unix seconds: when it was added, or cleared since. */
  cleared: number;
  /** Rows such as "In/Block", shown where the table has counters. */
  counters?: Record<string, Counter>;
};

export type PfTable = {
  name: string;
  anchor: string;
  persist: boolean;
  constant: boolean;
  counters: boolean;
  cleared: number;
  noMatch: number;
  match: number;
  stats: Record<string, Counter>;
  addresses: PfAddress[];
};

/** One line of `-s states`: hosts as printed, so that a test writes what it wants to see. */
export type PfFlow = {
  iface: string;
  origif?: string;
  proto: string;
  left: string;
  /** "(H2)": the side before translation. */
  leftAlt?: string;
  arrow: '->' | '<-';
  right: string;
  rightAlt?: string;
  states: string;
  rdomain?: number;
  gateway?: string;
  /** The third line of -v for TCP, and what stands behind "rule N". */
  window?: string;
  age: string;
  expires: string;
  packets: string;
  bytes: string;
  rule: number;
  /** Label of that rule, for `-k label`. */
  label?: string;
  flags?: string;
  id: string;
  creator: string;
  /** How often it comes back, with a new id, after it was killed: a pass rule before the block, a client that goes on. */
  comesBack?: number;
};

export type PfSource = { address: string; text: string; detail: string };

/** `skip`: `set skip on`. `references` of FreeBSD; `states` of OpenBSD's References line. */
export type PfInterface = {
  name: string;
  skip: boolean;
  references: number;
  in4Pass?: Counter;
};

export type PfRule = { text: string; label?: string };

export type PfOptions = {
  keepcounters: boolean;
  syncookies: string;
  debug: string;
  loginterface?: string;
};

export type Pf = {
  system: System;
  /** Unix seconds; absent = the clock. */
  now?: number;
  device: 'there' | 'denied' | 'missing';
  /** Never answers: a call hangs until it is ended. */
  hangs?: boolean;
  /** 2 and more on OpenBSD, 3 on FreeBSD: no kills, no loads, no -e/-d. */
  locked?: boolean;
  enabled: boolean;
  enabledSeconds: number;
  /** When its interfaces were cleared. */
  since: number;
  hostid: string;
  checksum: string;
  pid: number;
  counters: Record<string, Record<string, number>>;
  tables: PfTable[];
  flows: PfFlow[];
  sources: PfSource[];
  timeouts: Record<string, number>;
  limits: Record<string, number>;
  options: PfOptions;
  interfaces: PfInterface[];
  /** By anchor path, the main ruleset under "". */
  rules: Record<string, PfRule[]>;
  /** Files that `-f` and `include` find before those of the machine. */
  files?: Record<string, string>;
  /** Their words: what `pgrep` of the fake host finds. */
  processes?: string[];
};

/** Whoever reads the file meanwhile sees all of the old one or all of the new one. */
export function writePf(file: string, text: string): void {
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, text);
  renameSync(fresh, file);
}

export type Answer = { stdout: string; stderr: string; exitCode: number };

export const clockOf = (pf: Pf): number => pf.now ?? Math.floor(Date.now() / 1000);

/** A call that ends here: what it says on stderr, and its exit status. */
export class Ended extends Error {
  readonly exitCode: number;
  constructor(exitCode: number, says: string) {
    super(says);
    this.exitCode = exitCode;
  }
}

export const warn = (text: string): string => `pfctl: ${text}\n`;

const TABLE_ROWS = {
  freebsd15: ['In/Block', 'In/Pass', 'In/XPass', 'Out/Block', 'Out/Pass', 'Out/XPass'],
  openbsd78: [
    'In/Block',
    'In/Match',
    'In/Pass',
    'In/XPass',
    'Out/Block',
    'Out/Match',
    'Out/Pass',
    'Out/XPass',
  ],
} as const;
export const tableRows = (pf: Pf): readonly string[] => TABLE_ROWS[pf.system];
export const addressRows = (pf: Pf): readonly string[] =>
  TABLE_ROWS[pf.system].filter((row) => !row.endsWith('XPass'));

export const counterRow = (name: string, { packets, bytes }: Counter): string =>
  `\t${`${name}:`.padEnd(12)} [ Packets: ${String(packets).padEnd(18)} Bytes: ${String(bytes).padEnd(18)} ]\n`;

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** ctime(3) with TZ=UTC; another TZ is not stood in for. */
export function ctime(seconds: number): string {
  const at = new Date(seconds * 1000);
  const day = `${DAYS[at.getUTCDay()]} ${MONTHS[at.getUTCMonth()]} ${String(at.getUTCDate()).padStart(2)}`;
  return `${day} ${at.toISOString().slice(11, 19)} ${at.getUTCFullYear()}`;
}
