// What a program's own terminal shows and expects: the words that sources, store, keys and views share about it.

import type { Line } from './line.ts';
import type { SafeText } from './sanitise.ts';

/**
 * What the program's terminal shows: `lines` are its rows, none wider than `columns`. `cursor`: from 0, absent while hidden.
 * `mouse`: it wants mouse events. `alternate`: it uses the alternate screen, so there is nothing to scroll back to.
 */
export type ProgramScreen = Readonly<{
  columns: number;
  rows: number;
  lines: readonly Line[];
  cursor?: Readonly<{ column: number; row: number }>;
  alternate: boolean;
  mouse: boolean;
  title?: SafeText;
  /** Lines above the screen that can be scrolled back to. */
  above: number;
}>;

/**
 * How the program wants keys and the mouse to be told (xterm's ctlseqs). `tracking`: 'x10' presses only, 'vt200' releases
 * too, 'drag' and 'any' motion as well. `encoding`: how a report is spelt.
 */
export type ProgramModes = Readonly<{
  applicationCursor: boolean;
  bracketedPaste: boolean;
  focusReports: boolean;
  alternate: boolean;
  tracking: 'none' | 'x10' | 'vt200' | 'drag' | 'any';
  encoding: 'default' | 'utf8' | 'sgr' | 'urxvt';
}>;
