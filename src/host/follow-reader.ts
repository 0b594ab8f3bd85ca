// One open log file and how far it was read. Keeps the handle, so that a rename or deletion loses nothing and the inode
// number cannot be given to another file; remembers the last bytes read, so that a rewritten file is noticed.

import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';

const TAIL_BYTES = 64;
const NEWLINE = 10;

export type Grown = 'same' | 'grown' | 'truncated';

export class LogReader {
  readonly key: string;
  /** Next byte to read. */
  offset = 0;
  size = 0;
  /** Names of this file in the file system; 0 = deleted. */
  links = 1;
  #tail: Buffer = Buffer.alloc(0);
  #changed = -1;
  /** True while bytes are thrown away up to the next newline: the start is in the middle of a line. */
  #aligning = false;
  readonly #file: FileHandle;

  private constructor(file: FileHandle, key: string) {
    this.#file = file;
    this.key = key;
  }

  /** undefined when it is not a regular file. Throws the system's errors. */
  static async open(path: string): Promise<LogReader | undefined> {
    if (!(await stat(path)).isFile()) return undefined;
    // Should a fifo have taken its place just now, this must not wait for a writer.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const found = await file.stat();
    if (!found.isFile()) {
      await file.close();
      return undefined;
    }
    const reader = new LogReader(file, keyOf(found));
    reader.size = found.size;
    return reader;
  }

  /** Starts `bytes` before the end, at the first line start from there. */
  async startNearEnd(bytes: number): Promise<void> {
    const start = Math.max(0, this.size - bytes);
    this.offset = start;
    // A newline right before the start means that a line starts here.
    if (start > 0) {
      this.offset = start - 1;
      this.#aligning = true;
    }
    await this.#learnTail();
  }

  /** Goes on where an earlier handle of the same file stopped, if its bytes there are still the same. */
  async resume(at: Readonly<{ offset: number; tail: Buffer }>): Promise<void> {
    if (at.offset > this.size) return;
    const before = await this.#readAt(at.offset - at.tail.length, at.tail.length);
    if (before.equals(at.tail)) {
      this.offset = at.offset;
      this.#tail = at.tail;
    }
  }

  place(): Readonly<{ offset: number; tail: Buffer }> {
    return { offset: this.offset, tail: this.#tail };
  }

  /** Looks at the file again. After `truncated` the offset is where the new content begins. */
  async look(): Promise<Grown> {
    const found = await this.#file.stat();
    this.size = found.size;
    this.links = found.nlink;
    if (this.size < this.offset) return this.#restart();
    const changed = found.mtimeMs;
    if (changed === this.#changed && this.size === this.offset) return 'same';
    this.#changed = changed;
    const before = await this.#readAt(this.offset - this.#tail.length, this.#tail.length);
    if (!before.equals(this.#tail)) {
      // A writer that was not told of the truncation goes on at its old place: zeros before it, the new bytes after it.
      if (before.length === this.#tail.length && before.every((byte) => byte === 0)) {
        this.#tail = before;
        return 'truncated';
      }
      return this.#restart();
    }
    return this.size > this.offset ? 'grown' : 'same';
  }

  /** The next bytes, at most `max`; empty at the end. */
  async slice(max: number): Promise<Buffer> {
    const bytes = await this.#readAt(this.offset, Math.min(max, Math.max(0, this.size - this.offset)));
    this.offset += bytes.length;
    this.#keepTail(bytes);
    if (!this.#aligning) return bytes;
    const newline = bytes.indexOf(NEWLINE);
    if (newline < 0) return Buffer.alloc(0);
    this.#aligning = false;
    return bytes.subarray(newline + 1);
  }

  /**
   * Jumps to the first line start at or after `target`, counting what lies between. Reads it all, in slices, because the
   * count must be exact; `pause` is awaited between slices and says whether to go on.
   */
  async skipTo(
    target: number,
    sliceBytes: number,
    pause: () => Promise<boolean>,
  ): Promise<Readonly<{ bytes: number; lines: number }>> {
    let bytes = 0;
    let lines = 0;
    for (;;) {
      const slice = await this.#readAt(this.offset, sliceBytes);
      if (slice.length === 0) return { bytes, lines };
      const lastLine =
        this.offset + slice.length < target
          ? -1
          : slice.indexOf(NEWLINE, Math.max(0, target - this.offset - 1));
      const used = lastLine < 0 ? slice : slice.subarray(0, lastLine + 1);
      bytes += used.length;
      lines += countNewlines(used);
      this.offset += used.length;
      this.#keepTail(used);
      this.#aligning = false;
      if (lastLine >= 0 || !(await pause())) return { bytes, lines };
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  #restart(): Grown {
    this.offset = 0;
    this.#tail = Buffer.alloc(0);
    this.#aligning = false;
    return 'truncated';
  }

  async #learnTail(): Promise<void> {
    const length = Math.min(TAIL_BYTES, this.offset);
    this.#tail = await this.#readAt(this.offset - length, length);
  }

  #keepTail(bytes: Buffer): void {
    const both = bytes.length >= TAIL_BYTES ? bytes : Buffer.concat([this.#tail, bytes]);
    // A copy: a view would keep the whole slice in memory.
    this.#tail = Buffer.from(both.subarray(-TAIL_BYTES));
  }

  async #readAt(position: number, length: number): Promise<Buffer> {
    if (length <= 0) return Buffer.alloc(0);
    const { bytesRead, buffer } = await this.#file.read(Buffer.allocUnsafe(length), 0, length, position);
    return buffer.subarray(0, bytesRead);
  }
}

export function keyOf(found: Readonly<{ dev: number; ino: number }>): string {
  return `${found.dev}:${found.ino}`;
}

function countNewlines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count++;
  return count;
}
