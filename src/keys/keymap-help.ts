// The default keys that tell about keys.

import { type Keymap, rows } from './row.ts';

export const HELP_ROWS: Keymap = [
  ...rows('prefix', 'console', [['describe-key', ['/'], 'press a key and read what it does here']]),
  ...rows('help', 'this pane', [['filter', ['/'], 'show only the keys whose line matches', 'filter']]),
];
