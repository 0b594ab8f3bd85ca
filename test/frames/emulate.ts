// The screen as cells of a terminal emulator, where a test wants more than its text.

import xterm from '@xterm/headless';
import type { ConsoleStore } from '../../src/store/store.ts';
import { createFrameWriter } from '../../src/terminal/frame-writer.ts';
import { createScreenDrawer, type ScreenOptions } from '../../src/views/screen.ts';

export type Emulated = InstanceType<typeof xterm.Terminal>;
export type Cell = NonNullable<
  ReturnType<NonNullable<ReturnType<Emulated['buffer']['active']['getLine']>>['getCell']>
>;

/** An emulator with these screens painted one after the other; the caller disposes of it. */
export async function emulate(
  store: ConsoleStore,
  options: ScreenOptions,
  steps: readonly (() => void)[] = [],
): Promise<Emulated> {
  const { columns, rows } = store.getState().size;
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  const draw = createScreenDrawer(options);
  const writes: Promise<void>[] = [];
  const output = {
    write: (data: string, done: (error: undefined) => void): void => {
      writes.push(
        new Promise((resolve) =>
          terminal.write(data, () => {
            done(undefined);
            resolve();
          }),
        ),
      );
    },
  };
  const writer = createFrameWriter({ output, columns, rows });
  for (const step of [() => undefined, ...steps]) {
    step();
    writer.write(draw(store.getState()).areas);
    await Promise.all(writes);
  }
  return terminal;
}

export function cellAt(terminal: Emulated, column: number, row: number): Cell | undefined {
  return terminal.buffer.active.getLine(row)?.getCell(column);
}
