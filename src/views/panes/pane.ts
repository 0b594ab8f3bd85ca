// The contract of a pane kind: a pure function from state to prepared lines. Frames, titles and focus are the shell's.

import type { Line } from '../../core/line.ts';
import type { PaneSpec } from '../../core/pane.ts';
import type { SafeText } from '../../core/sanitise.ts';
import type { ConsoleState } from '../../store/state.ts';
import type { Glyphs } from '../glyphs.ts';

export type DrawContext = Readonly<{
  /** Size of the body inside the frame, cells. */
  columns: number;
  rows: number;
  focused: boolean;
  glyphs: Glyphs;
  /** The key that starts what the pane runs, when one does so now; nothing said: the delivered one. */
  start?: Readonly<{ key: SafeText | undefined }>;
  /** On a slow line: log lines that came since this pane was last drawn. */
  came?: number;
}>;

/** `title`: kind and what, left on the frame. `state`: right on the frame ("live · 312/s"). `body`: at most `rows` lines. */
export type PaneView = Readonly<{ title: Line; state: Line; body: readonly Line[] }>;

export type DrawPane = (state: ConsoleState, pane: PaneSpec, context: DrawContext) => PaneView;
