// docs/keys.md, written from the keymap so that it cannot differ from it.

import type { KeyMode } from '../core/intent.ts';
import { GROUPS, keysOf } from './hints.ts';
import { MODES } from './keymap.ts';
import type { Keymap, KeyRow } from './row.ts';
import { TABLE_TITLES } from './titles.ts';

const INTRODUCTION = `# Keys

This page is written by \`npm run docs\` from the keymap in \`src/keys/\`; the help (\`?\`) shows the same table as it is
now, with the keys of the session file.

A key is spelt as in tmux: \`C-b\` is Ctrl and b, \`M-1\` is Alt (or Esc) and 1, \`BackTab\` is Shift and Tab. Several keys
one after the other are written with blanks: \`g g\`. A pane's own keys come first, then those of every pane, then those
that work everywhere; no key has two meanings in that order, nor is one a meaning and the beginning of a sequence.
Dialogs, prompts and lists take text: there a printable key types itself, and a paste is text. Outside of them a paste
does nothing, or goes to the program of the pane.

To change a key, name its table and its intent in the session file. The new keys replace the old ones; an empty list
takes them away. A bare \`prefix\` is the prefix in every table that has one, program panes included. What cannot be is
reported with its line and column: by \`opsconsole validate\`, in a notice at the start, and by \`:keys problems\`. The rest
applies. While a sequence waits for its next key the bottom line shows it; Escape or a wrong key ends it.

The prefix and \`/\` tell what a key does here, in which table, and whether the session file gave it. In the help \`/\`
narrows the list to what you type; keys of the session file are marked with \`*\`.

\`\`\`yaml
prefix: C-a
keys:
  log: { follow: [F, Space], top: g g }
  pane: { top: Home }
  global: { refresh: R }
\`\`\`
`;

export function renderKeysDoc(keymap: Keymap): string {
  const sections = MODES.map((mode) => section(keymap, mode)).filter((text) => text !== '');
  return [INTRODUCTION, ...sections].join('\n');
}

function section(keymap: Keymap, mode: KeyMode): string {
  const rows = keymap.filter((row) => row.mode === mode);
  if (rows.length === 0) return '';
  const grouped = GROUPS.flatMap((group) => rows.filter((row) => row.group === group));
  const table = grouped.map((row) => `| ${keyCells(row)} | ${cell(row.words)} | \`${row.intent}\` |`);
  const heading = `## ${TABLE_TITLES[mode]} (\`${mode}\`)`;
  return [heading, '', '| keys | what it does | intent |', '|---|---|---|', ...table, ''].join('\n');
}

function keyCells(row: KeyRow): string {
  const shown = keysOf(row);
  return (shown.includes('–') ? [shown] : row.chords).map((chord) => `\`${cell(chord)}\``).join(' ');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
