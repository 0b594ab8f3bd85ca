// A stdout and a stdin for Ink that are no terminal: every write is one whole frame, and no key comes in.
// Our frame writer draws, our input parser reads; Ink only lays out.

import { Readable, Writable } from 'node:stream';

export type FrameStream = Readonly<{
  stdout: NodeJS.WriteStream;
  stdin: NodeJS.ReadStream;
  resize(columns: number, rows: number): void;
}>;

/**
 * For `render(node, { stdout, stdin, debug: true, interactive: true, patchConsole: false, exitOnCtrlC: false,
 * isScreenReaderEnabled: false })`: `debug` gives whole frames without throttling or cursor codes, `interactive` makes
 * Ink follow `resize`. Call it once; `onFrame` runs inside React's commit.
 */
export function createFrameStream(
  onFrame: (frame: string) => void,
  size: Readonly<{ columns: number; rows: number }>,
): FrameStream {
  const stdout = new FrameSink(onFrame, size);
  const stdin = new Readable({ read() {} });
  return {
    // Ink uses columns, rows, isTTY, write and the resize event of a terminal, and all of them are here.
    stdout: stdout as unknown as NodeJS.WriteStream,
    stdin: stdin as unknown as NodeJS.ReadStream,
    resize: (columns, rows) => stdout.resize(columns, rows),
  };
}

const MODE_ONLY = /^\x1b\[\?\d+[hl]$/;

class FrameSink extends Writable {
  readonly isTTY = true;
  columns: number;
  rows: number;
  readonly #onFrame: (frame: string) => void;

  constructor(onFrame: (frame: string) => void, size: Readonly<{ columns: number; rows: number }>) {
    super({ decodeStrings: false });
    this.#onFrame = onFrame;
    this.columns = size.columns;
    this.rows = size.rows;
  }

  resize(columns: number, rows: number): void {
    this.columns = columns;
    this.rows = rows;
    this.emit('resize');
  }

  /** Ink writes '' to learn when all is flushed, and cursor modes on unmounting; those are not frames. */
  override _write(chunk: unknown, _encoding: BufferEncoding, done: () => void): void {
    if (typeof chunk === 'string' && chunk !== '' && !MODE_ONLY.test(chunk)) this.#onFrame(chunk);
    done();
  }
}
