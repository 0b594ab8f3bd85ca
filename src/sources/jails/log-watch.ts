// Follows the logs that the jails read, and the log of fail2ban itself: lines by time, what they look like, events. Each
// file once, however many jails read it. Of a flood the line breaks are counted and a few lines looked at.

import { type UnixMs, unixMs } from '../../core/brand.ts';
import type { JailLog } from '../../core/jails.ts';
import { ok } from '../../core/result.ts';
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

export function createLogWatch(): LogWatch {
  const files = new Map<string, File>();
  const server = new ServerLog();
  let serverPath: string | undefined;
  let wanted: readonly string[] = [];
  let changed = Promise.withResolvers<void>();
  let settled = Promise.withResolvers<void>();
  let pending = 0;

  const take = (path: string, host: Host, event: FollowEvent): void => {
    const file = files.get(path);
    if (file === undefined) return;
    if (event.kind === 'data') {
      file.state = 'read';
      if (path === serverPath || file.back) file.lines.push(event.bytes);
      if (!file.back) arrived(file, event.bytes, host.now());
    } else if (event.kind === 'skipped') {
      file.lines.end();
      if (!file.back) file.counts.add(host.now(), event.lines);
      if (path === serverPath) server.lostBefore(host.now());
    } else file.state = stateOf(event.kind);
  };

  const open = (paths: readonly string[], host: Host, signal: AbortSignal): Promise<void> => {
    for (const path of paths)
      files.set(
        path,
        newFile(host, (line, now) => {
          const event = path === serverPath ? readServerEvent(line, now) : undefined;
          if (event !== undefined) server.add(event);
        }),
      );
    return host.follow({
      patterns: paths,
      tailBytes: Math.min(BACK_EACH_MAX, Math.ceil(BACK_MAX / Math.max(1, paths.length))),
      signal,
      onEvent: (event) => take(event.path, host, event),
      onCaughtUp: () => {
        for (const path of paths) {
          const file = files.get(path);
          if (file === undefined) continue;
          file.back = false;
          file.counts.coversFrom(host.now());
          if (path === serverPath) server.coversFrom(host.now());
        }
        pending -= 1;
        if (pending === 0) settled.resolve();
      },
    });
  };

  return {
    server,
    serverState: () => (serverPath === undefined ? 'unknown' : (files.get(serverPath)?.state ?? 'unknown')),
    log: (path) => files.get(path),
    caughtUp: () => settled.promise,
    want(paths, serverLog) {
      const next = [...new Set([...paths, ...(serverLog === undefined ? [] : [serverLog])])];
      if (next.length === wanted.length && next.every((path) => wanted.includes(path))) return false;
      wanted = next;
      serverPath = serverLog;
      settled = Promise.withResolvers();
      changed.resolve();
      return true;
    },
    source: {
      kind: 'stream',
      id: 'jails-logs',
      async run(host, signal) {
        const groups: Group[] = [];
        while (!signal.aborted) {
          changed = Promise.withResolvers();
          closeUnwanted(groups, wanted, files);
          const fresh = wanted.filter((path) => !files.has(path));
          if (fresh.length > 0) {
            pending += 1;
            const stop = new AbortController();
            const done = open(fresh, host, AbortSignal.any([signal, stop.signal]));
            groups.push({ paths: fresh, stop, done });
          } else if (pending === 0) settled.resolve();
          await Promise.race([changed.promise, aborted(signal)]);
        }
        files.clear();
        await Promise.all(groups.map(({ done }) => done));
        return ok(undefined);
      },
    },
  };
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

function stateOf(kind: Exclude<FollowEvent['kind'], 'data' | 'skipped'>): JailLog['state'] {
  return kind === 'missing' || kind === 'denied' || kind === 'not-a-file' ? kind : 'read';
}

export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
