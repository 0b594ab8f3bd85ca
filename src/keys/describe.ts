// What one key does here, in words: for the key that describes keys.

import type { KeyMode } from '../core/intent.ts';
import { modeChain } from './keymap.ts';
import type { Keymap, KeyRow } from './row.ts';
import { TABLE_TITLES } from './titles.ts';

/** `rows`: what the keys mean here; empty: nothing. `elsewhere`: tables that are not live, and what they mean there. */
export type Described = Readonly<{
  row: KeyRow | undefined;
  /** As it is without a session file; absent where the file changed nothing. */
  before: KeyRow | undefined;
  elsewhere: readonly KeyRow[];
}>;

/** `typed`: the keys without the prefix; `modes`: the live tables, in order. */
export function describeKeys(
  keymaps: Readonly<{ live: Keymap; delivered: Keymap }>,
  modes: readonly KeyMode[],
  typed: string,
): Described {
  const tables = modes.flatMap(modeChain);
  const means = (keymap: Keymap, mode: KeyMode): KeyRow | undefined =>
    keymap.find((row) => row.mode === mode && row.chords.includes(typed));
  const first = (keymap: Keymap): KeyRow | undefined =>
    tables.map((mode) => means(keymap, mode)).find((row) => row !== undefined);
  const row = first(keymaps.live);
  const before = first(keymaps.delivered);
  const same = before?.intent === row?.intent;
  const elsewhere = keymaps.live.filter(
    ({ mode, chords }) => !tables.includes(mode) && mode !== 'prefix' && chords.includes(typed),
  );
  return { row, before: same ? undefined : before, elsewhere };
}

/** "In a log (log)". */
export function tableName(mode: KeyMode): string {
  return `${TABLE_TITLES[mode]} (${mode})`;
}
