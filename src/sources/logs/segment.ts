// Complete lines of one file, still as bytes: kept until a batch is made, then decoded, or let go with only
// their number.

import type { SafeText } from '../../core/sanitise.ts';
import { LINE_BYTES_MAX, lineText } from './lines.ts';

const LF = 0x0a;
const CR = 0x0d;
export const NO_BYTES = Buffer.alloc(0);

/**
 * `head`: the beginning of the first line, left over from chunks before, bounded; `headBytes` its whole
 * length. `continued`: the first line's beginning was shown already, as a line that had no end yet.
 */
export type Segment = Readonly<{
  file: number;
  head: Buffer;
  headBytes: number;
  body: Buffer;
  lines: number;
  continued: boolean;
}>;

export type Piece = Readonly<{ text: SafeText; bytes: number; continued: boolean }>;

/** `dropped` lines off the front were all new, except a continued one: that was counted when it was shown. */
export function newAmong(dropped: number, continued: boolean): number {
  return continued && dropped > 0 ? dropped - 1 : dropped;
}

/** Where the last `max` of `lines` complete lines begin; `last` is the index of the last newline. */
export function tailStart(
  bytes: Buffer,
  last: number,
  excess: Readonly<{ lines: number; max: number }>,
): number {
  if (excess.lines <= excess.max) return 0;
  let at = last;
  for (let index = 0; index < excess.max; index++) at = bytes.lastIndexOf(LF, at - 1);
  return at + 1;
}

/** The same without its first lines: fewer than it has, at least one. Copied, so that what is let go is free. */
export function withoutFirst(segment: Segment, drop: number): Segment {
  const { body, lines } = segment;
  const from = tailStart(body, body.length - 1, { lines, max: lines - drop });
  return {
    file: segment.file,
    head: NO_BYTES,
    headBytes: 0,
    body: Buffer.from(body.subarray(from)),
    lines: lines - drop,
    continued: false,
  };
}

/** The lines of a segment after the first `drop`. */
export function* decodeSegment(segment: Segment, drop: number): Generator<Piece> {
  const { head, headBytes, body } = segment;
  let start = 0;
  for (let index = 0; index < segment.lines; index++) {
    const newline = body.indexOf(LF, start);
    const end = newline < 0 ? body.length : newline;
    if (index >= drop) {
      const part = body.subarray(start, end);
      if (index === 0 && headBytes > 0) {
        // Behind a head that was bounded the rest would not join, nor is it needed: the line is cut before.
        const whole =
          head.length > LINE_BYTES_MAX ? head : Buffer.concat([head, part.subarray(0, LINE_BYTES_MAX)]);
        yield { text: lineText(whole), bytes: headBytes + part.length, continued: segment.continued };
      } else {
        const continued = index === 0 && segment.continued;
        const nothingMore = part.length === 0 || (part.length === 1 && part[0] === CR);
        if (!(continued && nothingMore)) yield { text: lineText(part), bytes: part.length, continued };
      }
    }
    start = end + 1;
  }
}
