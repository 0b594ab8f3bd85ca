// The only door to blessed-contrib: its drawing canvas, without blessed. The line widget on top of it would load all of
// blessed (17 MB and 45 ms of the console's 110 MB and 300 ms), hook SIGINT, SIGTERM and exit, know only braille and
// draw unknown as zero; the canvas costs 4 MB and 5 ms and draws on a surface of ours. Axes and labels are ours too.

import Context from 'drawille-canvas-blessed-contrib';

export type Dot = Readonly<{ x: number; y: number }>;

/** A grid of dots; dots outside are dropped. */
class Dots {
  readonly width: number;
  readonly height: number;
  readonly lit: Uint8Array;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.lit = new Uint8Array(width * height);
  }

  set(x: number, y: number): void {
    if (x >= 0 && x < this.width && y >= 0 && y < this.height) this.lit[y * this.width + x] = 1;
  }
}

/** Lines through the dots of each run, in a grid of `width` × `height`; element y·width+x is 1 where a dot is lit. */
export function strokeRuns(
  runs: readonly (readonly Dot[])[],
  size: Readonly<{ width: number; height: number }>,
): Uint8Array {
  const grid = new Dots(size.width, size.height);
  // The context makes its surface itself; it is handed the one that is already there.
  const context = new Context(
    size.width,
    size.height,
    class {
      set(x: number, y: number): void {
        grid.set(x, y);
      }
    },
  );
  for (const run of runs) {
    const first = run[0];
    if (first === undefined) continue;
    grid.set(first.x, first.y);
    context.beginPath();
    context.moveTo(first.x, first.y);
    for (const dot of run.slice(1)) context.lineTo(dot.x, dot.y);
    context.stroke();
  }
  return grid.lit;
}
