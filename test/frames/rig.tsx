// Draws <App> through React and our frame writer into a real terminal emulator and reads the screen back, so that a
// golden shows what an operator would see. Goldens are readable text; UPDATE_FRAMES=1 writes them anew.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import xterm from '@xterm/headless';
import { render } from 'ink';
import { expect } from 'vitest';
import type { ConsoleStore } from '../../src/store/store.ts';
import { createFrameWriter } from '../../src/terminal/frame-writer.ts';
import { createFrameStream } from '../../src/terminal/ink-streams.ts';
import { App } from '../../src/views/app.tsx';
import { createPaced } from '../../src/views/paced.ts';
import { createScreenDrawer, type ScreenOptions } from '../../src/views/screen.ts';

/** The screen as text, one string per row, right ends trimmed. */
export async function frameOf(store: ConsoleStore, options: ScreenOptions): Promise<readonly string[]> {
  const { columns, rows } = store.getState().size;
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  const writes: Promise<void>[] = [];
  const writer = createFrameWriter({
    output: {
      write: (data, done) => {
        writes.push(
          new Promise((resolve) =>
            terminal.write(data, () => {
              done(undefined);
              resolve();
            }),
          ),
        );
      },
    },
    columns,
    rows,
  });
  const { stdout, stdin } = createFrameStream(() => undefined, { columns, rows });
  const paced = createPaced({
    store,
    draw: createScreenDrawer(options),
    pace: { nowMs: () => 0, later: () => () => undefined },
  });
  const ink = render(<App paced={paced} show={writer.write} />, {
    stdout,
    stdin,
    debug: true,
    interactive: false,
    exitOnCtrlC: false,
    patchConsole: false,
    isScreenReaderEnabled: false,
  });
  await Promise.all(writes);
  const screen = readScreen(terminal);
  paced.close();
  ink.unmount();
  terminal.dispose();
  return screen;
}

function readScreen(terminal: InstanceType<typeof xterm.Terminal>): readonly string[] {
  const buffer = terminal.buffer.active;
  return Array.from(
    { length: terminal.rows },
    (_, row) => buffer.getLine(row)?.translateToString(true).trimEnd() ?? '',
  );
}

/** Compares with test/frames/<name>.frame. */
export function expectFrame(name: string, screen: readonly string[]): void {
  const path = join(import.meta.dirname, `${name}.frame`);
  const text = `${screen.join('\n')}\n`;
  if (process.env.UPDATE_FRAMES === '1') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  if (!existsSync(path))
    throw new Error(`no golden ${path}: run with UPDATE_FRAMES=1 and read what it shows`);
  expect(text).toBe(readFileSync(path, 'utf8'));
}
