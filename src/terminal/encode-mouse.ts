// Mouse events as a terminal reports them to the program in it: xterm's ctlseqs, "Mouse Tracking".

import type { InputEvent } from '../core/intent.ts';
import type { ProgramModes } from '../core/program.ts';

type MouseEvent = Extract<InputEvent, { kind: 'mouse' }>;

const RELEASED = 3;
const MOTION = 32;
const WHEEL = 64;
/** One byte holds no cell behind the 223rd, and two of UTF-8 none behind the 2015th. */
const BYTE_MAX = 222;
const UTF8_MAX = 2014;

/** `event`: its cell is from 0, in the program's own screen. Undefined: the program did not ask for it, or it cannot be told. */
export function encodeMouse(
  event: MouseEvent,
  { tracking, encoding }: Pick<ProgramModes, 'tracking' | 'encoding'>,
): Buffer | undefined {
  const { action, column, row } = event;
  if (tracking === 'none' || column < 0 || row < 0) return undefined;
  if (tracking === 'x10' && action !== 'press') return undefined;
  if (tracking === 'vt200' && action === 'drag') return undefined;
  const code = codeOf(event);
  const [x, y] = [column + 1, row + 1];
  switch (encoding) {
    case 'sgr':
      return Buffer.from(`\x1b[<${code};${x};${y}${action === 'release' ? 'm' : 'M'}`);
    case 'urxvt':
      return Buffer.from(`\x1b[${32 + (action === 'release' ? RELEASED : code)};${x};${y}M`);
    case 'utf8':
    case 'default': {
      const most = encoding === 'utf8' ? UTF8_MAX : BYTE_MAX;
      if (column > most || row > most) return undefined;
      const cells = [32 + (action === 'release' ? RELEASED : code), 32 + x, 32 + y];
      const text = `\x1b[M${String.fromCharCode(...cells)}`;
      return Buffer.from(text, encoding === 'utf8' ? 'utf8' : 'latin1');
    }
  }
}

function codeOf({ action, button }: MouseEvent): number {
  switch (action) {
    case 'press':
    case 'release':
      return button;
    case 'drag':
      return MOTION + button;
    case 'wheel-up':
      return WHEEL;
    case 'wheel-down':
      return WHEEL + 1;
  }
}
