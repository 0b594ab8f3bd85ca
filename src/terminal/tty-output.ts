// Bytes to the terminal without ever blocking the program: Node's own stdout waits inside write(2) when the line is slow,
// so we open the terminal a second time, non-blocking, and try again later for what it did not take.

import { closeSync, constants, openSync, writeSync } from 'node:fs';
import type { FrameOutput } from './frame-writer.ts';
import { isBusy, pause } from './tty-wait.ts';

/** How long to wait before offering a full terminal more bytes. */
const RETRY_MS = 5;
/** CAN: ends a sequence that was cut off. */
const CANCEL = '\x18';

export type TtyOutput = FrameOutput &
  Readonly<{
    /** Bytes outside of frames; they go after the frame that is under way. */
    append(data: string): void;
    /** Writes before it returns, for entering and leaving; gives up on a line that takes nothing for `patienceMs`. */
    writeNow(data: string, patienceMs: number): void;
    /** Drops what was not yet taken, with a CAN so that the terminal forgets half a sequence. */
    abandon(): void;
    close(): void;
  }>;

export type TtyOutputOptions = Readonly<{
  /** File descriptor of the terminal, for when it cannot be opened a second time. */
  fd: number;
  /** The line is gone (EIO, EPIPE, …). Called once. */
  onError: (error: Error) => void;
  open?: (fd: number) => number;
  write?: (fd: number, data: Buffer) => number;
}>;

export function createTtyOutput(options: TtyOutputOptions): TtyOutput {
  return new Tty(options);
}

class Tty implements TtyOutput {
  readonly #options: TtyOutputOptions;
  readonly #fd: number;
  readonly #offerBytes: (fd: number, data: Buffer) => number;
  #rest: Buffer | undefined;
  /** Part of `#rest` was taken before: the terminal may be in the middle of a sequence. */
  #started = false;
  #taken: ((error: Error | undefined) => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #dead = false;
  #closed = false;

  constructor(options: TtyOutputOptions) {
    this.#options = options;
    this.#fd = (options.open ?? reopen)(options.fd);
    this.#offerBytes = options.write ?? ((to, data) => writeSync(to, data));
  }

  write(data: string, done: (error: Error | undefined) => void): void {
    this.#taken = done;
    this.append(data);
  }

  append(data: string): void {
    if (this.#dead) return;
    const waiting = this.#rest !== undefined;
    const bytes = Buffer.from(data);
    this.#rest = this.#rest === undefined ? bytes : Buffer.concat([this.#rest, bytes]);
    if (waiting) return;
    this.#started = false;
    this.#push();
  }

  writeNow(data: string, patienceMs: number): void {
    let left = Buffer.from(data);
    const until = performance.now() + patienceMs;
    while (left.length > 0 && !this.#dead) {
      const count = this.#offer(left);
      if (count === undefined || (count === 0 && performance.now() > until)) return;
      left = left.subarray(count);
      if (count === 0) pause(RETRY_MS);
    }
  }

  abandon(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const cutOff = this.#rest !== undefined && this.#started;
    this.#finish();
    if (cutOff && !this.#dead) this.#offer(Buffer.from(CANCEL));
  }

  close(): void {
    clearTimeout(this.#timer);
    if (this.#fd !== this.#options.fd && !this.#closed) closeSync(this.#fd);
    this.#closed = true;
    this.#dead = true;
  }

  /** Bytes that the terminal took now; undefined when the line has failed. */
  #offer(data: Buffer): number | undefined {
    try {
      return this.#offerBytes(this.#fd, data);
    } catch (error) {
      if (isBusy(error)) return 0;
      this.#dead = true;
      this.#options.onError(error instanceof Error ? error : new Error(String(error)));
      return undefined;
    }
  }

  #push(): void {
    this.#timer = undefined;
    while (this.#rest !== undefined) {
      const count = this.#offer(this.#rest);
      if (count === undefined) return;
      if (count >= this.#rest.length) {
        this.#finish();
        return;
      }
      if (count > 0) this.#started = true;
      this.#rest = this.#rest.subarray(count);
      if (count === 0) {
        this.#timer = setTimeout(() => this.#push(), RETRY_MS);
        return;
      }
    }
  }

  #finish(): void {
    const done = this.#taken;
    this.#rest = undefined;
    this.#taken = undefined;
    done?.(undefined);
  }
}

/** The same terminal under a description of our own, so that non-blocking is not forced on the shell. */
function reopen(fd: number): number {
  const flags = constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
  for (const path of [`/proc/self/fd/${fd}`, '/dev/tty']) {
    try {
      return openSync(path, flags);
    } catch {
      // Not Linux, or a terminal of another user (after `su`): the next way.
    }
  }
  return fd;
}
