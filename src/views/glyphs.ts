// Signs of the screen in three alphabets: what a good terminal shows, what a plain one shows, and ASCII.

export type Glyphs = Readonly<{
  /** Which symbols charts may use. */
  chart: 'braille' | 'blocks' | 'ascii';
  horizontal: string;
  vertical: string;
  topLeft: string;
  topRight: string;
  bottomLeft: string;
  bottomRight: string;
  teeDown: string;
  teeUp: string;
  teeRight: string;
  teeLeft: string;
  cross: string;
  cursor: string;
  marked: string;
  /** Before the address that is followed. */
  followed: string;
  banned: string;
  safe: string;
  times: string;
  bad: string;
  up: string;
  down: string;
  dot: string;
  ellipsis: string;
  unknown: string;
  /** Eighths from empty to full for bars and sparklines. */
  ramp: readonly string[];
  full: string;
  empty: string;
}>;

export const UNICODE_GLYPHS: Glyphs = {
  chart: 'braille',
  horizontal: '─',
  vertical: '│',
  topLeft: '┌',
  topRight: '┐',
  bottomLeft: '└',
  bottomRight: '┘',
  teeDown: '┬',
  teeUp: '┴',
  teeRight: '├',
  teeLeft: '┤',
  cross: '┼',
  cursor: '›',
  marked: '●',
  followed: '»',
  banned: '⊘',
  safe: '✓',
  times: '×',
  bad: '✗',
  up: '↑',
  down: '↓',
  dot: '·',
  ellipsis: '…',
  unknown: '–',
  ramp: [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  full: '█',
  empty: '░',
};

export const ASCII_GLYPHS: Glyphs = {
  chart: 'ascii',
  horizontal: '-',
  vertical: '|',
  topLeft: '+',
  topRight: '+',
  bottomLeft: '+',
  bottomRight: '+',
  teeDown: '+',
  teeUp: '+',
  teeRight: '+',
  teeLeft: '+',
  cross: '+',
  cursor: '>',
  marked: '*',
  followed: '>',
  banned: 'B',
  safe: 'S',
  times: 'x',
  bad: '!',
  up: '^',
  down: 'v',
  dot: '-',
  ellipsis: '~',
  unknown: '-',
  ramp: [' ', '.', ':', '-', '=', '+', '*', '#', '#'],
  full: '#',
  empty: '.',
};
