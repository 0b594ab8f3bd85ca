// Follows one path through everything that happens to log files: rename-and-create, copytruncate, deletion, re-creation,
// switched symlinks, lost rights. Tells a story of events in which every line occurs exactly once.

import { errnoOf } from './files.ts';
import type { LogReader } from './follow-reader.ts';
import type { FollowEvent } from './host.ts';

/** One open log file, of this machine or of another one. */
export type FileReader = Pick<
  LogReader,
  | ('key' | 'offset' | 'size' | 'links')
  | ('startNearEnd' | 'resume' | 'place' | 'look' | 'slice' | 'skipTo' | 'close')
>;

/** Where the files are. Both throw the system's errors; `key` says which file has the name now. */
export type FollowWorld = Readonly<{
  key(path: string): Promise<string>;
  /** undefined when it is not a regular file. */
  open(path: string): Promise<FileReader | undefined>;
}>;

export type FollowTuning = Readonly<{
  /** Most bytes of one `data` event. */
  sliceBytes: number;
  /** Further behind than this we jump ahead to `backlogKeepBytes` before the end. */
  backlogMaxBytes: number;
  backlogKeepBytes: number;
  /** After a rotation the old file is read on until it was quiet this long: writers switch one after the other. */
  rotationQuietMs: number;
  /** A writer that never switches cannot hold up the new file for longer. */
  rotationMaxMs: number;
  /** A deleted file is let go after this, because our handle keeps its disk space in use. */
  deletedQuietMs: number;
  /** A file that just had bytes is looked at again so soon. */
  busyMs: number;
  /** The slow poll that sees what no watcher reports: NFS, switched symlinks, rights given back. */
  quietMs: number;
  /** How often globs are matched again. */
  globMs: number;
}>;

/** What the followed paths share. */
export type FollowShared = Readonly<{
  world: FollowWorld;
  tuning: FollowTuning;
  onEvent: (event: FollowEvent) => void;
  /** Awaited between slices: lets keys in. False when following has ended. */
  pause: () => Promise<boolean>;
  now: () => number;
  /** File key → path that has it open: a rotated log that matches the pattern too is not read twice. */
  held: Map<string, string>;
  /** File key → where reading stopped, for files that come back under a name. */
  places: Map<string, Readonly<{ offset: number; tail: Buffer }>>;
}>;

/** What one look found: says how soon to look again. `settling`: between an old file and its successor. */
export type Look = 'data' | 'settling' | 'quiet';
type Trouble = 'missing' | 'denied' | 'not-a-file';

const PLACES_MAX = 512;

export class PathFollower {
  readonly path: string;
  readonly #shared: FollowShared;
  /** The file being read, then those that took its name since. */
  readonly #queue: FileReader[] = [];
  #state: 'new' | 'open' | Trouble = 'new';
  #quietSince = 0;
  #nextGrewAt: number | undefined;
  /** Bytes before the end to start at; undefined = from the start, for files that appear while we watch. */
  #tailBytes: number | undefined;

  constructor(path: string, shared: FollowShared, tailBytes: number | undefined) {
    this.path = path;
    this.#shared = shared;
    this.#tailBytes = tailBytes;
  }

  /** Nothing is open, and nothing has the name. */
  get isGone(): boolean {
    return this.#state === 'missing' && this.#queue.length === 0;
  }

  /** Notices what changed and reads what is there now. The caller never overlaps calls. */
  async look(): Promise<Look> {
    const trouble = await this.#openWhatHasTheName();
    const outcome = await this.#readFirst();
    if (trouble !== undefined) this.#tell(trouble);
    // Whatever appears later is read whole; a file that we may not read yet still starts near its end.
    if (this.#state !== 'denied') this.#tailBytes = undefined;
    return outcome;
  }

  async close(): Promise<void> {
    for (const reader of [...this.#queue]) await this.#letGo(reader);
  }

  async #openWhatHasTheName(): Promise<Trouble | undefined> {
    try {
      const key = await this.#shared.world.key(this.path);
      if (this.#queue.at(-1)?.key === key) {
        if (this.#state !== 'open') this.#opened();
        return undefined;
      }
      return this.#shared.held.has(key) ? undefined : await this.#openNew();
    } catch (error) {
      return troubleOf(error);
    }
  }

  async #openNew(): Promise<Trouble | undefined> {
    const { held, places, world } = this.#shared;
    const reader = await world.open(this.path);
    if (reader === undefined) return 'not-a-file';
    if (held.has(reader.key)) {
      await reader.close();
      return undefined;
    }
    held.set(reader.key, this.path);
    this.#queue.push(reader);
    const known = places.get(reader.key);
    if (known !== undefined) await reader.resume(known);
    else if (this.#tailBytes !== undefined) await reader.startNearEnd(this.#tailBytes);
    if (this.#queue.length === 1) this.#opened();
    else this.#state = 'open';
    return undefined;
  }

  async #readFirst(): Promise<Look> {
    for (;;) {
      const reader = this.#queue[0];
      if (reader === undefined) return 'quiet';
      try {
        if (await this.#readOn(reader)) {
          this.#quietSince = this.#shared.now();
          return 'data';
        }
        if (!(await this.#isFinished(reader))) return this.#queue.length > 1 ? 'settling' : 'quiet';
      } catch (error) {
        const trouble = troubleOf(error);
        await this.#letGo(reader);
        this.#tell(trouble);
        return 'quiet';
      }
      await this.#letGo(reader);
      this.#nextGrewAt = undefined;
      if (this.#queue.length > 0) this.#emit('rotated');
    }
  }

  /** Reads up to the size that the file has now. True when something was there. */
  async #readOn(reader: FileReader): Promise<boolean> {
    const { tuning, pause, onEvent } = this.#shared;
    const grown = await reader.look();
    if (grown === 'truncated') this.#emit('truncated');
    if (grown === 'same') return false;
    if (reader.size - reader.offset > tuning.backlogMaxBytes) {
      const target = reader.size - tuning.backlogKeepBytes;
      onEvent({
        kind: 'skipped',
        path: this.path,
        ...(await reader.skipTo(target, tuning.sliceBytes, pause)),
      });
    }
    while (reader.offset < reader.size) {
      const before = reader.offset;
      const bytes = await reader.slice(tuning.sliceBytes);
      if (bytes.length > 0) onEvent({ kind: 'data', path: this.path, bytes });
      // Nothing where there should be something: it was truncated just now, the next look sees it.
      if (!(await pause()) || reader.offset === before) break;
    }
    return true;
  }

  /** Read to its end, and as far as one can know nobody will write to it any more. */
  async #isFinished(reader: FileReader): Promise<boolean> {
    const { tuning, now } = this.#shared;
    const next = this.#queue[1];
    if (next === undefined) return reader.links === 0 && now() - this.#quietSince >= tuning.deletedQuietMs;
    await next.look();
    // Its writers have not begun to switch. When the name was taken twice they have, even if nothing was written.
    if (next.size === 0 && this.#queue.length === 2) return false;
    this.#nextGrewAt ??= now();
    const quietSince = Math.max(this.#quietSince, this.#nextGrewAt);
    return now() - quietSince >= tuning.rotationQuietMs || now() - this.#nextGrewAt >= tuning.rotationMaxMs;
  }

  async #letGo(reader: FileReader): Promise<void> {
    const { held, places } = this.#shared;
    this.#queue.splice(this.#queue.indexOf(reader), 1);
    held.delete(reader.key);
    places.delete(reader.key);
    places.set(reader.key, reader.place());
    const oldest = places.keys().next();
    if (places.size > PLACES_MAX && oldest.done !== true) places.delete(oldest.value);
    await reader.close();
  }

  #opened(): void {
    this.#state = 'open';
    this.#emit('opened');
  }

  #emit(kind: 'opened' | 'rotated' | 'truncated'): void {
    this.#shared.onEvent({ kind, path: this.path });
  }

  /** Once per change. */
  #tell(trouble: Trouble): void {
    if (this.#state === trouble) return;
    this.#state = trouble;
    this.#shared.onEvent({ kind: trouble, path: this.path });
  }
}

function troubleOf(error: unknown): Trouble {
  switch (errnoOf(error)) {
    case undefined:
      throw error;
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ELOOP':
    case 'ESTALE':
      return 'missing';
    default:
      return 'denied';
  }
}
