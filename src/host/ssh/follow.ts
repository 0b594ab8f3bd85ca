// Follows files of a far host: what the local follower does, with what the far side tells instead of a watcher. After the line
// was away each file goes on where it was read to, if it is still there; else it is said that nobody knows what it got.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Bell, createBell, FOLLOW_TUNING } from '../follow.ts';
import {
  type FollowShared,
  type FollowTuning,
  type FollowWorld,
  type Look,
  PathFollower,
} from '../follow-file.ts';
import { hasGlob } from '../glob.ts';
import type { FollowEvent, FollowOptions, Link } from '../host.ts';
import type { OpenChannel } from './channel.ts';
import { FarFollowed, type Wish } from './follow-files.ts';
import type { TalkTuning } from './follow-job.ts';
import { FarReader, farKey } from './follow-reader.ts';

export type FarFollowOptions = Readonly<{
  openChannel: OpenChannel;
  /** Absent: tries to open are all there is. */
  link?: Pick<Link, 'whenUp'>;
  tuning?: Partial<FollowTuning>;
  talk?: Partial<TalkTuning>;
}>;

/** A file that had bytes is looked at again so soon, when the far side says that it has more. */
const BUSY_MS = 250;
/** What no news tells of: a right given back, a folder that can be entered again. */
const QUIET_MS = 10_000;

type Entry = {
  readonly follower: PathFollower;
  readonly fromGlob: boolean;
  dueAt: number;
  seen: string | undefined;
  lookedAt: number;
  reading: boolean;
};

export function createFarFollow(options: FarFollowOptions): (wish: FollowOptions) => Promise<void> {
  const files = new FarFollowed({
    open: () => options.openChannel({ privileged: false }),
    whenUp: (signal) => options.link?.whenUp(signal) ?? Promise.resolve(),
    ...(options.talk === undefined ? {} : { tuning: options.talk }),
  });
  const tuning = { ...FOLLOW_TUNING, busyMs: BUSY_MS, quietMs: QUIET_MS, ...options.tuning };
  return (wish) => new FarFollower(files, wish, tuning).run();
}

class FarFollower {
  readonly #files: FarFollowed;
  readonly #wish: FollowOptions;
  readonly #tuning: FollowTuning;
  readonly #bell: Bell;
  readonly #entries = new Map<string, Entry>();
  readonly #shared: FollowShared;
  /** Only files that are there at the start begin near their end. */
  #tailBytes: number | undefined;
  #isCaughtUp = false;
  #backs: number;
  /** While the first look after the line came back goes on, what is missing is the outage's. */
  #downMs = 0;

  constructor(files: FarFollowed, wish: FollowOptions, tuning: FollowTuning) {
    this.#files = files;
    this.#wish = wish;
    this.#tuning = tuning;
    this.#tailBytes = wish.tailBytes;
    this.#bell = createBell(wish.signal);
    this.#backs = files.backs;
    const backlog = () => this.#files.talk.pace.backlog(this.#downMs > 0);
    this.#shared = {
      world: this.#world(),
      tuning: {
        ...tuning,
        get backlogMaxBytes() {
          return Math.min(tuning.backlogMaxBytes, backlog().maxBytes);
        },
        get backlogKeepBytes() {
          return Math.min(tuning.backlogKeepBytes, backlog().keepBytes);
        },
      },
      onEvent: (event) => this.#emit(event),
      now: () => performance.now(),
      held: new Map(),
      places: new Map(),
      pause: async () => {
        await nextTurn();
        return !wish.signal.aborted;
      },
    };
  }

  async run(): Promise<void> {
    const { signal } = this.#wish;
    if (signal.aborted) return;
    const patterns = this.#wish.patterns.filter(hasGlob);
    const onNews = (): void => this.#bell.ring();
    const wish: Wish = {
      patterns,
      paths: new Set(this.#wish.patterns.filter((path) => !hasGlob(path))),
      onNews,
    };
    this.#files.add(wish);
    // A question that is under way when we are to end may wait for the line for ever.
    const ended = new Promise<void>((resolve) =>
      signal.addEventListener('abort', () => resolve(), { once: true }),
    );
    try {
      await Promise.race([this.#follow(wish), ended]);
    } finally {
      this.#files.remove(wish);
    }
  }

  async #follow(wish: Wish): Promise<void> {
    const { signal } = this.#wish;
    while (!signal.aborted) {
      if (this.#files.isLooked) {
        const wanted = this.#expand();
        this.#files.want(wish, new Set(wanted.keys()));
        if (this.#files.isLooked) await this.#lookAtAll(wanted);
      }
      if (signal.aborted) return;
      const nextAt = Math.min(...[...this.#entries.values()].map(({ dueAt }) => dueAt));
      await this.#bell.wait(this.#files.isLooked ? Math.min(nextAt - performance.now(), QUIET_MS) : QUIET_MS);
    }
  }

  async #lookAtAll(wanted: ReadonlyMap<string, boolean>): Promise<void> {
    const { signal } = this.#wish;
    this.#begin(wanted);
    const isBack = this.#backs !== this.#files.backs;
    if (isBack) this.#back();
    for (const [path, entry] of this.#entries) {
      this.#notice(path, entry);
      if (entry.dueAt > performance.now()) continue;
      const seen = this.#files.known(path)?.raw;
      const look = await entry.follower.look();
      if (signal.aborted) return;
      entry.seen = seen;
      this.#schedule(entry, look);
      if (entry.fromGlob && entry.follower.isGone && !wanted.has(path)) this.#entries.delete(path);
    }
    if (isBack) this.#downMs = 0;
    if (this.#isCaughtUp) return;
    this.#isCaughtUp = true;
    this.#wish.onCaughtUp?.();
  }

  /** Path → whether a pattern named it. What a pattern matched stays until it was seen to be gone. */
  #expand(): ReadonlyMap<string, boolean> {
    const wanted = new Map<string, boolean>();
    for (const pattern of this.#wish.patterns) {
      if (!hasGlob(pattern)) {
        wanted.set(pattern, false);
        continue;
      }
      const matches = this.#files.matches(pattern);
      // A pattern in a folder that may not be listed is followed as a path, so that it says "denied".
      if (matches?.denied === true) wanted.set(pattern, false);
      for (const path of matches?.paths ?? []) if (!wanted.has(path)) wanted.set(path, true);
    }
    return wanted;
  }

  #begin(wanted: ReadonlyMap<string, boolean>): void {
    for (const [path, fromGlob] of wanted) {
      if (this.#entries.has(path)) continue;
      const follower = new PathFollower(path, this.#shared, this.#tailBytes);
      this.#entries.set(path, {
        ...{ follower, fromGlob, dueAt: 0, seen: undefined, lookedAt: 0, reading: false },
      });
    }
    for (const [path, entry] of this.#entries) if (!wanted.has(path)) entry.dueAt = Math.min(entry.dueAt, 0);
    this.#tailBytes = undefined;
  }

  #back(): void {
    this.#backs = this.#files.backs;
    this.#downMs = this.#files.downMs;
    for (const [path, entry] of this.#entries) {
      entry.dueAt = 0;
      if (entry.reading) this.#emit({ kind: 'gap', path, downMs: this.#downMs, missed: 'nothing' });
    }
  }

  #notice(path: string, entry: Entry): void {
    if (this.#files.known(path)?.raw === entry.seen) return;
    entry.dueAt = Math.min(entry.dueAt, entry.lookedAt + this.#tuning.busyMs);
  }

  #schedule(entry: Entry, look: Look): void {
    entry.lookedAt = performance.now();
    entry.dueAt = entry.lookedAt + (look === 'quiet' ? this.#tuning.quietMs : this.#tuning.busyMs);
  }

  #emit(event: FollowEvent): void {
    if (this.#wish.signal.aborted) return;
    const entry = this.#entries.get(event.path);
    if (entry !== undefined) {
      if (event.kind === 'opened' || event.kind === 'rotated') entry.reading = true;
      else if (event.kind === 'missing' || event.kind === 'denied' || event.kind === 'not-a-file')
        entry.reading = false;
    }
    this.#wish.onEvent(event);
  }

  #world(): FollowWorld {
    const files = this.#files;
    return {
      async key(path) {
        const known = files.known(path);
        if (known !== undefined) return farKey(path, known);
        const { kind, state } = await files.ask(path);
        if (state === undefined) throw troubleOf(kind);
        return farKey(path, state);
      },
      open: async (path) => {
        const { kind, state } = await files.ask(path);
        if (state === undefined || kind === 'd') throw troubleOf(kind);
        if (!state.isFile) return undefined;
        const onGone = (): void => this.#emit({ kind: 'gap', path, downMs: this.#downMs, missed: 'unknown' });
        const together = (): number => this.#entries.size;
        return new FarReader({ files, path, state, onGone, together });
      },
    };
  }
}

const troubleOf = (kind: string): Error =>
  Object.assign(new Error(kind), { code: kind === 'd' ? 'EACCES' : 'ENOENT' });
