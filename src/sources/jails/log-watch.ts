// Follows the logs that the jails read, and the log of fail2ban itself: lines by time, what they look like, events. Each
// file once, however many jails read it. Of a flood the line breaks are counted and a few lines looked at.

import { type UnixMs, unixMs } from '../../core/brand.ts';
import type { JailLog } from '../../core/jails.ts';
import { ok, type Result } from '../../core/result.ts';
import type { FollowEvent, Host } from '../../host/host.ts';
import { countNewlines, createLineSplitter } from '../logs/lines.ts';
import type { StreamSource } from '../source.ts';
import { LineCounts } from './line-counts.ts';
import { LogSampler } from './log-sample.ts';
import { readServerEvent, ServerLog } from './server-log.ts';

/** What is read back at the start, of all logs together; and of one at most. */
const BACK_MAX = 16 * 1_048_576;
const BACK_EACH_MAX = 2 * 1_048_576;
const LINE_MAX = 4096;
const LF = 0x0a;
/** Lines of a chunk that are looked at; and of what was there at the start, one in so many. */
const LOOKS = 3;
const BACK_EVERY = 10;

export type WatchedLog = Readonly<{
  state: JailLog['state'];
  counts: LineCounts;
  sampler: LogSampler;
}>;

export type LogWatch = Readonly<{
  /** Emits nothing: whoever reads asks `log` and `server`. */
  source: StreamSource<never>;
  /** From now on these and no others; true when they are others than before. `serverLog` absent: fail2ban writes to no file. */
  want(paths: readonly string[], serverLog: string | undefined): boolean;
  log(path: string): WatchedLog | undefined;
  server: ServerLog;
  serverState(): JailLog['state'];
  /** Resolves when what the files held at the start was read. */
  caughtUp(): Promise<void>;
}>;

type File = {
  state: JailLog['state'];
  back: boolean;
  looked: number;
  readonly counts: LineCounts;
  readonly sampler: LogSampler;
  readonly lines: ReturnType<typeof createLineSplitter>;
};

/** What is watched now. `settled` resolves when no group is `pending`: all have read what was there. */
type Watched = {
  readonly files: Map<string, File>;
  readonly server: ServerLog;
  serverPath: string | undefined;
  wanted: readonly string[];
  changed: PromiseWithResolvers<void>;
  settled: PromiseWithResolvers<void>;
  pending: number;
};

export function createLogWatch(): LogWatch {
  const at: Watched = {
    ...{ files: new Map<string, File>(), server: new ServerLog(), serverPath: undefined, wanted: [] },
    ...{ changed: Promise.withResolvers(), settled: Promise.withResolvers(), pending: 0 },
  };
  const { files, server } = at;
  return {
    server,
    serverState: () =>
      at.serverPath === undefined ? 'unknown' : (files.get(at.serverPath)?.state ?? 'unknown'),
    log: (path) => files.get(path),
    caughtUp: () => at.settled.promise,
    want(paths, serverLog) {
      const next = [...new Set([...paths, ...(serverLog === undefined ? [] : [serverLog])])];
      if (next.length === at.wanted.length && next.every((path) => at.wanted.includes(path))) return false;
      at.wanted = next;
      at.serverPath = serverLog;
      at.settled = Promise.withResolvers();
      at.changed.resolve();
      return true;
    },
    source: { kind: 'stream', id: 'jails-logs', run: (host, signal) => followWanted(at, host, signal) },
  };
}

async function followWanted(at: Watched, host: Host, signal: AbortSignal): Promise<Result<void>> {
  const groups: Group[] = [];
  while (!signal.aborted) {
    at.changed = Promise.withResolvers();
    closeUnwanted(groups, at.wanted, at.files);
    const fresh = at.wanted.filter((path) => !at.files.has(path));
    if (fresh.length > 0) {
      at.pending += 1;
      const stop = new AbortController();
      const done = open(at, fresh, { host, signal: AbortSignal.any([signal, stop.signal]) });
      groups.push({ paths: fresh, stop, done });
    } else if (at.pending === 0) at.settled.resolve();
    await Promise.race([at.changed.promise, aborted(signal)]);
  }
  at.files.clear();
  await Promise.all(groups.map(({ done }) => done));
  return ok(undefined);
}

type Following = Readonly<{ host: Host; signal: AbortSignal }>;

function open(at: Watched, paths: readonly string[], { host, signal }: Following): Promise<void> {
  for (const path of paths)
    at.files.set(
      path,
      newFile(host, (line, now) => {
        const event = path === at.serverPath ? readServerEvent(line, now) : undefined;
        if (event !== undefined) at.server.add(event);
      }),
    );
  return host.follow({
    patterns: paths,
    tailBytes: Math.min(BACK_EACH_MAX, Math.ceil(BACK_MAX / Math.max(1, paths.length))),
    signal,
    onEvent: (event) => take(at, event, host.now()),
    onCaughtUp: () => {
      for (const path of paths) {
        const file = at.files.get(path);
        if (file === undefined) continue;
        file.back = false;
        file.counts.coversFrom(host.now());
        if (path === at.serverPath) at.server.coversFrom(file.counts.from ?? host.now());
      }
      at.pending -= 1;
      if (at.pending === 0) at.settled.resolve();
    },
  });
}

function take(at: Watched, event: FollowEvent, now: UnixMs): void {
  const file = at.files.get(event.path);
  if (file === undefined) return;
  const isServer = event.path === at.serverPath;
  if (event.kind === 'data') {
    file.state = 'read';
    if (isServer || file.back) file.lines.push(event.bytes);
    if (!file.back) arrived(file, event.bytes, now);
  } else if (event.kind === 'skipped') {
    file.lines.end();
    if (!file.back) file.counts.add(now, event.lines);
    if (isServer) at.server.lostBefore(now);
  } else if (event.kind === 'gap') {
    if (event.missed === 'unknown' && isServer) at.server.lostBefore(now);
  } else file.state = stateOf(event.kind);
}

type Group = Readonly<{ paths: readonly string[]; stop: AbortController; done: Promise<void> }>;

/** A group goes when none of its files is wanted; a file that is not wanted is no longer listened to at once. */
function closeUnwanted(groups: Group[], wanted: readonly string[], files: Map<string, File>): void {
  for (const path of files.keys()) if (!wanted.includes(path)) files.delete(path);
  for (const { paths, stop } of groups) if (paths.every((path) => !wanted.includes(path))) stop.abort();
}

function newFile(host: Host, onLine: (line: string, now: UnixMs) => void): File {
  const counts = new LineCounts();
  const sampler = new LogSampler();
  const file: File = {
    ...{ state: 'unknown', back: true, looked: 0, counts, sampler },
    lines: createLineSplitter((bytes) => {
      const line = bytes.toString('utf8');
      const now = host.now();
      onLine(line, now);
      if (!file.back) return;
      const stamp = sampler.look(line, now, {
        counts: file.looked++ < 200 || file.looked % BACK_EVERY === 0,
      });
      if (stamp === undefined) return;
      const at = unixMs(Math.min(stamp, now));
      counts.coversFrom(at);
      counts.add(at);
    }, LINE_MAX),
  };
  return file;
}

/** What comes while we watch is counted by when it came; its last lines are looked at. */
function arrived(file: File, bytes: Buffer, now: UnixMs): void {
  file.counts.add(now, countNewlines(bytes));
  let end = bytes.lastIndexOf(LF);
  for (let looks = 0; looks < LOOKS && end > 0; looks++) {
    const start = bytes.lastIndexOf(LF, end - 1) + 1;
    // The first line of a chunk may be the end of one.
    if (start === 0 && looks > 0) return;
    const line = bytes.toString('utf8', start, Math.min(end, start + LINE_MAX));
    file.sampler.look(line, now, { counts: true, ...(looks === 0 ? { arrivedAt: now } : {}) });
    end = start - 1;
  }
}

function stateOf(kind: Exclude<FollowEvent['kind'], 'data' | 'skipped' | 'gap'>): JailLog['state'] {
  return kind === 'missing' || kind === 'denied' || kind === 'not-a-file' ? kind : 'read';
}

export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
