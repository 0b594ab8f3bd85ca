// States, lines and sets made up for tests of the log, bans and journal panes.

import { makeNet, type Net, parseNet } from '../../../src/core/address.ts';
import { unixMs } from '../../../src/core/brand.ts';
import type { Intent, IntentId } from '../../../src/core/intent.ts';
import {
  DEFAULT_TIMES,
  type LogSpec,
  type PaneBody,
  type PaneId,
  type PaneSpec,
  type Session,
} from '../../../src/core/pane.ts';
import type { FileState, LineReading, Members, ReadLine, SetInfo, SetKey } from '../../../src/core/rows.ts';
import { sanitise } from '../../../src/core/sanitise.ts';
import { DEFAULT_SHIELDS } from '../../../src/core/shields-defaults.ts';
import type { LogPane } from '../../../src/store/logs/log-pane.ts';
import type { Msg } from '../../../src/store/messages.ts';
import { reduce } from '../../../src/store/reduce.ts';
import { type ConsoleState, initialState } from '../../../src/store/state.ts';

export const NOW = unixMs(Date.UTC(2026, 2, 14, 2, 13, 5));
export const paneId = (text: string): PaneId => text as PaneId;
export const LOG = paneId('1.1');
export const BANS = paneId('1.2');
export const JOURNAL = paneId('1.3');
export const SIZE = { columns: 100, rows: 10 };

export const logSpec = (extra: Partial<LogSpec> = {}): LogSpec => ({
  kind: 'log',
  files: ['/var/log/nginx/access.log'],
  units: [],
  merge: 'time',
  filters: [],
  history: 1000,
  wrap: false,
  ...extra,
});

export const specOf = (id: PaneId, body: PaneBody): PaneSpec => ({ id, body });

export function sessionOf(log: LogSpec = logSpec(), sets: readonly string[] = []): Session {
  return {
    name: 'test',
    origin: { kind: 'detected' },
    refreshMs: 1000,
    bans: { durations: [3600, 86_400, 604_800], defaultSeconds: 86_400, cut: true },
    allow: [],
    theme: 'ansi',
    times: DEFAULT_TIMES,
    reload: 'ask',
    mouse: false,
    prefix: 'C-b',
    shields: DEFAULT_SHIELDS,
    keys: [],
    windows: [
      {
        name: 'watch',
        layout: { kind: 'named', name: 'tiled' },
        panes: [specOf(LOG, log), specOf(BANS, { kind: 'bans', sets }), specOf(JOURNAL, { kind: 'journal' })],
      },
    ],
  };
}

export function stateOf(log: LogSpec = logSpec(), sets: readonly string[] = []): ConsoleState {
  return initialState({
    session: sessionOf(log, sets),
    now: NOW,
    size: { columns: 120, rows: 40 },
    readOnly: false,
    privileged: true,
  });
}

export function reduced(state: ConsoleState, ...msgs: readonly Msg[]): ConsoleState {
  return msgs.reduce(reduce, state);
}

export function key(pane: PaneId, id: IntentId, extra: Partial<typeof SIZE> & { text?: string } = {}): Msg {
  const { text, ...size } = extra;
  const intent: Intent = text === undefined ? { id } : { id, text };
  return { kind: 'pane/intent', pane, intent, ...SIZE, ...size };
}

export function net(text: string): Net {
  const parsed = parseNet(text);
  if (!parsed.ok) throw new Error(parsed.problem.summary);
  return parsed.value.net;
}

const ADDRESS = /(?:\d{1,3}\.){3}\d{1,3}|[0-9a-f]+(?::[0-9a-f]*)+:[0-9a-f]+/g;

/** Every address in the text is found; the first is the chosen one, as a plain reader would have it. */
export function readingOf(text: string): LineReading {
  const all = [...text.matchAll(ADDRESS)].flatMap((match) => {
    const parsed = parseNet(match[0]);
    return parsed.ok
      ? [{ net: parsed.value.net, start: match.index, end: match.index + match[0].length }]
      : [];
  });
  const first = all[0];
  const base: LineReading = { format: 'combined', kind: 'request', all };
  return first === undefined ? base : { ...base, chosen: first.net, field: 'client' };
}

export function lineOf(seq: number, raw: string, extra: Partial<ReadLine> = {}): ReadLine {
  const text = sanitise(raw);
  return { seq, file: 0, readAt: NOW, text, bytes: text.length + 1, reading: readingOf(text), ...extra };
}

export const fileOf = (name: string, kind: FileState['kind'] = 'open'): FileState => ({
  name: sanitise(name),
  kind,
  bytes: 0,
  lines: 0,
});

export const ACCESS = fileOf('/var/log/nginx/access.log');

type Batch = Extract<Msg, { kind: 'log/appended' }>;

/** `total` defaults to the seq after the last line, as when nothing was skipped. */
export function batchOf(lines: readonly ReadLine[], extra: Partial<Batch> = {}): Batch {
  return {
    kind: 'log/appended',
    pane: LOG,
    lines,
    total: (lines.at(-1)?.seq ?? -1) + 1,
    bytes: 0,
    skipped: 0,
    files: [ACCESS],
    at: NOW,
    ...extra,
  };
}

export function textBatch(texts: readonly string[], from = 0): Batch {
  return batchOf(texts.map((text, index) => lineOf(from + index, text)));
}

export function logPane(state: ConsoleState): LogPane {
  const pane = state.logs.panes.get(LOG);
  if (pane === undefined) throw new Error('no log pane');
  return pane;
}

export function setOf(name: string, extra: Partial<SetInfo> = {}): SetInfo {
  return {
    key: `ipset:${name}` as SetKey,
    backend: 'ipset',
    name,
    family: 4,
    type: 'hash:ip',
    holdsNets: false,
    timeouts: true,
    counters: true,
    comments: true,
    owner: 'fail2ban',
    enforcement: { kind: 'dropped', rule: sanitise('INPUT match-set DROP'), afterEstablished: false },
    ...extra,
  };
}

export type MemberRow = Readonly<{ net: Net; expires?: number; packets?: number; comment?: string }>;

/** Columns from rows; unknown expiry and packets are NaN. */
export function membersOf(set: SetInfo, rows: readonly MemberRow[]): Members {
  const values6 = new BigUint64Array(set.family === 6 ? 2 * rows.length : 0);
  if (set.family === 6)
    for (const [row, { net: own }] of rows.entries()) {
      values6[2 * row] = own.value >> 64n;
      values6[2 * row + 1] = own.value & 0xffffffffffffffffn;
    }
  return {
    set: set.key,
    family: set.family,
    at: NOW,
    length: rows.length,
    values: Uint32Array.from(set.family === 4 ? rows.map((row) => Number(row.net.value)) : []),
    values6,
    prefixes: Uint8Array.from(rows.map((row) => row.net.prefix)),
    expires: Float64Array.from(rows.map((row) => row.expires ?? Number.NaN)),
    packets: Float64Array.from(rows.map((row) => row.packets ?? Number.NaN)),
    comments: new Map(
      rows.flatMap(({ comment }, row) => (comment === undefined ? [] : [[row, comment] as const])),
    ),
  };
}

export const v4 = (value: number, prefix = 32): Net => makeNet(4, BigInt(value >>> 0), prefix);

export function sampleOf(
  sets: readonly SetInfo[],
  members: readonly Members[],
): Extract<Msg, { kind: 'bans/sampled' }> {
  return { kind: 'bans/sampled', at: NOW, sets, members, gaps: [] };
}
