// Cuts chunks of the kernel's tables into lines without making text of them. Lines straddle chunks, and a chunk is a view on a
// buffer that is reused: only the rest of a line is copied.

const NEWLINE = 0x0a;
const LINE_MAX = 4096;

export type ByteLines = Readonly<{
  push(chunk: Buffer): void;
  /** Reads a last line without a newline. */
  end(): void;
}>;

/** `read`: one line, from `start` up to but not including `end`. */
export function createByteLines(read: (bytes: Buffer, start: number, end: number) => void): ByteLines {
  let pending: Buffer | undefined;
  const readAll = (bytes: Buffer, end: number): void => {
    for (let start = 0; start < end; ) {
      const next = bytes.indexOf(NEWLINE, start);
      const lineEnd = next < 0 || next >= end ? end : next;
      read(bytes, start, lineEnd);
      start = lineEnd + 1;
    }
  };
  return {
    push(chunk) {
      const bytes = pending === undefined ? chunk : Buffer.concat([pending, chunk]);
      const last = bytes.lastIndexOf(NEWLINE) + 1;
      readAll(bytes, last);
      const rest = bytes.length - last;
      // What is longer than any line of the kernel is no line: let it go.
      pending = rest === 0 || rest > LINE_MAX ? undefined : Buffer.from(bytes.subarray(last));
    },
    end() {
      if (pending !== undefined) readAll(pending, pending.length);
      pending = undefined;
    },
  };
}
