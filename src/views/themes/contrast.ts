// High contrast on any terminal: text in the terminal's own colour, nothing dimmed, and states as plates whose letters
// and ground are both ours, so that the background does not matter.

import type { Accent } from '../../core/pane.ts';
import { type AccentInks, accentsOf, type Ink, type ThemeTable } from './ink.ts';

const just = (attributes: string): Ink => ({ attributes, sixteen: attributes });
const plate = (fg: number, bg: number, sixteen: string): Ink => ({ fg, bg, sixteen });
const loud = (ink: Ink): Ink => ({ ...ink, attributes: '1', sixteen: `1;${ink.sixteen}` });

const WHITE = 0xffffff;
const BLACK = 0x000000;
const RED = plate(WHITE, 0x870000, '97;41');
const GREEN = plate(WHITE, 0x005f00, '30;42');
const YELLOW = plate(BLACK, 0xffd700, '30;43');

const PLATES: Readonly<Record<Accent, Ink>> = {
  red: RED,
  green: GREEN,
  yellow: YELLOW,
  blue: plate(WHITE, 0x00005f, '97;44'),
  magenta: plate(WHITE, 0x5f005f, '97;45'),
  cyan: plate(BLACK, 0x5fffff, '30;46'),
};

export const CONTRAST: ThemeTable = {
  on: [],
  roles: {
    plain: just(''),
    dim: just(''),
    strong: just('1'),
    title: just('1'),
    border: just(''),
    'border-focused': YELLOW,
    good: GREEN,
    warn: YELLOW,
    bad: loud(RED),
    accent: just('1;4'),
    host: just('1'),
    label: just('1;7'),
    key: just('1;7'),
    match: loud(plate(BLACK, 0xffff00, '30;43')),
    followed: loud(plate(BLACK, 0x5fffff, '30;46')),
    banned: loud(RED),
    safe: GREEN,
    seen: YELLOW,
    'chart-a': just('1'),
    'chart-b': just(''),
    alarm: loud(plate(WHITE, 0xaf0000, '97;41')),
  },
  accents: accentsOf(
    (accent): AccentInks => ({
      'border-focused': PLATES[accent],
      host: loud(PLATES[accent]),
      label: loud(PLATES[accent]),
    }),
  ),
};
