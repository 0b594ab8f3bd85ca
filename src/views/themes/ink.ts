// How a theme is written down: one table from role to ink, and the six accents. Pure data; theme.ts renders it.

import type { PlainRole, Role } from '../../core/line.ts';
import type { Accent } from '../../core/pane.ts';

/** 0xrrggbb. */
export type Rgb = number;

/**
 * `fg`, `bg`: absent = the terminal's own. `attributes`: SGR parameters besides colours ("1", "1;7"). `sixteen`: all SGR
 * parameters where the terminal has sixteen colours, whose shades are its own; there no arithmetic can choose.
 */
export type Ink = Readonly<{ fg?: Rgb; bg?: Rgb; attributes?: string; sixteen: string }>;

/** What a session's accent changes: the frame of the focused pane, the host's name, the label. */
export type AccentInks = Readonly<Record<'border-focused' | 'host' | 'label', Ink>>;

/** `on`: backgrounds that the theme is made for; every text of it is readable there. */
export type ThemeTable = Readonly<{
  on: readonly Rgb[];
  roles: Readonly<Record<PlainRole, Ink>>;
  accents: Readonly<Record<Accent, AccentInks>>;
}>;

/** Roles that are drawn, not read. */
export const LINE_ROLES: readonly Role[] = ['border', 'border-focused', 'chart-a', 'chart-b'];

/** The table of accents from one function for all six. */
export function accentsOf(inks: (accent: Accent) => AccentInks): ThemeTable['accents'] {
  return {
    red: inks('red'),
    green: inks('green'),
    yellow: inks('yellow'),
    blue: inks('blue'),
    magenta: inks('magenta'),
    cyan: inks('cyan'),
  };
}

/** SGR number of the colour as one of the eight: 31 is red. */
export const EIGHT: Readonly<Record<Accent, number>> = {
  red: 31,
  green: 32,
  yellow: 33,
  blue: 34,
  magenta: 35,
  cyan: 36,
};
