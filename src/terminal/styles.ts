// Styles of cells as small numbers: SGR parameters in, an index out, and back to the shortest SGR between two indexes.
// ECMA-48 §8.3.117 and xterm's ctlseqs name the parameters; what is not known here leaves the style as it is.

/** A colour: -1 the terminal's default, 0–15 ANSI, 256+n the 256-colour palette, 2^24+rgb true colour. */
export type Colour = number;
export type Style = Readonly<{ fg: Colour; bg: Colour; attributes: number }>;

/** The style of a fresh terminal is always index 0. */
export const PLAIN = 0;
const DEFAULT: Colour = -1;
const PALETTE = 0x100;
const RGB = 0x1000000;
const BOLD = 1;
const DIM = 2;

/** Attribute bit, the SGR number that sets it, the one that clears it. 22 clears bold and dim together. */
const ATTRIBUTES = [
  { bit: BOLD, on: 1, off: 22 },
  { bit: DIM, on: 2, off: 22 },
  { bit: 4, on: 3, off: 23 },
  { bit: 8, on: 4, off: 24 },
  { bit: 16, on: 5, off: 25 },
  { bit: 32, on: 7, off: 27 },
  { bit: 64, on: 8, off: 28 },
  { bit: 128, on: 9, off: 29 },
] as const;

export type StyleTable = Readonly<{
  indexOf(fg: Colour, bg: Colour, attributes: number): number;
  styleAt(index: number): Style;
  /** The shortest SGR sequence that leads from one style to the other; '' when they are the same. */
  change(from: number, to: number): string;
  size(): number;
  clear(): void;
}>;

const PLAIN_STYLE: Style = { fg: DEFAULT, bg: DEFAULT, attributes: 0 };

export function createStyleTable(): StyleTable {
  const styles: Style[] = [];
  const byFore = new Map<number, Map<Colour, number>>();
  const changes = new Map<number, string>();
  const styleAt = (index: number): Style => styles[index] ?? PLAIN_STYLE;
  const indexOf = (fg: Colour, bg: Colour, attributes: number): number => {
    const key = (fg + 1) * 256 + attributes;
    let byBack = byFore.get(key);
    if (byBack === undefined) {
      byBack = new Map();
      byFore.set(key, byBack);
    }
    let index = byBack.get(bg);
    if (index === undefined) {
      index = styles.length;
      styles.push({ fg, bg, attributes });
      byBack.set(bg, index);
    }
    return index;
  };
  const clear = (): void => {
    styles.length = 0;
    byFore.clear();
    changes.clear();
    indexOf(DEFAULT, DEFAULT, 0);
  };
  clear();
  return {
    indexOf,
    styleAt,
    change(from, to) {
      if (from === to) return '';
      const key = from * 0x100000 + to;
      let sequence = changes.get(key);
      if (sequence === undefined) {
        sequence = shortestChange(styleAt(from), styleAt(to));
        changes.set(key, sequence);
      }
      return sequence;
    },
    size: () => styles.length,
    clear,
  };
}

function shortestChange(from: Style, to: Style): string {
  const fresh = ['', ...settings(PLAIN_STYLE, to)].join(';');
  const delta = settings(from, to).join(';');
  return `\x1b[${delta.length <= fresh.length ? delta : fresh}m`;
}

function settings(from: Style, to: Style): string[] {
  const parameters: string[] = [];
  const lost = from.attributes & ~to.attributes;
  let have = from.attributes;
  for (const { bit, off } of ATTRIBUTES) {
    if ((lost & bit) === 0 || (have & bit) === 0) continue;
    parameters.push(String(off));
    have &= off === 22 ? ~(BOLD | DIM) : ~bit;
  }
  for (const { bit, on } of ATTRIBUTES)
    if ((to.attributes & bit) !== 0 && (have & bit) === 0) parameters.push(String(on));
  if (from.fg !== to.fg) parameters.push(colourSetting(to.fg, 30));
  if (from.bg !== to.bg) parameters.push(colourSetting(to.bg, 40));
  return parameters;
}

function colourSetting(colour: Colour, base: 30 | 40): string {
  if (colour === DEFAULT) return String(base + 9);
  if (colour >= RGB) {
    const rgb = colour - RGB;
    return `${base + 8};2;${rgb >> 16};${(rgb >> 8) & 255};${rgb & 255}`;
  }
  if (colour >= PALETTE) return `${base + 8};5;${colour - PALETTE}`;
  return String(colour < 8 ? base + colour : base + 60 + colour - 8);
}

/** The pen while a frame is read: SGR parameters change it in place, so that a frame makes no garbage. */
export type Pen = { fg: Colour; bg: Colour; attributes: number };

export function resetPen(pen: Pen): void {
  pen.fg = DEFAULT;
  pen.bg = DEFAULT;
  pen.attributes = 0;
}

/** Applies the first `count` numbers of `parameters`; no parameter at all means reset. */
export function applySgr(pen: Pen, parameters: Uint16Array, count: number): void {
  if (count === 0) resetPen(pen);
  for (let i = 0; i < count; i++) {
    const code = parameters[i] ?? 0;
    if (code === 38 || code === 48) {
      const colour = extendedColour(parameters, i + 1, count);
      if (colour !== undefined && code === 38) pen.fg = colour;
      if (colour !== undefined && code === 48) pen.bg = colour;
      i += parameters[i + 1] === 2 ? 4 : 2;
    } else applyOne(pen, code);
  }
}

function extendedColour(parameters: Uint16Array, at: number, count: number): Colour | undefined {
  if (parameters[at] === 5 && at + 1 < count) return PALETTE + ((parameters[at + 1] ?? 0) & 255);
  if (parameters[at] !== 2 || at + 3 >= count) return undefined;
  const byte = (index: number): number => (parameters[at + index] ?? 0) & 255;
  return RGB + (byte(1) << 16) + (byte(2) << 8) + byte(3);
}

function applyOne(pen: Pen, code: number): void {
  if (code === 0) resetPen(pen);
  else if (code < 30) {
    for (const { bit, on, off } of ATTRIBUTES) {
      if (code === on) pen.attributes |= bit;
      else if (code === off) pen.attributes &= ~bit;
    }
  } else if (code <= 37) pen.fg = code - 30;
  else if (code === 39) pen.fg = DEFAULT;
  else if (code >= 40 && code <= 47) pen.bg = code - 40;
  else if (code === 49) pen.bg = DEFAULT;
  else if (code >= 90 && code <= 97) pen.fg = code - 90 + 8;
  else if (code >= 100 && code <= 107) pen.bg = code - 100 + 8;
}
