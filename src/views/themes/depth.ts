// How many colours the terminal has, by what it says of itself, and the nearest of those that it has. Pure.

import type { Rgb } from './ink.ts';

export type ColourDepth = 'none' | '16' | '256' | 'true';

type Env = Readonly<Record<string, string | undefined>>;

/** Terminals that draw 24-bit colour though nothing but their name says so. */
const TRUE_TERMS = /-direct|^(xterm-)?(kitty|ghostty)|^(alacritty|foot|wezterm|contour)/;
/** Teletypes without colour. */
const NO_COLOUR_TERMS = /^(vt\d|dumb$|xterm-mono|ansi-m)/;

/** NO_COLOR (no-color.org) wins; then what the terminal type cannot do; then COLORTERM. */
export function colourDepth(env: Env): ColourDepth {
  const { TERM: term = '', COLORTERM: colour = '' } = env;
  if ((env.NO_COLOR ?? '') !== '' || NO_COLOUR_TERMS.test(term)) return 'none';
  if (/^(linux|cons25)/.test(term)) return '16';
  const known: ColourDepth = TRUE_TERMS.test(term) ? 'true' : term.includes('256color') ? '256' : '16';
  // GNU screen passes the variable on from the terminal around it, but not the colours.
  const screen = term.startsWith('screen') && (env.TMUX ?? '') === '';
  return /^(truecolor|24bit)$/i.test(colour) && !screen ? 'true' : known;
}

const LEVELS = [0, 95, 135, 175, 215, 255] as const;
/** xterm's own sixteen; what a terminal really shows is the operator's choice. */
const SIXTEEN: readonly Rgb[] = [
  ...[0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5],
  ...[0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff],
];

/** Index in the palette of 256: of its cube or its greys, which are the same everywhere. */
export function nearest256(rgb: Rgb): number {
  const [red, green, blue] = [nearestLevel(rgb >> 16), nearestLevel(rgb >> 8), nearestLevel(rgb)];
  const cube = 16 + 36 * red + 6 * green + blue;
  const mean = ((rgb >> 16) + ((rgb >> 8) & 255) + (rgb & 255)) / 3;
  const grey = 232 + Math.max(0, Math.min(23, Math.round((mean - 8) / 10)));
  return distance(rgbOf256(grey), rgb) < distance(rgbOf256(cube), rgb) ? grey : cube;
}

/** One of the sixteen. */
export function nearest16(rgb: Rgb): number {
  let best = 0;
  for (const [index, known] of SIXTEEN.entries())
    if (distance(known, rgb) < distance(SIXTEEN[best] ?? 0, rgb)) best = index;
  return best;
}

/** What an index of the palette of 256 looks like. */
export function rgbOf256(index: number): Rgb {
  if (index < 16) return SIXTEEN[index] ?? 0;
  if (index >= 232) return (8 + 10 * (index - 232)) * 0x10101;
  const at = index - 16;
  const level = (value: number): number => LEVELS[value % 6] ?? 0;
  return (level(Math.floor(at / 36)) << 16) | (level(Math.floor(at / 6)) << 8) | level(at);
}

function nearestLevel(channel: number): number {
  const value = channel & 255;
  let best = 0;
  for (const [index, level] of LEVELS.entries())
    if (Math.abs(level - value) < Math.abs((LEVELS[best] ?? 0) - value)) best = index;
  return best;
}

function distance(a: Rgb, b: Rgb): number {
  const [red, green, blue] = [16, 8, 0].map((shift) => ((a >> shift) & 255) - ((b >> shift) & 255));
  return (red ?? 0) ** 2 + (green ?? 0) ** 2 + (blue ?? 0) ** 2;
}
