// The default: the sixteen colours of the operator's own terminal, light or dark. No background but for alarm, match and followed.

import { accentsOf, EIGHT, type Ink, type ThemeTable } from './ink.ts';

const ink = (sixteen: string): Ink => ({ sixteen });

export const ANSI: ThemeTable = {
  on: [],
  roles: {
    plain: ink(''),
    dim: ink('2'),
    strong: ink('1'),
    title: ink('1'),
    border: ink('2'),
    'border-focused': ink('1;36'),
    good: ink('32'),
    warn: ink('33'),
    bad: ink('31'),
    accent: ink('36'),
    host: ink('1'),
    label: ink('1;7'),
    key: ink('1;36'),
    match: ink('30;43'),
    followed: ink('1;30;46'),
    banned: ink('31'),
    safe: ink('32'),
    seen: ink('33'),
    'chart-a': ink('36'),
    'chart-b': ink('35'),
    alarm: ink('1;97;41'),
  },
  accents: accentsOf((accent) => ({
    'border-focused': ink(`1;${EIGHT[accent]}`),
    host: ink(`1;${EIGHT[accent]}`),
    label: ink(`1;7;${EIGHT[accent]}`),
  })),
};
