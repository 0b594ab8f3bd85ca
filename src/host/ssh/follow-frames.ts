// Reads what the far sh of the log stream writes: lines "TOKEN kind … .", and bytes of files between two of them. What is
// before and between is noise (start-up files, messages of the far system) and is thrown away. Never throws, and keeps at
// most a line or the bytes that were asked for, whatever comes.

/** Longest line: two paths' worth of escaped bytes. */
const LINE_MAX = 20_000;
const NEWLINE = 10;

/**
 * `answer`: the words after the token, as bytes in latin1. `bytes`: what stood in a file, whole. `overflow`: more than
 * was asked for: the far side is not what we think.
 */
export type FarFrame =
  | Readonly<{ kind: 'answer'; text: string }>
  | Readonly<{ kind: 'bytes'; seq: number; bytes: Buffer }>
  | Readonly<{ kind: 'overflow' }>;

export class FarFrames {
  readonly #mark: Buffer;
  readonly #begin: Buffer;
  readonly #token: string;
  readonly #bytesMax: number;
  #line: Buffer[] = [];
  #lineBytes = 0;
  /** The request whose bytes are being read. */
  #seq: number | undefined;
  #held: Buffer = Buffer.alloc(0);
  /** Up to where `#held` has no mark. */
  #searched = 0;

  constructor(token: string, bytesMax: number) {
    this.#token = `${token} `;
    this.#begin = Buffer.from(`\n${token} `, 'latin1');
    this.#mark = Buffer.from(`\n${token} e `, 'latin1');
    this.#bytesMax = bytesMax;
  }

  push(chunk: Buffer): readonly FarFrame[] {
    const frames: FarFrame[] = [];
    let rest: Buffer | undefined = chunk;
    while (rest !== undefined)
      rest = this.#seq === undefined ? this.#lines(rest, frames) : this.#bytes(rest, frames);
    return frames;
  }

  /** Up to the end of the chunk, or to where bytes begin. */
  #lines(chunk: Buffer, frames: FarFrame[]): Buffer | undefined {
    let start = 0;
    for (;;) {
      if (this.#lineBytes === 0) start = this.#overNoise(chunk, start);
      const newline = chunk.indexOf(NEWLINE, start);
      const end = newline < 0 ? chunk.length : newline;
      if (this.#lineBytes <= LINE_MAX)
        this.#line.push(Buffer.from(chunk.subarray(start, Math.min(end, start + LINE_MAX))));
      this.#lineBytes += end - start;
      if (newline < 0) return undefined;
      const text = this.#lineBytes <= LINE_MAX ? Buffer.concat(this.#line).toString('latin1') : '';
      this.#line = [];
      this.#lineBytes = 0;
      start = newline + 1;
      if (!text.startsWith(this.#token)) continue;
      const said = text.slice(this.#token.length);
      const begun = /^d (\d{1,15})$/.exec(said);
      if (begun !== null) {
        this.#seq = Number(begun[1]);
        return chunk.subarray(start);
      }
      // Without its end it was cut off by the one who ended the watcher.
      if (said.endsWith(' .')) frames.push({ kind: 'answer', text: said.slice(0, -2) });
    }
  }

  /** From a line start to the next that may be ours: many short lines of noise cost no more than a long one. */
  #overNoise(chunk: Buffer, start: number): number {
    const ours = this.#begin.subarray(1);
    if (chunk.length - start < ours.length || chunk.subarray(start, start + ours.length).equals(ours))
      return start;
    const next = chunk.indexOf(this.#begin, start);
    const last = next < 0 ? chunk.lastIndexOf(NEWLINE) : next;
    return last < start ? start : last + 1;
  }

  #bytes(chunk: Buffer, frames: FarFrame[]): Buffer | undefined {
    const seq = this.#seq ?? 0;
    this.#held = this.#held.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#held, chunk]);
    const at = this.#held.indexOf(this.#mark, this.#searched);
    if (at < 0 && this.#held.length <= this.#bytesMax + this.#mark.length) {
      this.#searched = Math.max(0, this.#held.length - this.#mark.length + 1);
      return undefined;
    }
    const held = this.#held;
    this.#seq = undefined;
    this.#held = Buffer.alloc(0);
    this.#searched = 0;
    if (at < 0 || at > this.#bytesMax) {
      frames.push({ kind: 'overflow' });
      return at < 0 ? undefined : held.subarray(at + 1);
    }
    frames.push({ kind: 'bytes', seq, bytes: held.subarray(0, at) });
    return held.subarray(at + 1);
  }
}

/** One line of `ls -Lnid`: who has a name now. `raw` changes when anything of it does. */
export type FarState = Readonly<{ inode: string; isFile: boolean; size: number; raw: string }>;

/**
 * From `ls` of GNU coreutils 9.1, then of FreeBSD 15 (`-T`); the name follows and is not looked at.
 *
 *     1835027 -rw-r----- 1 0 4 5120 2026-11-21 21:44:31.000000000 +0000 /var/log/auth.log
 *     4711 -rw-r-----  1 0 0 5120 Nov 21 21:44:31 2026 /var/log/auth.log
 */
const LS_LINE = /^ *(\d{1,20}) +([-a-zA-Z?])\S{9,11} +\d+ +\d+ +\d+ +(\d{1,16})(?:, *\S+)? /;

export function readFarState(line: string): FarState | undefined {
  const found = LS_LINE.exec(line);
  if (found === null) return undefined;
  const size = Number(found[3]);
  if (!Number.isSafeInteger(size)) return undefined;
  return { inode: found[1] ?? '', isFile: found[2] === '-', size, raw: line };
}

/** The name as the far side escaped it: its backslashes doubled, line ends as \n. Text of bytes, like the line. */
export function readFarName(escaped: string): string {
  const bytes = escaped.replace(/\\([\\n])/g, (_, character) => (character === 'n' ? '\n' : '\\'));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
