// Cuts a stream of bytes at a mark: what comes before it is a program's output, the line of the mark says how it ended.
//
// "eth0: 1 2 3\n" + "oc4f…9a 0\n" → the bytes "eth0: 1 2 3\n", then the mark with the word "0"

import { randomBytes } from 'node:crypto';

/** 128 random bits behind letters, for one answer only: no output can hold it by chance or by malice. */
export function newMark(): string {
  return `oc${randomBytes(16).toString('hex')}`;
}

export type Cut = Readonly<{ word: string; rest: Buffer }>;

/** What may stand behind a mark: a number. */
const WORD_MAX = 20;
const NEWLINE = 0x0a;

export type Cutter = Readonly<{
  /** Bytes that are certainly before the mark go to `sink`. An answer: the mark was found, `rest` is what follows it. */
  push(chunk: Buffer): Cut | undefined;
}>;

export function createCutter(mark: string, sink: (bytes: Buffer) => void): Cutter {
  const wanted = Buffer.from(`${mark} `, 'latin1');
  let held: Buffer = Buffer.alloc(0);
  const pass = (bytes: Buffer): void => {
    if (bytes.length > 0) sink(bytes);
  };
  return {
    push(chunk) {
      const data = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      const at = data.indexOf(wanted);
      if (at < 0) {
        const kept = beginning(data, wanted);
        pass(data.subarray(0, data.length - kept));
        // A copy: the chunk's memory is not ours.
        held = Buffer.from(data.subarray(data.length - kept));
        return undefined;
      }
      pass(data.subarray(0, at));
      const from = at + wanted.length;
      const end = data.indexOf(NEWLINE, from);
      if (end < 0 && data.length - from <= WORD_MAX) {
        held = Buffer.from(data.subarray(at));
        return undefined;
      }
      const stop = end < 0 ? data.length : end;
      held = Buffer.alloc(0);
      const word = data.toString('latin1', from, Math.min(stop, from + WORD_MAX));
      return { word, rest: data.subarray(Math.min(stop + 1, data.length)) };
    },
  };
}

/** How many bytes at the end of `data` may be the beginning of `wanted`. */
function beginning(data: Buffer, wanted: Buffer): number {
  for (let length = Math.min(wanted.length - 1, data.length); length > 0; length--) {
    if (data.subarray(data.length - length).equals(wanted.subarray(0, length))) return length;
  }
  return 0;
}
