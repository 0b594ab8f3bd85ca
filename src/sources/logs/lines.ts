// From bytes to the text of a line: the end-of-line off, decoded, sanitised, cut. One way for all who read
// lines, so that `explain` and the console see the same text.

import { LOG_LINE_MAX } from '../../core/rows.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';

/** More bytes of a line are never decoded: UTF-8 takes at most four for a character. */
export const LINE_BYTES_MAX = LOG_LINE_MAX * 4;

const LF = 0x0a;
const CR = 0x0d;

/** `bytes`: one line, with or without its newline. A text that was cut ends with "…". */
export function lineText(bytes: Buffer): SafeText {
  let end = bytes.length;
  if (end > 0 && bytes[end - 1] === LF) end--;
  if (end > 0 && bytes[end - 1] === CR) end--;
  let start = 0;
  // copytruncate leaves a hole of NUL bytes in front of the next line when the writer keeps its offset.
  while (start < end && bytes[start] === 0) start++;
  const long = end - start > LINE_BYTES_MAX;
  const decoded = bytes.toString('utf8', start, long ? start + LINE_BYTES_MAX : end);
  const text = sanitise(decoded, LOG_LINE_MAX);
  // Escapes make the text longer than what they stand for.
  if (text.length <= LOG_LINE_MAX && !(long && !text.endsWith('…'))) return text;
  return sanitise(`${withoutHalf(text.slice(0, LOG_LINE_MAX - 1))}…`);
}

/** Cutting between the halves of a character outside the BMP would leave one that no terminal can show. */
function withoutHalf(text: string): string {
  return /[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text;
}

export function countNewlines(bytes: Uint8Array): number {
  let count = 0;
  for (let index = 0; index < bytes.length; index++) if (bytes[index] === LF) count++;
  return count;
}

/**
 * Cuts a stream of chunks into lines. `onLine` gets each line without its newline, valid during the call; of
 * a line longer than `keepMax` only the first bytes, with the whole length beside. `end` hands over a last
 * line without a newline.
 */
export function createLineSplitter(
  onLine: (line: Buffer, bytes: number) => void,
  keepMax: number = LINE_BYTES_MAX,
): Readonly<{ push(chunk: Buffer): void; end(): void }> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let lineBytes = 0;
  const hold = (part: Buffer): void => {
    lineBytes += part.length;
    const room = keepMax - heldBytes;
    if (room <= 0 || part.length === 0) return;
    const kept = Buffer.from(part.subarray(0, room));
    held.push(kept);
    heldBytes += kept.length;
  };
  const finish = (): void => {
    const [only] = held;
    onLine(held.length === 1 && only !== undefined ? only : Buffer.concat(held), lineBytes);
    held = [];
    heldBytes = 0;
    lineBytes = 0;
  };
  return {
    push(chunk) {
      let start = 0;
      for (;;) {
        const newline = chunk.indexOf(LF, start);
        if (newline < 0) break;
        if (lineBytes === 0) {
          const line = chunk.subarray(start, Math.min(newline, start + keepMax));
          onLine(line, newline - start);
        } else {
          hold(chunk.subarray(start, newline));
          finish();
        }
        start = newline + 1;
      }
      if (start < chunk.length) hold(chunk.subarray(start));
    },
    end() {
      if (lineBytes > 0) finish();
    },
  };
}
