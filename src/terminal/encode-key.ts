// Keys and pastes as a terminal sends them to the program in it: xterm's ctlseqs, "PC-Style Function Keys". The way back of
// input.ts: a program in a pane must not notice that we stand between.

import type { Key } from '../core/intent.ts';
import type { ProgramModes } from '../core/program.ts';

/** Cursor keys: `CSI A`, in application mode `SS3 A`. */
const CURSOR: Readonly<Record<string, string>> = {
  Up: 'A',
  Down: 'B',
  Right: 'C',
  Left: 'D',
  End: 'F',
  Home: 'H',
};
const FUNCTION: Readonly<Record<string, string>> = { F1: 'P', F2: 'Q', F3: 'R', F4: 'S' };
const NUMBERED: Readonly<Record<string, number>> = {
  ...{ Insert: 2, Delete: 3, PageUp: 5, PageDown: 6 },
  ...{ F5: 15, F6: 17, F7: 18, F8: 19, F9: 20, F10: 21, F11: 23, F12: 24 },
};
const SIMPLE: Readonly<Record<string, string>> = {
  ...{ Enter: '\r', Tab: '\t', BackTab: '\x1b[Z', Escape: '\x1b', Backspace: '\x7f', Space: ' ' },
};
/** Control with what is neither a letter nor one of "@[\]^_", as xterm has it. */
const CONTROL: Readonly<Record<string, string>> = {
  ...{ Space: '\x00', '@': '\x00', '`': '\x00', '2': '\x00', '3': '\x1b', '4': '\x1c', '5': '\x1d' },
  ...{ '6': '\x1e', '7': '\x1f', '/': '\x1f', '8': '\x7f', '?': '\x7f', Backspace: '\x08' },
};

/** The bytes of a key press; '' for a key that has none. */
export function encodeKey(key: Key, { applicationCursor }: Pick<ProgramModes, 'applicationCursor'>): string {
  const { name, ctrl, meta, shift } = key;
  const modifier = 1 + (shift ? 1 : 0) + (meta ? 2 : 0) + (ctrl ? 4 : 0);
  const cursor = own(CURSOR, name);
  if (cursor !== undefined) {
    if (modifier > 1) return `\x1b[1;${modifier}${cursor}`;
    return applicationCursor ? `\x1bO${cursor}` : `\x1b[${cursor}`;
  }
  const pressed = own(FUNCTION, name);
  if (pressed !== undefined) return modifier > 1 ? `\x1b[1;${modifier}${pressed}` : `\x1bO${pressed}`;
  const number = own(NUMBERED, name);
  if (number !== undefined) return modifier > 1 ? `\x1b[${number};${modifier}~` : `\x1b[${number}~`;
  const typed =
    (ctrl ? controlOf(name) : undefined) ?? own(SIMPLE, name) ?? ([...name].length === 1 ? name : '');
  return meta && typed !== '' ? `\x1b${typed}` : typed;
}

function controlOf(name: string): string | undefined {
  if (/^[a-zA-Z[\\\]^_]$/.test(name)) return String.fromCharCode(name.charCodeAt(0) & 0x1f);
  return own(CONTROL, name);
}

// Everything that a terminal would obey, and the end mark of a paste with it; tabs and line ends are typed.
const CONTROLS = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g;

/** A paste as typed text, between marks where the program wants them; nothing in it can end the paste early. */
export function encodePaste(text: string, { bracketedPaste }: Pick<ProgramModes, 'bracketedPaste'>): string {
  const typed = text.replace(CONTROLS, '').replace(/\r?\n/g, '\r');
  return bracketedPaste ? `\x1b[200~${typed}\x1b[201~` : typed;
}

export function encodeFocus(focused: boolean): string {
  return focused ? '\x1b[I' : '\x1b[O';
}

/** What the table itself has: a name may also be one that every object has. */
function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
