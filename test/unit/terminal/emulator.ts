// A real terminal emulator to judge our bytes by: what a cell shows, and how.

import xterm from '@xterm/headless';

export type Emulator = Readonly<{
  feed(data: string): Promise<void>;
  /** One string per cell, row by row: character, width and every style bit. */
  cells(): string[];
  lines(): string[];
  resize(columns: number, rows: number): void;
}>;

export function createEmulator(columns: number, rows: number): Emulator {
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 100 });
  const cellAt = (row: number, column: number): string => {
    const buffer = terminal.buffer.active;
    const cell = buffer.getLine(buffer.baseY + row)?.getCell(column);
    if (cell === undefined) return 'none';
    const style = [
      cell.getFgColorMode(),
      cell.getFgColor(),
      cell.getBgColorMode(),
      cell.getBgColor(),
      cell.isBold(),
      cell.isDim(),
      cell.isItalic(),
      cell.isUnderline(),
      cell.isBlink(),
      cell.isInverse(),
      cell.isInvisible(),
      cell.isStrikethrough(),
    ].map(Number);
    const shown = cell.getWidth() === 0 ? '' : cell.getChars() || ' ';
    return `${shown}|${cell.getWidth()}|${style.join(',')}`;
  };
  return {
    feed: (data) => new Promise((resolve) => terminal.write(data, resolve)),
    cells() {
      if (terminal.buffer.active.baseY > 0) return ['scrolled'];
      const all: string[] = [];
      for (let row = 0; row < terminal.rows; row++)
        for (let column = 0; column < terminal.cols; column++) all.push(cellAt(row, column));
      return all;
    },
    lines() {
      const buffer = terminal.buffer.active;
      return Array.from(
        { length: terminal.rows },
        (_, row) =>
          buffer
            .getLine(buffer.baseY + row)
            ?.translateToString(true)
            .trimEnd() ?? '',
      );
    },
    resize: (newColumns, newRows) => terminal.resize(newColumns, newRows),
  };
}

/** A frame as a terminal without us would be given it: cleared first, line by line. */
export function wholeFrame(frame: string): string {
  return `\x1b[?7l\x1b[m\x1b[2J\x1b[H${frame.replaceAll('\n', '\r\n')}`;
}
