// For terminals with a light background, which stays the terminal's own. No yellow: on white nobody reads it.

import type { Accent } from '../../core/pane.ts';
import { type AccentInks, accentsOf, EIGHT, type Ink, type Rgb, type ThemeTable } from './ink.ts';

const RED = 0xaf0000;
const GREEN = 0x005f00;
const BROWN = 0x875f00;
const BLUE = 0x0000af;
const MAGENTA = 0x87005f;
const TEAL = 0x005f87;
const WHITE = 0xffffff;
const BLACK = 0x000000;

const HUES: Readonly<Record<Accent, Rgb>> = {
  ...{ red: RED, green: GREEN, yellow: BROWN },
  ...{ blue: BLUE, magenta: MAGENTA, cyan: 0x005f5f },
};

const text = (fg: Rgb, sixteen: string): Ink => ({ fg, sixteen });
const bold = (fg: Rgb, sixteen: string): Ink => ({ fg, attributes: '1', sixteen });
const just = (attributes: string): Ink => ({ attributes, sixteen: attributes });

export const LIGHT: ThemeTable = {
  on: [WHITE, 0xfdf6e3],
  roles: {
    plain: just(''),
    dim: text(0x585858, '2'),
    strong: just('1'),
    title: just('1'),
    border: text(0x767676, '2'),
    'border-focused': bold(TEAL, '1;34'),
    good: text(GREEN, '32'),
    warn: text(BROWN, '35'),
    bad: text(RED, '31'),
    accent: text(TEAL, '34'),
    host: just('1'),
    label: just('1;7'),
    key: bold(TEAL, '1;34'),
    match: { fg: BLACK, bg: 0xffd75f, sixteen: '30;43' },
    followed: { fg: WHITE, bg: TEAL, attributes: '1', sixteen: '1;97;44' },
    banned: text(RED, '31'),
    safe: text(GREEN, '32'),
    seen: text(BROWN, '35'),
    'chart-a': text(TEAL, '34'),
    'chart-b': text(MAGENTA, '35'),
    alarm: { fg: WHITE, bg: RED, attributes: '1', sixteen: '1;97;41' },
  },
  accents: accentsOf(
    (accent): AccentInks => ({
      'border-focused': bold(HUES[accent], `1;${EIGHT[accent]}`),
      host: bold(HUES[accent], `1;${EIGHT[accent]}`),
      label: { fg: WHITE, bg: HUES[accent], attributes: '1', sixteen: `1;7;${EIGHT[accent]}` },
    }),
  ),
};
