// Follows paths and globs until aborted: expands patterns, decides when each file is looked at, wakes early when chokidar
// says so. Timers alone would do, the watcher makes the first line of a quiet log appear at once.

import { stat } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { watch } from 'chokidar';
import type { Files } from './files.ts';
import {
  type FollowShared,
  type FollowTuning,
  type FollowWorld,
  type Look,
  PathFollower,
} from './follow-file.ts';
import { keyOf, LogReader } from './follow-reader.ts';
import { hasGlob } from './glob.ts';
import type { FollowOptions } from './host.ts';

export const FOLLOW_TUNING: FollowTuning = {
  sliceBytes: 262_144,
  backlogMaxBytes: 64 * 1_048_576,
  backlogKeepBytes: 1_048_576,
  rotationQuietMs: 500,
  rotationMaxMs: 5000,
  deletedQuietMs: 5000,
  // Panes are fed ten times a second.
  busyMs: 100,
  quietMs: 1000,
  globMs: 2000,
};

const LOCAL_WORLD: FollowWorld = {
  key: async (path) => keyOf(await stat(path)),
  open: (path) => LogReader.open(path),
};

/** Looks with bytes, one after the other, after which a file is busy enough to do without its watcher. */
const UNWATCH_LOOKS = 3;

type Entry = {
  readonly follower: PathFollower;
  readonly fromGlob: boolean;
  dueAt: number;
  busyLooks: number;
  watched: boolean;
};

export async function followFiles(
  options: FollowOptions,
  files: Pick<Files, 'glob'>,
  tuning: FollowTuning = FOLLOW_TUNING,
): Promise<void> {
  const { signal } = options;
  if (signal.aborted) return;
  const bell = createBell(signal);
  const now = (): number => performance.now();
  const shared: FollowShared = {
    world: LOCAL_WORLD,
    tuning,
    onEvent: options.onEvent,
    now,
    held: new Map(),
    places: new Map(),
    async pause() {
      await nextTurn();
      return !signal.aborted;
    },
  };
  const entries = new Map<string, Entry>();
  const watcher = createWatcher((path) => {
    const entry = entries.get(path);
    // Spelled otherwise than we asked: any of them.
    for (const due of entry === undefined ? entries.values() : [entry]) due.dueAt = 0;
    bell.ring();
  });
  let tailBytes: number | undefined = options.tailBytes;
  let globDueAt = 0;
  let isCaughtUp = false;
  try {
    while (!signal.aborted) {
      if (now() >= globDueAt) {
        for (const found of await expand(options.patterns, files)) {
          if (entries.has(found.path)) continue;
          const follower = new PathFollower(found.path, shared, tailBytes);
          entries.set(found.path, {
            follower,
            fromGlob: found.fromGlob,
            dueAt: 0,
            busyLooks: 0,
            watched: false,
          });
        }
        // Only files that are there at the start begin near their end.
        tailBytes = undefined;
        globDueAt = now() + tuning.globMs;
      }
      for (const [path, entry] of entries) {
        if (entry.dueAt > now()) continue;
        entry.dueAt = Number.POSITIVE_INFINITY;
        const look = await entry.follower.look();
        if (signal.aborted) break;
        schedule(entry, look, { now: now(), watcher, tuning });
        if (entry.fromGlob && entry.follower.isGone) {
          watcher.unwatch(path);
          entries.delete(path);
        }
      }
      if (!isCaughtUp && !signal.aborted) options.onCaughtUp?.();
      isCaughtUp = true;
      const nextDueAt = Math.min(globDueAt, ...[...entries.values()].map((entry) => entry.dueAt));
      await bell.wait(nextDueAt - now());
    }
  } finally {
    await watcher.close();
    for (const { follower } of entries.values()) await follower.close();
  }
}

type Watcher = Readonly<{
  add(path: string): void;
  unwatch(path: string): void;
  close(): Promise<void>;
}>;

/**
 * A watcher costs per write of the writer: 87 % of a core at 100,000 unbuffered lines a second, where looking ten times a
 * second costs 1 %. So it watches quiet files only.
 */
function schedule(
  entry: Entry,
  look: Look,
  { now, watcher, tuning }: Readonly<{ now: number; watcher: Watcher; tuning: FollowTuning }>,
): void {
  const { path } = entry.follower;
  const isBusy = look !== 'quiet';
  entry.busyLooks = isBusy
    ? Math.min(entry.busyLooks + 1, 2 * UNWATCH_LOOKS)
    : Math.max(entry.busyLooks - 1, 0);
  if (entry.watched && entry.busyLooks >= UNWATCH_LOOKS) {
    watcher.unwatch(path);
    entry.watched = false;
  } else if (!entry.watched && entry.busyLooks === 0) {
    watcher.add(path);
    entry.watched = true;
  }
  // A wake-up during the look asked for another one at once.
  entry.dueAt = Math.min(entry.dueAt, now + (isBusy || entry.busyLooks > 0 ? tuning.busyMs : tuning.quietMs));
}

function createWatcher(onChange: (path: string) => void): Watcher {
  const watcher = watch([], { ignoreInitial: true, depth: 0, atomic: false, ignorePermissionErrors: true });
  watcher.on('all', (_event, path) => onChange(path));
  // Out of inotify watches, or a folder that may not be read: the slow poll goes on.
  watcher.on('error', () => undefined);
  return {
    add: (path) => void watcher.add(path),
    unwatch: (path) => void watcher.unwatch(path),
    close: () => watcher.close(),
  };
}

async function expand(
  patterns: readonly string[],
  files: Pick<Files, 'glob'>,
): Promise<readonly Readonly<{ path: string; fromGlob: boolean }>[]> {
  const found: { path: string; fromGlob: boolean }[] = [];
  for (const pattern of patterns) {
    if (!hasGlob(pattern)) found.push({ path: pattern, fromGlob: false });
    else {
      const paths = await files.glob(pattern);
      if (paths.ok) found.push(...paths.value.map((path) => ({ path, fromGlob: true })));
      // A pattern in a folder that may not be listed is followed as a path, so that it says "denied".
      else found.push({ path: pattern, fromGlob: false });
    }
  }
  return found;
}

export type Bell = Readonly<{ ring(): void; wait(ms: number): Promise<void> }>;

/** A pause that a ring or the abort ends early. A ring during no pause makes the next one end at once. */
export function createBell(signal: AbortSignal): Bell {
  let rung = false;
  let wake: (() => void) | undefined;
  const ring = (): void => {
    rung = true;
    wake?.();
  };
  signal.addEventListener('abort', ring, { once: true });
  return {
    ring,
    wait: (ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(ring, Math.max(0, ms));
        wake = () => {
          clearTimeout(timer);
          wake = undefined;
          rung = false;
          resolve();
        };
        if (rung) wake();
      }),
  };
}
