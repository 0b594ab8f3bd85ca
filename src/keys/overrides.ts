// The operator's own keys, from the session file, laid over the default ones. What cannot be is reported with its place
// in the file and left out; the rest applies.

import { INTENTS, type IntentId, type KeyMode } from '../core/intent.ts';
import type { FilePlace, KeyOverride } from '../core/pane.ts';
import { suggest } from '../core/suggest.ts';
import { KEY_NAMES } from './chords.ts';
import { MODES, modeChain, TEXT_MODES } from './keymap.ts';
import { NUMBERED } from './resolve.ts';
import type { Keymap, KeyRow } from './row.ts';
import { begins, clash, type ReadSequence, readSequence, SEQUENCE_MAX } from './sequence.ts';

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
  const prefix = prefixWishes(keymap, wishes);
  // The prefix is one wish in several tables: what is wrong with it is said once.
  const silent: readonly KeyOverride[] = prefix.slice(1);
  for (const wish of [...prefix, ...wishes.keys]) {
    const change = readWish(keymap, wish);
    if (typeof change !== 'string') changes.push(change);
    else if (!silent.includes(wish)) problems.push(at(wish, change));
  }
  for (;;) {
    const merged = merge(keymap, changes);
    const found = findCollision(merged);
    if (found === undefined) return { keymap: merged, problems };
    const index = changes.findLastIndex(({ row }) => found.rows.includes(row));
    const [lost] = index < 0 ? [] : changes.splice(index, 1);
    if (lost === undefined) return { keymap: merged, problems };
    // The prefix is several rows, and a part of it is none.
    if (isPrefix(lost)) drop(changes, isPrefix);
    problems.push(at(lost.at, collisionWords(found, lost.row)));
  }
}

function collisionWords({ rows, chords }: Collision, lost: KeyRow): string {
  const mine = rows[0] === lost ? 0 : 1;
  const [own, taken] = mine === 0 ? chords : [chords[1], chords[0]];
  const other = rows[1 - mine];
  const owner = other === undefined ? '' : `${other.intent} (${other.mode}: ${other.words})`;
  const advice = 'rebind that one or choose another key';
  if (own === taken) return `${own} is taken by ${owner}; ${advice}`;
  if (other === lost) return `${own} and ${taken} cannot both be: one is the beginning of the other`;
  return begins(own, taken)
    ? `${own} is the beginning of ${taken}, which is ${owner}; ${advice}`
    : `${own} begins with ${taken}, which is ${owner}; ${advice}`;
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

/** The prefix works in every table that has one, and twice it goes through. */
function prefixWishes(keymap: Keymap, { prefix, prefixAt }: OperatorKeys): readonly PrefixWish[] {
  const place = { whole: true, chords: [prefix], line: 1, column: 1, ...prefixAt } as const;
  return keymap
    .filter(({ intent }) => intent === 'prefix' || intent === 'send-prefix')
    .map(({ mode, intent }) => ({ mode, intent, ...place }));
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
    const read = readSequence(written);
    const wrong = read.ok ? misfit(read, { mode, intent }) : unreadable(read, written);
    if (wrong !== undefined) return wrong;
    if (read.ok && !chords.includes(read.chord)) chords.push(read.chord);
  }
  const old = keymap.find((known) => known.mode === mode && known.intent === intent);
  if (old !== undefined && sameChords(old.chords, chords)) return { at: wish, row: { ...old } };
  return { at: wish, row: { ...row, chords, changed: { line: wish.line, column: wish.column } } };
}

function sameChords(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((chord, index) => chord === b[index]);
}

function unreadable(read: Extract<ReadSequence, { ok: false }>, written: string): string {
  switch (read.wrong) {
    case 'key': {
      const inside = read.key === written ? '' : ` in ${JSON.stringify(written)}`;
      return `${JSON.stringify(read.key)}${inside} is no key; ${meant(read.key, KEY_NAMES)}`;
    }
    case 'too-long':
      return `${JSON.stringify(written)} is too long: at most ${SEQUENCE_MAX} keys one after the other`;
    case 'escape':
      return `${JSON.stringify(written)} cannot be typed: Escape leaves a sequence that was begun`;
    case 'empty':
      return 'a key is missing; [] takes all keys away';
  }
}

/** What is a key, and yet cannot be one for this. */
function misfit(
  { chord, types }: Extract<ReadSequence, { ok: true }>,
  { mode, intent }: Readonly<{ mode: KeyMode; intent: IntentId }>,
): string | undefined {
  if (TEXT_MODES.has(mode) && types)
    return `${chord} types itself in ${mode}; choose a key with Ctrl or Meta, or a named one`;
  if ((intent === 'prefix' || intent === 'send-prefix') && chord.includes(' '))
    return `${JSON.stringify(chord)} cannot be: the prefix is one key`;
  if (NUMBERED.has(intent) && !/\d$/.test(chord))
    return `${chord} says no number: ${intent} takes it from the digit of its key`;
  return undefined;
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

/** `chords`: of the rows, in the same order. */
export type Collision = Readonly<{
  rows: readonly [KeyRow, KeyRow];
  chords: readonly [string, string];
}>;

/** Two rows that want the same key in one chain of modes, or one a key that begins a sequence of the other. */
export function findCollision(keymap: Keymap): Collision | undefined {
  for (const mode of MODES) {
    const chain = modeChain(mode);
    // Only sequences with the same first key can be in each other's way.
    const owners = new Map<string, [string, KeyRow][]>();
    for (const row of keymap.filter((candidate) => chain.includes(candidate.mode))) {
      for (const chord of row.chords) {
        const [first = ''] = chord.split(' ', 1);
        const near = owners.get(first) ?? [];
        const owner = near.find(([taken, other]) => meet(taken, other, { chord, row }));
        if (owner !== undefined) return { rows: [owner[1], row], chords: [owner[0], chord] };
        owners.set(first, [...near, [chord, row]]);
      }
    }
  }
  return undefined;
}

/** One intent may have a key in two tables of a chain: the narrower one is asked first and means the same. */
function meet(
  taken: string,
  other: KeyRow,
  { chord, row }: Readonly<{ chord: string; row: KeyRow }>,
): boolean {
  return taken === chord ? other.intent !== row.intent : clash(taken, chord);
}
