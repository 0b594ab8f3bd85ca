// No colours: bold, dim and inverse only. What a colour says elsewhere is said by words and signs anyway.

import { ANSI } from './ansi.ts';
import { type AccentInks, accentsOf, type Ink, type ThemeTable } from './ink.ts';

const ink = (sixteen: string): Ink => ({ sixteen });
const OWN: AccentInks = { 'border-focused': ink('1'), host: ink('1'), label: ink('1;7') };

export const MONO: ThemeTable = {
  on: [],
  roles: {
    ...ANSI.roles,
    ...OWN,
    good: ink(''),
    warn: ink('1'),
    bad: ink('1'),
    accent: ink(''),
    key: ink('1'),
    match: ink('7'),
    followed: ink('1;4'),
    banned: ink('1'),
    safe: ink(''),
    seen: ink(''),
    'chart-a': ink(''),
    'chart-b': ink('2'),
    alarm: ink('1;7'),
  },
  accents: accentsOf(() => OWN),
};
