// For terminals with a dark background, which stays the terminal's own.

import type { Accent } from '../../core/pane.ts';
import { type AccentInks, accentsOf, EIGHT, type Ink, type Rgb, type ThemeTable } from './ink.ts';

const RED = 0xff8787;
const GREEN = 0x87d787;
const YELLOW = 0xffd75f;
const BLUE = 0x87afff;
const MAGENTA = 0xff87ff;
const CYAN = 0x5fd7ff;
const BLACK = 0x000000;

const HUES: Readonly<Record<Accent, Rgb>> = {
  ...{ red: RED, green: GREEN, yellow: YELLOW },
  ...{ blue: BLUE, magenta: MAGENTA, cyan: CYAN },
};

const text = (fg: Rgb, sixteen: string): Ink => ({ fg, sixteen });
const bold = (fg: Rgb, sixteen: string): Ink => ({ fg, attributes: '1', sixteen });
const just = (attributes: string): Ink => ({ attributes, sixteen: attributes });

export const DARK: ThemeTable = {
  on: [BLACK, 0x1e1e1e],
  roles: {
    plain: just(''),
    dim: text(0xa8a8a8, '2'),
    strong: just('1'),
    title: just('1'),
    border: text(0x808080, '2'),
    'border-focused': bold(CYAN, '1;96'),
    good: text(GREEN, '92'),
    warn: text(YELLOW, '93'),
    bad: text(RED, '91'),
    accent: text(CYAN, '96'),
    host: just('1'),
    label: just('1;7'),
    key: bold(CYAN, '1;96'),
    match: { fg: BLACK, bg: YELLOW, sixteen: '30;43' },
    followed: { fg: BLACK, bg: CYAN, attributes: '1', sixteen: '1;30;106' },
    banned: text(RED, '91'),
    safe: text(GREEN, '92'),
    seen: text(YELLOW, '93'),
    'chart-a': text(CYAN, '96'),
    'chart-b': text(MAGENTA, '95'),
    alarm: { fg: 0xffffff, bg: 0xaf0000, attributes: '1', sixteen: '1;97;41' },
  },
  accents: accentsOf((accent): AccentInks => {
    const bright = EIGHT[accent] + 60;
    return {
      'border-focused': bold(HUES[accent], `1;${bright}`),
      host: bold(HUES[accent], `1;${bright}`),
      label: { fg: BLACK, bg: HUES[accent], attributes: '1', sixteen: `1;7;${bright}` },
    };
  }),
};
