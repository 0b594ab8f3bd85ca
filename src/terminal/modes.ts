// The sequences that take over a terminal and give it back. xterm's ctlseqs, "DEC Private Mode Set".

export const ENTER =
  '\x1b[?1049h' + // alternate screen
  '\x1b[?25l' + // no cursor: we draw our own
  '\x1b[?7l' + // no wrap at the right edge: the last cell never scrolls the screen
  '\x1b[?2004h' + // bracketed paste
  '\x1b[?1004h' + // focus in and out
  '\x1b[m\x1b[2J\x1b[H';

/** Presses and drags (1000, 1002) in the SGR form (1006). */
export const MOUSE_ON = '\x1b[?1000h\x1b[?1002h\x1b[?1006h';
export const MOUSE_OFF = '\x1b[?1006l\x1b[?1002l\x1b[?1000l';

/** Undoes ENTER and MOUSE_ON; the erase is for consoles that have no alternate screen. */
export const LEAVE = `\x1b[?2026l\x1b[m${MOUSE_OFF}\x1b[?1004l\x1b[?2004l\x1b[?7h\x1b[2J\x1b[H\x1b[?25h\x1b[?1049l`;
