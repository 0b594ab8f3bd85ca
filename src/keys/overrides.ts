// The operator's own keys, from the session file, laid over the default ones. What cannot be is reported with its place
// in the file and left out; the rest applies.

import { INTENTS, type IntentId, type KeyMode } from '../core/intent.ts';
import type { FilePlace, KeyOverride } from '../core/pane.ts';
import { suggest } from '../core/suggest.ts';
import { chordOf, KEY_NAMES, parseChord, typedText } from './chords.ts';
import { MODES, modeChain, TEXT_MODES } from './keymap.ts';
import type { Keymap, KeyRow } from './row.ts';

/** `line`, `column`: in the session file, from 1. */
export type KeyProblem = Readonly<{ line: number; column: number; message: string }>;

/** One row to be put in place of another; `at` is what it came from. */
type Change = Readonly<{ at: KeyOverride; row: KeyRow }>;

/** `prefixAt`: where the file says it; absent when it does not. */
export type OperatorKeys = Readonly<{ prefix: string; prefixAt?: FilePlace; keys: readonly KeyOverride[] }>;

/** The keymap with the prefix and the keys of a session, and what of them was left out. */
export function applyOverrides(
  keymap: Keymap,
  wishes: OperatorKeys,
): Readonly<{ keymap: Keymap; problems: readonly KeyProblem[] }> {
  const problems: KeyProblem[] = [];
  const changes: Change[] = [];
  const [first, ...others] = prefixWishes(wishes);
  const silent: readonly KeyOverride[] = others;
  for (const wish of [first, ...others, ...wishes.keys]) {
    const change = readWish(keymap, wish);
    if (typeof change !== 'string') changes.push(change);
    // The prefix is one wish in four tables: what is wrong with it is said once.
    else if (!silent.includes(wish)) problems.push(at(wish, change));
  }
  for (;;) {
    const merged = merge(keymap, changes);
    const clash = findCollision(merged);
    if (clash === undefined) return { keymap: merged, problems };
    const index = changes.findLastIndex(({ row }) => clash.rows.includes(row));
    const [lost] = index < 0 ? [] : changes.splice(index, 1);
    if (lost === undefined) return { keymap: merged, problems };
    const other = clash.rows.find((row) => row !== lost.row);
    const taken = other === undefined ? '' : `${other.intent} (${other.mode}: ${other.words})`;
    // The prefix is four rows, and a part of it is none.
    if (isPrefix(lost)) drop(changes, isPrefix);
    problems.push(at(lost.at, `${clash.chord} is taken by ${taken}; rebind that one or choose another key`));
  }
}

function isPrefix({ row }: Change): boolean {
  return row.intent === 'prefix' || row.intent === 'send-prefix';
}

function drop(changes: Change[], unwanted: (change: Change) => boolean): void {
  for (let index = changes.length - 1; index >= 0; index--) {
    const change = changes[index];
    if (change !== undefined && unwanted(change)) changes.splice(index, 1);
  }
}

/** `whole`: not written in a table of keys. */
type PrefixWish = KeyOverride & Readonly<{ whole: true }>;
const isFromPrefix = (wish: KeyOverride): boolean => 'whole' in wish;

function prefixWishes({ prefix, prefixAt }: OperatorKeys): readonly [PrefixWish, ...PrefixWish[]] {
  const place = { whole: true, chords: [prefix], line: 1, column: 1, ...prefixAt } as const;
  return [
    { mode: 'global', intent: 'prefix', ...place },
    { mode: 'program', intent: 'prefix', ...place },
    { mode: 'copy', intent: 'prefix', ...place },
    { mode: 'prefix', intent: 'send-prefix', ...place },
  ];
}

function at(wish: KeyOverride, message: string): KeyProblem {
  const where = isFromPrefix(wish) ? 'prefix' : `keys: ${wish.mode}: ${wish.intent}`;
  return { line: wish.line, column: wish.column, message: `${where}: ${message}` };
}

/** The row that a wish asks for, or the sentence that says why it cannot be. */
function readWish(keymap: Keymap, wish: KeyOverride): Change | string {
  const mode = MODES.find((name) => name === wish.mode);
  if (mode === undefined)
    return `${JSON.stringify(wish.mode)} is no table of keys; ${meant(wish.mode, MODES)}`;
  const intent = INTENTS.find((name) => name === wish.intent);
  if (intent === undefined)
    return `${JSON.stringify(wish.intent)} is nothing that a key can do; ${meant(wish.intent, INTENTS)}`;
  const row = rowFor(keymap, mode, intent);
  if (row === undefined) return `${intent} has no meaning in ${mode}; it works in ${worksIn(keymap, intent)}`;
  const chords: string[] = [];
  for (const written of wish.chords) {
    const key = parseChord(written);
    if (key === undefined) return `${JSON.stringify(written)} is no key; ${meant(written, KEY_NAMES)}`;
    const chord = chordOf(key);
    if (TEXT_MODES.has(mode) && typedText(key) !== undefined)
      return `${chord} types itself in ${mode}; choose a key with Ctrl or Meta, or a named one`;
    if (!chords.includes(chord)) chords.push(chord);
  }
  return { at: wish, row: { ...row, chords } };
}

function meant(typed: string, known: readonly string[]): string {
  const near = suggest(typed, known);
  return near === undefined ? 'see docs/keys.md' : `did you mean ${near}?`;
}

/** The default row, or one of a mode that `mode` falls back to (which then is bound more narrowly too). */
function rowFor(keymap: Keymap, mode: KeyMode, intent: IntentId): KeyRow | undefined {
  for (const candidate of modeChain(mode)) {
    const row = keymap.find((known) => known.mode === candidate && known.intent === intent);
    if (row !== undefined) return { ...row, mode };
  }
  return undefined;
}

function worksIn(keymap: Keymap, intent: IntentId): string {
  const modes = keymap.filter((row) => row.intent === intent).map((row) => row.mode);
  return modes.length === 0 ? 'no table yet' : modes.join(', ');
}

function merge(keymap: Keymap, changes: readonly Change[]): Keymap {
  const same = (a: KeyRow, b: KeyRow): boolean => a.mode === b.mode && a.intent === b.intent;
  const last = (row: KeyRow): KeyRow | undefined => changes.findLast((change) => same(change.row, row))?.row;
  const added = changes.map(({ row }) => row).filter((row) => !keymap.some((known) => same(known, row)));
  const unique = added.filter((row) => last(row) === row);
  return [...keymap.map((row) => last(row) ?? row), ...unique];
}

/** Two rows that want the same chord in one chain of modes. */
export function findCollision(
  keymap: Keymap,
): Readonly<{ chord: string; rows: readonly [KeyRow, KeyRow] }> | undefined {
  for (const mode of MODES) {
    const chain = modeChain(mode);
    const owners = new Map<string, KeyRow>();
    for (const row of keymap.filter((candidate) => chain.includes(candidate.mode))) {
      for (const chord of row.chords) {
        const owner = owners.get(chord);
        if (owner !== undefined && owner !== row && owner.intent !== row.intent)
          return { chord, rows: [owner, row] };
        owners.set(chord, row);
      }
    }
  }
  return undefined;
}
