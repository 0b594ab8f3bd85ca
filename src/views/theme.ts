// From meaning to colour: the only place where a Role becomes an escape sequence. What each theme looks like is data in
// themes/; here it becomes SGR parameters for as many colours as the terminal has.

import { HOST_COLOURS } from '../core/hosts.ts';
import type { Line, Paint, Role, Span } from '../core/line.ts';
import type { Accent, Session, ThemeName } from '../core/pane.ts';
import type { SafeText } from '../core/sanitise.ts';
import { graphemes } from '../core/width.ts';
import { ASCII_GLYPHS, UNICODE_GLYPHS } from './glyphs.ts';
import { fitLine } from './parts/lines.ts';
import { ANSI } from './themes/ansi.ts';
import { CONTRAST } from './themes/contrast.ts';
import { DARK } from './themes/dark.ts';
import { type ColourDepth, nearest16, nearest256, rgbOf256 } from './themes/depth.ts';
import type { Ink, Rgb, ThemeTable } from './themes/ink.ts';
import { LIGHT } from './themes/light.ts';
import { MONO } from './themes/mono.ts';

/** `ascii`: nothing above 0x7e reaches the terminal, whatever a pane drew. `depth` absent: sixteen colours. */
export type Theme = Readonly<{ name: ThemeName; ascii: boolean; depth?: ColourDepth; accent?: Accent }>;

export const THEMES: Readonly<Record<ThemeName, ThemeTable>> = {
  ...{ ansi: ANSI, dark: DARK, light: LIGHT },
  ...{ contrast: CONTRAST, mono: MONO },
};

type Wishes = Pick<Session, 'theme' | 'accent'>;

/** What a session wishes, as far as the terminal can show it: one that is mono (NO_COLOR) stays so. */
export function themeOf(terminal: Theme, { theme, accent }: Wishes): Theme {
  const name = terminal.name === 'mono' || terminal.depth === 'none' ? 'mono' : theme;
  return { ...terminal, name, ...(accent === undefined ? {} : { accent }) };
}

/** The same, remembered: what is drawn with an equal theme need not be drawn again. */
export function createThemer(terminal: Theme): (session: Wishes) => Theme {
  let kept: Theme | undefined;
  return (session) => {
    const next = themeOf(terminal, session);
    if (kept?.name !== next.name || kept.accent !== next.accent) kept = next;
    return kept;
  };
}

type Codes = Readonly<Record<Role, string>>;
const codesByTheme = new WeakMap<Theme, Codes>();

function codesOf(theme: Theme): Codes {
  let codes = codesByTheme.get(theme);
  if (codes === undefined) {
    const { roles, accents } = THEMES[theme.name];
    const hosts = HOST_COLOURS.map((colour) => [`host-${colour}`, accents[colour].host] as const);
    const own = { ...roles, ...(theme.accent && accents[theme.accent]) };
    const inks = Object.entries<Ink>({ ...own, ...Object.fromEntries(hosts) });
    const depth = theme.depth ?? '16';
    codes = Object.fromEntries(inks.map(([role, ink]) => [role, inkCodes(ink, depth)])) as Codes;
    codesByTheme.set(theme, codes);
  }
  return codes;
}

/** SGR parameters (ECMA-48 §8.3.117). */
export function inkCodes(ink: Ink, depth: ColourDepth): string {
  if (depth === '16' || depth === 'none' || (ink.fg === undefined && ink.bg === undefined))
    return ink.sixteen;
  const colour = (rgb: Rgb | undefined, base: 30 | 40): readonly string[] =>
    rgb === undefined ? [] : colourCodes(0x1000000 + rgb, base, depth);
  return [ink.attributes ?? '', ...colour(ink.fg, 30), ...colour(ink.bg, 40)]
    .filter((code) => code !== '')
    .join(';');
}

/** The line as text of exactly `columns`, with every attribute closed at its end. */
export function renderLine(line: Line, columns: number, theme: Theme): string {
  const fitted = filled(line, columns);
  return fitted.map((part) => renderSpan(part, theme)).join('');
}

/** A line that is inverse as a whole (the cursor) stays so to the edge of the pane. */
function filled(line: Line, columns: number): Line {
  const fitted = fitLine(line, columns);
  const last = fitted.at(-1);
  if (fitted.length > line.length && line.length > 0 && line.every((part) => part.on === true) && last)
    return [...fitted.slice(0, -1), { ...last, on: true }];
  return fitted;
}

function renderSpan(part: Span, theme: Theme): string {
  const text = theme.ascii ? toAscii(part.text) : part.text;
  if (text === '') return '';
  let codes = part.paint === undefined ? codesOf(theme)[part.role ?? 'plain'] : paintCodes(part.paint, theme);
  if (part.on === true) codes += codes === '' ? '7' : ';7';
  if (part.under === true) codes += codes === '' ? '4' : ';4';
  return codes === '' ? text : `\x1b[${codes}m${text}\x1b[0m`;
}

/** A program's own colours; without colour only the attributes are left. */
function paintCodes({ fg, bg, attributes }: Paint, { name, depth = '16' }: Theme): string {
  const codes = ATTRIBUTES.flatMap(([bit, code]) => ((attributes & bit) === 0 ? [] : [code]));
  if (name !== 'mono') codes.push(...colourCodes(fg, 30, depth), ...colourCodes(bg, 40, depth));
  return codes.join(';');
}

const ATTRIBUTES: readonly (readonly [bit: number, code: string])[] = [
  [1, '1'],
  [2, '2'],
  [4, '3'],
  [8, '4'],
  [16, '5'],
  [32, '7'],
  [64, '8'],
  [128, '9'],
];

/** A colour as in `Paint`, in as many colours as there are. */
function colourCodes(colour: number, base: 30 | 40, depth: ColourDepth): readonly string[] {
  if (colour < 0) return [];
  if (colour < 256) return [String(colour < 8 ? base + colour : base + 60 + colour - 8)];
  const rgb = colour >= 0x1000000 ? colour & 0xffffff : rgbOf256(colour & 255);
  if (depth === '16' || depth === 'none') return colourCodes(nearest16(rgb), base, depth);
  if (colour >= 0x1000000 && depth === 'true')
    return [`${base + 8};2;${rgb >> 16};${(rgb >> 8) & 255};${rgb & 255}`];
  return [`${base + 8};5;${colour >= 0x1000000 ? nearest256(rgb) : colour & 255}`];
}

const NOT_ASCII = /[^\x20-\x7e]/;
const TO_ASCII: ReadonlyMap<string, string> = new Map(asciiPairs());

function* asciiPairs(): Generator<readonly [string, string]> {
  for (const [name, glyph] of Object.entries(UNICODE_GLYPHS)) {
    const plain = (ASCII_GLYPHS as Readonly<Record<string, unknown>>)[name];
    if (typeof glyph === 'string' && typeof plain === 'string') yield [glyph, plain];
  }
  for (const [index, glyph] of UNICODE_GLYPHS.ramp.entries()) yield [glyph, ASCII_GLYPHS.ramp[index] ?? ' '];
  // Heavy frames whose glyphs were not ASCII to begin with.
  yield ['━', '='];
  for (const sign of '┃┏┓┗┛┳┻┣┫╋') yield [sign, '#'];
  yield ['‹', '<'];
  yield ['›', '>'];
  yield ['→', '>'];
  yield ['≥', '>'];
  yield ['≤', '<'];
}

/** Column for column: what has no plain twin becomes "?". */
function toAscii(text: SafeText): string {
  if (!NOT_ASCII.test(text)) return text;
  let out = '';
  for (const piece of graphemes(text)) {
    const plain = NOT_ASCII.test(piece.text) ? (TO_ASCII.get(piece.text) ?? '?') : piece.text;
    out += plain.padEnd(piece.width, '?');
  }
  return out;
}
