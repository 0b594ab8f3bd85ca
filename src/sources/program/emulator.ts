// The terminal that a program believes to have: xterm's own parser and buffers, without a screen. What a program may ask of
// a terminal besides drawing (clipboard, window size, icons) has no handler here and is dropped.

import type { IBufferCell, Terminal } from '@xterm/headless';
import type { ProgramModes, ProgramScreen } from '../../core/program.ts';
import { type SafeText, sanitise } from '../../core/sanitise.ts';
import { limitTerminal } from './limits.ts';
import { lineOf, textOf } from './screen-lines.ts';

export type EmulatorOptions = Readonly<{
  columns: number;
  rows: number;
  history: number;
  /** The terminal's answer to a question of the program. */
  onAnswer: (bytes: string) => void;
  onBell: () => void;
}>;

export type Emulator = Readonly<{
  /** `done` is called when the bytes have been taken in; give the next ones then. */
  write(bytes: Uint8Array, done: () => void): void;
  resize(columns: number, rows: number): void;
  screen(): ProgramScreen;
  modes(): ProgramModes;
  /** In the middle of a redraw that the program has announced: what the screen shows now is half a picture. */
  redrawing(): boolean;
  /** Everything that can be seen and scrolled back to. */
  lines(): readonly SafeText[];
  dispose(): void;
}>;

const TITLE_MAX = 200;

/** xterm-headless is 200 kB that only a console with programs needs. */
export async function createEmulator(options: EmulatorOptions): Promise<Emulator> {
  const { default: xterm } = await import('@xterm/headless');
  const terminal = new xterm.Terminal({
    cols: options.columns,
    rows: options.rows,
    scrollback: options.history,
    allowProposedApi: true,
    logLevel: 'off',
  });
  limitTerminal(terminal);
  let title: SafeText | undefined;
  terminal.onTitleChange((words) => {
    title = words === '' ? undefined : sanitise(words, TITLE_MAX);
  });
  terminal.onBell(options.onBell);
  terminal.onData(options.onAnswer);
  const extra = watchModes(terminal);
  const spare = terminal.buffer.active.getNullCell();
  return {
    write: (bytes, done) => terminal.write(bytes, done),
    resize: (columns, rows) => terminal.resize(Math.max(2, columns), Math.max(1, rows)),
    screen: () => screenOf(terminal, spare, { title, cursor: extra.cursor() }),
    modes: () => {
      const { applicationCursorKeysMode, bracketedPasteMode, mouseTrackingMode, sendFocusMode } =
        terminal.modes;
      return {
        applicationCursor: applicationCursorKeysMode,
        bracketedPaste: bracketedPasteMode,
        focusReports: sendFocusMode,
        alternate: terminal.buffer.active.type === 'alternate',
        tracking: mouseTrackingMode,
        encoding: extra.encoding(),
      };
    },
    redrawing: () => terminal.modes.synchronizedOutputMode,
    lines: () => {
      const { active } = terminal.buffer;
      return Array.from({ length: active.length }, (_, row) => textOf(active.getLine(row), spare));
    },
    dispose: () => terminal.dispose(),
  };
}

function screenOf(
  terminal: Terminal,
  spare: IBufferCell,
  { title, cursor }: Readonly<{ title: SafeText | undefined; cursor: boolean }>,
): ProgramScreen {
  const { active } = terminal.buffer;
  const { cols: columns, rows } = terminal;
  const alternate = active.type === 'alternate';
  return {
    columns,
    rows,
    lines: Array.from({ length: rows }, (_, row) => lineOf(active.getLine(active.baseY + row), spare)),
    // Behind the last column it waits to wrap.
    ...(cursor ? { cursor: { column: Math.min(active.cursorX, columns - 1), row: active.cursorY } } : {}),
    alternate,
    mouse: terminal.modes.mouseTrackingMode !== 'none',
    ...(title === undefined ? {} : { title }),
    above: alternate ? 0 : active.baseY,
  };
}

type Extra = Readonly<{ cursor: () => boolean; encoding: () => ProgramModes['encoding'] }>;

const ENCODINGS: ReadonlyMap<number, ProgramModes['encoding']> = new Map([
  [1005, 'utf8'],
  [1006, 'sgr'],
  [1015, 'urxvt'],
]);

/** The modes that xterm keeps to itself: whether the cursor is shown, and how mouse reports are spelt. */
function watchModes(terminal: Terminal): Extra {
  let cursor = true;
  let encoding: ProgramModes['encoding'] = 'default';
  const set = (on: boolean) => (params: readonly (number | number[])[]) => {
    for (const param of params) {
      if (typeof param !== 'number') continue;
      if (param === 25) cursor = on;
      const spelt = ENCODINGS.get(param);
      if (spelt !== undefined) encoding = on ? spelt : 'default';
    }
    return false;
  };
  const reset = (): boolean => {
    cursor = true;
    encoding = 'default';
    return false;
  };
  const { parser } = terminal;
  parser.registerCsiHandler({ prefix: '?', final: 'h' }, set(true));
  parser.registerCsiHandler({ prefix: '?', final: 'l' }, set(false));
  parser.registerCsiHandler({ intermediates: '!', final: 'p' }, () => {
    cursor = true;
    return false;
  });
  parser.registerEscHandler({ final: 'c' }, reset);
  return { cursor: () => cursor, encoding: () => encoding };
}
