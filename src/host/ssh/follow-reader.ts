// One log file of a far host and how far it was read. No handle holds it: it is its inode, under the name that it has, found
// again among its neighbours when it was renamed. What was read last is read again with what follows, to see that it is the
// same file still.

import type { FileReader } from '../follow-file.ts';
import type { FarFile, FarFollowed } from './follow-files.ts';
import type { FarState } from './follow-frames.ts';

const TAIL_BYTES = 64;
const NEWLINE = 10;
/** How much is looked at for the first line start after a jump. */
const ALIGN_BYTES = 1024;
/** How much says how wide the line is, before more is asked for. */
const PROBE_BYTES = 4096;

export type FarReaderParts = Readonly<{
  files: FarFollowed;
  path: string;
  state: FarState;
  /** The file has gone, and nobody knows what it got since it was read last. */
  onGone: () => void;
  /** How many files begin together. */
  together: () => number;
}>;

const isZeros = (bytes: Buffer): boolean => bytes.every((byte) => byte === 0);

export class FarReader implements FileReader {
  readonly key: string;
  offset = 0;
  size: number;
  links = 1;
  readonly #parts: FarReaderParts;
  readonly #inode: string;
  /** The name that it has now. */
  #where: string;
  #seen: string | undefined;
  #tail: Buffer = Buffer.alloc(0);
  #aligning = false;
  #found: 'same' | 'anew' | 'hole' = 'same';

  constructor(parts: FarReaderParts) {
    this.#parts = parts;
    this.#where = parts.path;
    this.#inode = parts.state.inode;
    this.size = parts.state.size;
    this.key = farKey(parts.path, parts.state);
  }

  get #file(): FarFile {
    return { path: this.#where, inode: this.#inode };
  }

  async startNearEnd(wished: number): Promise<void> {
    const { files, together } = this.#parts;
    const { pace } = files.talk;
    if (Math.min(wished, this.size) > 2 * PROBE_BYTES && !pace.isKnown)
      await files.bytes(this.#file, this.size - PROBE_BYTES, this.size);
    const start = Math.max(0, this.size - pace.tail(wished, together()));
    this.offset = start;
    if (start > 0) {
      this.offset = start - 1;
      this.#aligning = true;
    }
  }

  async resume(at: Readonly<{ offset: number; tail: Buffer }>): Promise<void> {
    if (at.offset > this.size) return;
    this.#parts.files.forget(this.#where);
    const before = await this.#between(at.offset - at.tail.length, at.offset);
    if (before?.equals(at.tail) !== true) return;
    this.offset = at.offset;
    this.#tail = at.tail;
  }

  place(): Readonly<{ offset: number; tail: Buffer }> {
    return { offset: this.offset, tail: this.#tail };
  }

  async look(): Promise<'same' | 'grown' | 'truncated'> {
    const state = await this.#state();
    if (state === undefined) {
      if (this.links > 0) this.#parts.onGone();
      this.links = 0;
      return 'same';
    }
    this.links = 1;
    this.size = state.size;
    if (this.size < this.offset) this.#found = 'anew';
    const isOther = state.raw !== this.#seen;
    this.#seen = state.raw;
    if (this.#found === 'same' && this.size === this.offset && isOther && this.#tail.length > 0) {
      this.#parts.files.forget(this.#where);
      this.#check(await this.#between(this.offset - this.#tail.length, this.offset));
    }
    if (this.#found === 'same') return this.size > this.offset ? 'grown' : 'same';
    this.#parts.files.forget(this.#where);
    // A writer that was not told of the truncation goes on at its old place: zeros before it, the new bytes after it.
    if (this.#found === 'hole') this.#tail = Buffer.alloc(this.#tail.length);
    else {
      this.offset = 0;
      this.#tail = Buffer.alloc(0);
      this.#aligning = false;
    }
    this.#found = 'same';
    this.#seen = undefined;
    return 'truncated';
  }

  async slice(max: number): Promise<Buffer> {
    const most = Math.min(max, this.#parts.files.talk.pace.slice, this.size - this.offset);
    const bytes = await this.#onward(most);
    if (bytes === undefined) return Buffer.alloc(0);
    this.#went(bytes);
    if (!this.#aligning) return bytes;
    const newline = bytes.indexOf(NEWLINE);
    if (newline < 0) return Buffer.alloc(0);
    this.#aligning = false;
    return bytes.subarray(newline + 1);
  }

  /** The far side counts what is jumped over; only where the next line begins is looked at here. */
  async skipTo(
    target: number,
    _sliceBytes: number,
    pause: () => Promise<boolean>,
  ): Promise<Readonly<{ bytes: number; lines: number }>> {
    const jumped = { bytes: 0, lines: 0 };
    if (this.#tail.length > 0 && (await this.#onward(1)) === undefined) return jumped;
    const to = target - 1;
    if (to > this.offset) {
      const { newlines, state } = await this.#parts.files.newlines(this.#where, this.offset, to);
      if (newlines === undefined || state?.inode !== this.#inode || state.size < to) return jumped;
      jumped.lines = newlines;
      jumped.bytes = to - this.offset;
      this.offset = to;
      this.#tail = Buffer.alloc(0);
    }
    this.#aligning = false;
    for (;;) {
      const bytes = await this.#onward(Math.min(ALIGN_BYTES, this.size - this.offset));
      if (bytes === undefined || bytes.length === 0) return jumped;
      const newline = bytes.indexOf(NEWLINE);
      const used = newline < 0 ? bytes : bytes.subarray(0, newline + 1);
      jumped.bytes += used.length;
      if (newline >= 0) jumped.lines++;
      this.#went(used);
      if (newline >= 0 || !(await pause())) return jumped;
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Who has the inode now, under which name; undefined: nobody. */
  async #state(): Promise<FarState | undefined> {
    const { files } = this.#parts;
    const here = files.known(this.#where) ?? (await files.ask(this.#where)).state;
    if (here?.inode === this.#inode) return here;
    for (const name of await files.namesOf(this.#where, this.#inode)) {
      const { state } = await files.ask(name);
      if (state?.inode !== this.#inode || !state.isFile) continue;
      this.#where = name;
      this.#seen = undefined;
      return state;
    }
    return undefined;
  }

  /** The bytes after those that were read; undefined when it is not as it was: the next look says how. */
  async #onward(count: number): Promise<Buffer | undefined> {
    if (count <= 0) return undefined;
    const back = this.#tail.length;
    const bytes = await this.#between(this.offset - back, this.offset + count);
    if (bytes === undefined || !this.#check(bytes.subarray(0, back))) return undefined;
    return bytes.subarray(back);
  }

  /** undefined: another file has the name now, or it became shorter meanwhile. */
  async #between(from: number, to: number): Promise<Buffer | undefined> {
    const { bytes, after, kind } = await this.#parts.files.bytes(this.#file, from, to);
    if (kind === 'd') throw Object.assign(new Error('permission denied'), { code: 'EACCES' });
    if (after?.inode !== this.#inode || after.size < from + bytes.length) return undefined;
    return bytes.subarray(0, to - from);
  }

  #check(before: Buffer | undefined): boolean {
    if (before === undefined) return false;
    if (before.equals(this.#tail)) return true;
    if (before.length === this.#tail.length) this.#found = isZeros(before) ? 'hole' : 'anew';
    return false;
  }

  #went(bytes: Buffer): void {
    this.offset += bytes.length;
    const both = bytes.length >= TAIL_BYTES ? bytes : Buffer.concat([this.#tail, bytes]);
    this.#tail = Buffer.from(both.subarray(-TAIL_BYTES));
  }
}

/** Inodes are one per file system, and no portable tool names that: files that change names stay in their folder. */
export function farKey(path: string, state: FarState): string {
  return `${path.slice(0, path.lastIndexOf('/') + 1)}:${state.inode}`;
}
