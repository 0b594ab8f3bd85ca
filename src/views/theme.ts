// From meaning to colour: the only place where a Role becomes an escape sequence. Two themes: the sixteen ANSI
// colours of the operator's own terminal, and mono (NO_COLOR) that knows bold, dim, underline and inverse only.

import type { Line, Paint, Role, Span } from '../core/line.ts';
import type { ThemeName } from '../core/pane.ts';
import type { SafeText } from '../core/sanitise.ts';
import { graphemes } from '../core/width.ts';
import { ASCII_GLYPHS, UNICODE_GLYPHS } from './glyphs.ts';
import { fitLine } from './parts/lines.ts';

/** `ascii`: nothing above 0x7e reaches the terminal, whatever a pane drew. */
export type Theme = Readonly<{ name: ThemeName; ascii: boolean }>;

/** SGR parameters per role (ECMA-48 §8.3.117). No backgrounds but for alarm and match, so that light terminals work. */
const ANSI: Readonly<Record<Role, string>> = {
  plain: '',
  dim: '2',
  strong: '1',
  title: '1',
  border: '2',
  'border-focused': '1;36',
  good: '32',
  warn: '33',
  bad: '31',
  accent: '36',
  key: '1;36',
  match: '30;43',
  banned: '31',
  safe: '32',
  seen: '33',
  'chart-a': '36',
  'chart-b': '35',
  alarm: '1;97;41',
};

const MONO: Readonly<Record<Role, string>> = {
  ...ANSI,
  'border-focused': '1',
  good: '',
  warn: '1',
  bad: '1',
  accent: '',
  key: '1',
  match: '7',
  banned: '1',
  safe: '',
  seen: '',
  'chart-a': '',
  'chart-b': '2',
  alarm: '1;7',
};

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
  let codes = (theme.name === 'mono' ? MONO : ANSI)[part.role ?? 'plain'];
  if (part.paint !== undefined) codes = paintCodes(part.paint, theme.name === 'mono');
  if (part.on === true) codes += codes === '' ? '7' : ';7';
  if (part.under === true) codes += codes === '' ? '4' : ';4';
  return codes === '' ? text : `\x1b[${codes}m${text}\x1b[0m`;
}

/** ECMA-48 §8.3.117; without colour only the attributes are left. */
function paintCodes({ fg, bg, attributes }: Paint, mono: boolean): string {
  const codes = ATTRIBUTES.flatMap(([bit, code]) => ((attributes & bit) === 0 ? [] : [code]));
  if (!mono) codes.push(...colourCodes(fg, 30), ...colourCodes(bg, 40));
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

function colourCodes(colour: number, base: 30 | 40): readonly string[] {
  if (colour < 0) return [];
  if (colour >= 0x1000000)
    return [`${base + 8};2;${(colour >> 16) & 255};${(colour >> 8) & 255};${colour & 255}`];
  if (colour >= 256) return [`${base + 8};5;${colour & 255}`];
  return [String(colour < 8 ? base + colour : base + 60 + colour - 8)];
}

const NOT_ASCII = /[^\x20-\x7e]/;
const TO_ASCII: ReadonlyMap<string, string> = new Map(asciiPairs());

function* asciiPairs(): Generator<readonly [string, string]> {
  for (const [name, glyph] of Object.entries(UNICODE_GLYPHS)) {
    const plain = (ASCII_GLYPHS as Readonly<Record<string, unknown>>)[name];
    if (typeof glyph === 'string' && typeof plain === 'string') yield [glyph, plain];
  }
  for (const [index, glyph] of UNICODE_GLYPHS.ramp.entries()) yield [glyph, ASCII_GLYPHS.ramp[index] ?? ' '];
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
