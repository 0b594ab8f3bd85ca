// Frames to the terminal with back-pressure: one write at a time, and of the frames that come meanwhile only the newest
// is kept. A slow line sees fewer frames, never older ones.

import type { Frame } from './cells.ts';
import type { FrameWatch } from './line-meter.ts';
import { Painter } from './painter.ts';

/**
 * Takes bytes for the terminal. `done` is called once, when they were taken (perhaps before `write` returns) or with the
 * error that ended the line. The writer never has more than one write under way.
 */
export type FrameOutput = Readonly<{
  write(data: string, done: (error: Error | undefined) => void): void;
}>;

/** `waitMs`: how long the line took to accept the last frame. */
export type FrameCounters = Readonly<{ frames: number; bytes: number; skipped: number; waitMs: number }>;

export type FrameWriter = Readonly<{
  /** A whole frame, as text or in parts. Anything beyond the screen is cut. */
  write(frame: Frame): void;
  /** Forgets the screen; the next frame is written whole at the new size. */
  resize(columns: number, rows: number): void;
  /** Writes the newest frame whole again, as after another program has used the screen. */
  repaint(): void;
  /** Nothing is written until `release`; the newest frame given meanwhile is kept. */
  hold(): void;
  release(): void;
  counters(): FrameCounters;
}>;

export type FrameWriterOptions = Readonly<{
  output: FrameOutput;
  columns: number;
  rows: number;
  /** Mode 2026: the terminal shows a frame at once or not at all. Default true; terminals without it ignore it. */
  synchronised?: boolean;
  /** Monotonic milliseconds. */
  now?: () => number;
  /** Told of every frame that is written. */
  watch?: FrameWatch;
}>;

const BEGIN = '\x1b[?2026h';
const END = '\x1b[?2026l';

export function createFrameWriter(options: FrameWriterOptions): FrameWriter {
  const { output, synchronised = true, now = () => performance.now() } = options;
  const painter = new Painter(options.columns, options.rows);
  const counters = { frames: 0, bytes: 0, skipped: 0, waitMs: 0 };
  let newest: Frame | undefined;
  let fresh = false;
  let busy = false;
  let held = false;

  const flush = (): void => {
    while (fresh && !busy && !held && newest !== undefined) {
      fresh = false;
      const body = painter.paint(newest);
      if (body === '') continue;
      const data = synchronised ? BEGIN + body + END : body;
      counters.frames += 1;
      const bytes = Buffer.byteLength(data);
      counters.bytes += bytes;
      busy = true;
      const from = now();
      options.watch?.begun();
      output.write(data, (error) => {
        // A line that failed stays busy for ever: nothing more is written to it.
        if (error !== undefined) return;
        counters.waitMs = now() - from;
        busy = false;
        options.watch?.taken({ bytes, ms: counters.waitMs });
        flush();
      });
    }
  };

  return {
    write(frame) {
      if (fresh) counters.skipped += 1;
      newest = frame;
      fresh = true;
      flush();
    },
    resize(columns, rows) {
      painter.resize(columns, rows);
      newest = undefined;
      fresh = false;
    },
    repaint() {
      painter.forget();
      fresh = newest !== undefined;
      flush();
    },
    hold() {
      held = true;
    },
    release() {
      held = false;
      flush();
    },
    counters: () => ({ ...counters }),
  };
}
