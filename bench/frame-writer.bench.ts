// Bytes per frame to the terminal for the same screens: Ink's own two writers and ours, and what the comparison costs.

import { Writable } from 'node:stream';
import { Box, type Instance, type RenderOptions, render, Text } from 'ink';
import { createElement, type ReactNode } from 'react';
import { createFrameWriter } from '../src/terminal/frame-writer.ts';
import { createFrameStream } from '../src/terminal/ink-streams.ts';

const COLUMNS = 200;
const ROWS = 50;
const FRAMES = 200;

export type Figure = Readonly<{ name: string; value: number; unit: string; note?: string }>;

/** A log that scrolls by one line per frame, and three panes where a few numbers change. */
function screen(step: number): ReactNode {
  const log = (width: number, height: number): string[] =>
    Array.from({ length: height }, (_, row) => {
      const line = step + row;
      const address = `203.0.113.${(line * 37) % 255}`;
      const hot = line % 5 === 0 ? `\x1b[31m⊘ ${address}\x1b[39m` : `  ${address}`;
      return `02:13:${String(line % 60).padStart(2, '0')} ${hot} GET /page/${(line * 7919) % 1000}`.padEnd(
        width,
      );
    });
  const quiet = (width: number, height: number, name: string): string[] =>
    Array.from({ length: height }, (_, row) => {
      const value = row === 2 ? String(10_000 + step) : String(row * 1_311);
      return `\x1b[36m${name} ${row}\x1b[39m`.padEnd(width - 20) + value.padStart(9);
    });
  const pane = (lines: readonly string[], width: number, height: number): ReactNode =>
    createElement(
      Box,
      { width, height, borderStyle: 'single', overflow: 'hidden' },
      createElement(Text, { wrap: 'truncate' }, lines.join('\n')),
    );
  return createElement(
    Box,
    { flexDirection: 'column', width: COLUMNS, height: ROWS },
    createElement(Box, {}, pane(log(118, 28), 120, 30), pane(quiet(78, 28, 'flows'), 80, 30)),
    createElement(Box, {}, pane(quiet(118, 18, 'bans'), 120, 20), pane(quiet(78, 18, 'cpu'), 80, 20)),
  );
}

const QUIET = { patchConsole: false, exitOnCtrlC: false, interactive: true } as const;

class Counter extends Writable {
  readonly columns = COLUMNS;
  readonly rows = ROWS;
  readonly isTTY = true;
  bytes = 0;
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.bytes += chunk.length;
    done();
  }
}

/** Bytes per frame of Ink's own writer, after the first frame. */
async function inkBytes(options: RenderOptions): Promise<number> {
  const stdout = new Counter();
  const { stdin } = createFrameStream(() => undefined, { columns: COLUMNS, rows: ROWS });
  const all = { ...QUIET, ...options, stdin, stdout: stdout as unknown as NodeJS.WriteStream, maxFps: 1_000 };
  const instance = render(screen(0), all);
  await instance.waitUntilRenderFlush();
  const first = stdout.bytes;
  for (let step = 1; step <= FRAMES; step++) {
    instance.rerender(screen(step));
    await instance.waitUntilRenderFlush();
  }
  const { bytes } = stdout;
  instance.unmount();
  return (bytes - first) / FRAMES;
}

/** The frames themselves, and what Ink takes to lay one out. */
function inkFrames(): Readonly<{ frames: readonly string[]; layoutMs: number }> {
  const frames: string[] = [];
  const { stdout, stdin } = createFrameStream((frame) => frames.push(frame), {
    columns: COLUMNS,
    rows: ROWS,
  });
  const options = { ...QUIET, stdout, stdin, debug: true, isScreenReaderEnabled: false };
  const instance: Instance = render(screen(0), options);
  const before = process.cpuUsage();
  for (let step = 1; step <= FRAMES; step++) instance.rerender(screen(step));
  const used = process.cpuUsage(before);
  const taken = frames.slice(0, FRAMES + 1);
  instance.unmount();
  return { frames: taken, layoutMs: (used.user + used.system) / 1_000 / FRAMES };
}

export async function run(): Promise<readonly Figure[]> {
  const { frames, layoutMs } = inkFrames();
  const writer = createFrameWriter({
    output: { write: (_, done) => done(undefined) },
    columns: COLUMNS,
    rows: ROWS,
  });
  const [first = '', ...rest] = frames;
  writer.write(first);
  const firstBytes = writer.counters().bytes;
  const start = performance.now();
  for (const frame of rest) writer.write(frame);
  const diffMs = (performance.now() - start) / rest.length;
  const ours = (writer.counters().bytes - firstBytes) / rest.length;
  const standard = await inkBytes({ incrementalRendering: false });
  const incremental = await inkBytes({ incrementalRendering: true });
  const where = `${COLUMNS}×${ROWS}, four panes, one scrolling`;
  return [
    { name: 'Ink default writer', value: Math.round(standard), unit: 'bytes/frame', note: where },
    { name: 'Ink incrementalRendering', value: Math.round(incremental), unit: 'bytes/frame' },
    {
      name: 'opsconsole frame writer',
      value: Math.round(ours),
      unit: 'bytes/frame',
      note: `1/${(standard / ours).toFixed(1)} of Ink's default`,
    },
    { name: 'opsconsole first frame', value: firstBytes, unit: 'bytes' },
    { name: 'diff of a frame', value: Number(diffMs.toFixed(3)), unit: 'ms' },
    { name: 'layout of a frame by Ink', value: Number(layoutMs.toFixed(2)), unit: 'ms CPU' },
  ];
}
