// Keys in words: the bottom line's hints, the help, and how one intent is typed now. All from the live keymap.

import type { IntentId, KeyMode } from '../core/intent.ts';
import { type SafeText, sanitise } from '../core/sanitise.ts';
import { MODES, modeChain } from './keymap.ts';
import { NUMBERED } from './resolve.ts';
import type { KeyGroup, Keymap, KeyRow } from './row.ts';
import { begins } from './sequence.ts';

/**
 * `keys` as typed ("b", "C-b z"), `words` what it does. `name`: the intent, as the session file has it. `changed`: the
 * session file has given it these keys.
 */
export type KeyWords = Readonly<{ keys: SafeText; words: SafeText; name?: SafeText; changed?: boolean }>;
/** `prefixed`: the keys after the prefix. */
export type KeySection = Readonly<{ title: SafeText; rows: readonly KeyWords[]; prefixed?: boolean }>;

export type KeyTexts = Readonly<{
  /** The first key for an intent in the chain of a mode; undefined when it does not work there. */
  keyFor(mode: KeyMode, intent: IntentId): SafeText | undefined;
  /** For the bottom line, most used first: acts, the pane's own, the rest; the prefix and help last. */
  hints(mode: KeyMode): readonly KeyWords[];
  /** All keys that work in a mode, the pane's own first and those that every pager has last. */
  help(mode: KeyMode): readonly KeySection[];
  /** How a sequence that was begun goes on: the keys that are still to come. */
  after(modes: readonly KeyMode[], typed: readonly string[]): readonly KeyWords[];
}>;

/** In the order of the help; the keys after the prefix stand before the last. */
export const GROUPS: readonly KeyGroup[] = [
  'acts',
  'this pane',
  'typing',
  'console',
  'windows and panes',
  'moving',
];

/** In a read-only console: what changes the machine, and what runs programs, which might. */
function isOff({ danger, intent }: KeyRow): boolean {
  return danger !== undefined || intent === 'start' || intent === 'stop';
}

/** `readOnly`: keys that would change the machine are not offered. */
export function keyTexts(keymap: Keymap, options: Readonly<{ readOnly: boolean }>): KeyTexts {
  const offered = keymap.filter((row) => row.chords.length > 0 && !(options.readOnly && isOff(row)));
  const prefix = sanitise(offered.find((row) => row.intent === 'prefix')?.chords[0] ?? '');
  const texts = new Map<KeyMode, Readonly<{ hints: readonly KeyWords[]; help: readonly KeySection[] }>>();
  for (const mode of MODES)
    texts.set(mode, { hints: hintsOf(offered, mode, prefix), help: helpOf(offered, mode, prefix) });
  return {
    keyFor(mode, intent) {
      const row = liveRows(offered, mode).find((candidate) => candidate.intent === intent);
      return row === undefined ? undefined : sanitise(row.chords[0] ?? '');
    },
    hints: (mode) => texts.get(mode)?.hints ?? [],
    help: (mode) => texts.get(mode)?.help ?? [],
    after: (modes, typed) => {
      const start = typed.join(' ');
      return modes
        .flatMap((mode) => liveRows(offered, mode))
        .flatMap((row) =>
          row.chords
            .filter((chord) => begins(start, chord))
            .map((chord) => ({
              keys: sanitise(chord.slice(start.length + 1)),
              words: sanitise(row.hint ?? row.words),
            })),
        );
    },
  };
}

/** Rows of a mode's chain, the narrower mode first. */
function liveRows(keymap: Keymap, mode: KeyMode): readonly KeyRow[] {
  return modeChain(mode).flatMap((candidate) => keymap.filter((row) => row.mode === candidate));
}

/** What the prefix offers where no other key is ours. */
const IN_PROGRAM: readonly IntentId[] = ['keep', 'focus-next', 'zoom', 'copy-mode', 'stop', 'help'];

/** A line of hints is cut at its end: what must be found at 80 columns comes first, what a newcomer needs stays last. */
const IN_PANE: Ranked = {
  first: [
    ...(['service-start', 'service-stop', 'service-restart'] as const),
    ...(['start', 'ban', 'unban', 'cut', 'extend', 'shorten', 'test-filter'] as const),
    ...(['shields', 'search', 'mark', 'filter', 'changes-toggle', 'follow', 'follow-address'] as const),
  ],
  last: ['tighten', 'undo', 'prefix', 'help'],
};
const AFTER_PREFIX: Ranked = {
  first: [
    ...(['keep', 'split-right', 'split-down', 'pane-close', 'zoom', 'focus-next', 'window-new'] as const),
    ...(['window-list', 'save', 'copy-mode', 'layout-next', 'pane-show', 'session-list'] as const),
  ],
  last: ['help'],
};
const ELSEWHERE: Ranked = { first: [], last: ['help'] };

type Ranked = Readonly<{ first: readonly IntentId[]; last: readonly IntentId[] }>;

function rankIn({ first, last }: Ranked, { intent }: KeyRow): number {
  const at = first.indexOf(intent);
  return at >= 0 ? at - first.length : last.indexOf(intent) + 1;
}

function hintsOf(keymap: Keymap, mode: KeyMode, prefix: SafeText): readonly KeyWords[] {
  const rows = liveRows(keymap, mode).filter(({ hint }) => hint !== undefined);
  const ranked = mode === 'prefix' ? AFTER_PREFIX : modeChain(mode).includes('pane') ? IN_PANE : ELSEWHERE;
  const own = rows
    .toSorted((a, b) => rankIn(ranked, a) - rankIn(ranked, b))
    .map((row) => hintOf(row, hintKeys(row)));
  if (mode !== 'program') return own;
  const after = IN_PROGRAM.flatMap(
    (intent) => keymap.find((row) => row.mode === 'prefix' && row.intent === intent) ?? [],
  );
  const words = after
    .filter((row) => row.hint !== undefined)
    .map((row) => hintOf(row, `${prefix} ${hintKeys(row)}`));
  return [...own, ...words];
}

function hintOf({ intent, hint }: KeyRow, keys: string): KeyWords {
  return { keys: sanitise(keys), words: sanitise(hint ?? ''), name: sanitise(intent) };
}

function hintKeys(row: KeyRow): string {
  return row.intent === 'focus-number' ? digits(row.chords) : (row.chords[0] ?? '');
}

function helpOf(keymap: Keymap, mode: KeyMode, prefix: SafeText): readonly KeySection[] {
  const own = liveRows(keymap, mode);
  const sections = GROUPS.map((group) => ({
    title: sanitise(group),
    rows: own.filter((row) => row.group === group).map((row) => wordsOf(row, '')),
  })).filter((section) => section.rows.length > 0);
  if (!own.some((row) => row.intent === 'prefix')) return sections;
  const after = keymap
    .filter((row) => row.mode === 'prefix' && row.intent !== 'cancel')
    .map((row) => wordsOf(row, `${prefix} `));
  const moving = sections.filter(({ title }) => title === 'moving');
  return [
    ...sections.filter((section) => !moving.includes(section)),
    { title: sanitise(`after ${prefix}`), rows: after, prefixed: true },
    ...moving,
  ];
}

function wordsOf(row: KeyRow, before: string): KeyWords {
  return {
    keys: sanitise(before + keysOf(row)),
    words: sanitise(row.words),
    name: sanitise(row.intent),
    ...(row.changed === undefined ? {} : { changed: true }),
  };
}

/** All chords of a row in one text ("Down, j"); runs of digits are shortened ("0–9"). */
export function keysOf(row: KeyRow): string {
  return NUMBERED.has(row.intent) ? digits(row.chords) : row.chords.join(', ');
}

function digits(chords: readonly string[]): string {
  const [first = '', last = ''] = [chords[0], chords.at(-1)];
  return chords.length > 2 && /\d$/.test(first) && /\d$/.test(last) ? `${first}–${last}` : chords.join(', ');
}
