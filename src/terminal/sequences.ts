// What a finished control sequence from the terminal means. xterm's ctlseqs ("PC-Style Function Keys", "Mouse Tracking"),
// with the spellings of the Linux console and rxvt. Example input: "\x1b[1;5A" is Ctrl-Up, "\x1b[<0;12;3M" a click.

import type { InputEvent, Key } from '../core/intent.ts';

const BY_FINAL: Readonly<Record<string, string>> = {
  A: 'Up',
  B: 'Down',
  C: 'Right',
  D: 'Left',
  F: 'End',
  H: 'Home',
  P: 'F1',
  Q: 'F2',
  R: 'F3',
  S: 'F4',
  Z: 'BackTab',
};

const BY_NUMBER: Readonly<Record<string, string>> = {
  1: 'Home',
  2: 'Insert',
  3: 'Delete',
  4: 'End',
  5: 'PageUp',
  6: 'PageDown',
  7: 'Home',
  8: 'End',
  11: 'F1',
  12: 'F2',
  13: 'F3',
  14: 'F4',
  15: 'F5',
  17: 'F6',
  18: 'F7',
  19: 'F8',
  20: 'F9',
  21: 'F10',
  23: 'F11',
  24: 'F12',
};

/** Linux console: ESC [ [ A … E. */
const LINUX_FUNCTION: Readonly<Record<string, string>> = { A: 'F1', B: 'F2', C: 'F3', D: 'F4', E: 'F5' };

export const PASTE_START = '200~';

/** `body`: all after ESC [. DSR: "0n" is "all is well", "3n" is "something is not"; both have come the whole way. */
export function isStatusAnswer(body: string): boolean {
  return body === '0n' || body === '3n';
}

/** An answer that came in the middle of a paste is no part of it. */
export function withoutAnswers(text: string): string {
  return text.replace(/\x1b\[[03]n/g, '');
}

/** `body`: all after ESC [. Undefined for everything that is neither key, mouse nor focus: answers, unknown keys. */
export function readCsi(body: string): InputEvent | undefined {
  if (body === 'I') return { kind: 'focus', focused: true };
  if (body === 'O') return { kind: 'focus', focused: false };
  if (body.startsWith('<')) return readMouse(body);
  if (body.startsWith('[')) return named(LINUX_FUNCTION[body.slice(1)], 1);
  const parts = /^(\d*)(?:;(\d+))?([~^@A-Za-z])$/.exec(body);
  if (parts === null) return undefined;
  const [, number = '', modifier = '1', final = ''] = parts;
  if (final === '~') return named(BY_NUMBER[number], Number(modifier));
  // rxvt: ^ with Control, @ with Control and Shift; small letters for arrows with Shift.
  if (final === '^') return named(BY_NUMBER[number], 5);
  if (final === '@') return named(BY_NUMBER[number], 6);
  if (number !== '' && number !== '1') return undefined;
  if (final >= 'a' && final <= 'd') return named(BY_FINAL[final.toUpperCase()], 2);
  return named(BY_FINAL[final], final === 'Z' ? 1 : Number(modifier));
}

/** `body`: all after ESC O, as application cursor keys and the keypad's Enter come. */
export function readSs3(body: string): InputEvent | undefined {
  if (body === 'M') return named('Enter', 1);
  if (body >= 'a' && body <= 'd') return named(BY_FINAL[body.toUpperCase()], 5);
  const parts = /^(?:1;)?(\d?)([A-DFHP-S])$/.exec(body);
  return parts === null ? undefined : named(BY_FINAL[parts[2] ?? ''], Number(parts[1] || '1'));
}

/** xterm's modifier parameter is one more than the sum of 1 Shift, 2 Alt, 4 Control, 8 Meta. */
function named(name: string | undefined, modifier: number): InputEvent | undefined {
  if (name === undefined || modifier < 1 || modifier > 16) return undefined;
  const bits = modifier - 1;
  return key(name, { shift: (bits & 1) !== 0, meta: (bits & 10) !== 0, ctrl: (bits & 4) !== 0 });
}

export function key(name: string, modifiers: Partial<Omit<Key, 'name'>> = {}): InputEvent {
  return { kind: 'key', key: { name, ctrl: false, meta: false, shift: false, ...modifiers } };
}

/** SGR mouse, mode 1006: `<` buttons `;` column `;` row, then M for press or motion and m for release. From 1. */
function readMouse(body: string): InputEvent | undefined {
  const parts = /^<(\d{1,4});(\d{1,5});(\d{1,5})([Mm])$/.exec(body);
  if (parts === null) return undefined;
  const bits = Number(parts[1]);
  const button = bits & 3;
  const at = { column: Math.max(0, Number(parts[2]) - 1), row: Math.max(0, Number(parts[3]) - 1) };
  if ((bits & 128) !== 0) return undefined;
  if ((bits & 64) !== 0) {
    if (button > 1 || parts[4] === 'm') return undefined;
    return { kind: 'mouse', action: button === 0 ? 'wheel-up' : 'wheel-down', button, ...at };
  }
  if ((bits & 32) !== 0) return button === 3 ? undefined : { kind: 'mouse', action: 'drag', button, ...at };
  return { kind: 'mouse', action: parts[4] === 'm' ? 'release' : 'press', button, ...at };
}
