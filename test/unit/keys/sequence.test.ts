import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { INTENTS, type Intent, type KeyMode } from '../../../src/core/intent.ts';
import type { KeyOverride } from '../../../src/core/pane.ts';
import { KEY_NAMES, parseChord } from '../../../src/keys/chords.ts';
import { keyTexts } from '../../../src/keys/hints.ts';
import { DEFAULT_KEYMAP, MODES, modeChain } from '../../../src/keys/keymap.ts';
import { applyOverrides, findCollision } from '../../../src/keys/overrides.ts';
import { press } from '../../../src/keys/resolve.ts';
import type { Keymap } from '../../../src/keys/row.ts';
import { begins, clash, readSequence } from '../../../src/keys/sequence.ts';

const wish = (mode: string, intent: string, ...chords: string[]): KeyOverride => ({
  ...{ mode, intent, chords, line: 7, column: 5 },
});

function apply(...keys: KeyOverride[]) {
  const { keymap, problems } = applyOverrides(DEFAULT_KEYMAP, { prefix: 'C-b', keys });
  return { keymap, messages: problems.map(({ message }) => message) };
}

/** What typing the keys one after the other comes to. */
function type(keymap: Keymap, modes: readonly KeyMode[], chord: string): Intent | 'more' | 'nothing' {
  let before: readonly string[] = [];
  for (const part of chord.split(' ')) {
    const key = parseChord(part);
    if (key === undefined) throw new Error(`no key: ${part}`);
    const pressed = press(keymap, modes, { key, before });
    if (pressed.kind === 'intent') return pressed.intent;
    if (pressed.kind === 'nothing') return 'nothing';
    before = pressed.keys;
  }
  return 'more';
}

describe('a sequence', () => {
  it.each([
    ['g g', 'g g'],
    ['  c-x   ^s ', 'C-x C-s'],
    ['g', 'g'],
    [' ', 'Space'],
    ['Space Space', 'Space Space'],
    ['esc', 'Escape'],
  ])('%j is %s', (written, chord) => {
    expect(readSequence(written)).toMatchObject({ ok: true, chord });
  });

  it.each([
    ['g gg', { wrong: 'key', key: 'gg' }],
    ['', { wrong: 'empty' }],
    ['a b c d e', { wrong: 'too-long' }],
    ['g Escape', { wrong: 'escape' }],
    ['Escape g', { wrong: 'escape' }],
  ])('%j is none', (written, wrong) => {
    expect(readSequence(written)).toMatchObject({ ok: false, ...wrong });
  });

  it('clashes with itself, its beginning and what it begins, and with nothing else', () => {
    expect(clash('g', 'g')).toBe(true);
    expect(clash('g', 'g g')).toBe(true);
    expect(clash('g g', 'g')).toBe(true);
    expect(clash('g g', 'g G')).toBe(false);
    expect(clash('C-x', 'C-x2')).toBe(false);
    expect(begins('g', 'gg')).toBe(false);
  });

  it('never throws, and is read the same when it is read again', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12, unit: 'binary' }), (written) => {
        const read = readSequence(written);
        if (read.ok) expect(readSequence(read.chord)).toEqual(read);
      }),
    );
  });
});

describe('sequences of the session file', () => {
  it('are typed key by key; a wrong key or Escape ends them', () => {
    const { keymap, messages } = apply(wish('log', 'top', 'g g'), wish('pane', 'top', 'Home'));
    expect(messages).toEqual([]);
    const log = modeChain('log');
    expect(type(keymap, log, 'g')).toBe('more');
    expect(type(keymap, log, 'g g')).toEqual({ id: 'top' });
    expect(type(keymap, log, 'g x')).toBe('nothing');
    expect(type(keymap, log, 'g Escape')).toBe('nothing');
    expect(type(keymap, modeChain('bans'), 'g')).toBe('nothing');
  });

  it('say which digit ended them, and work after the prefix and in dialogs', () => {
    const { keymap, messages } = apply(
      wish('prefix', 'window-number', 'g 1', 'g 2'),
      wish('dialog', 'accept', 'C-x C-s'),
      wish('program', 'shields', 'C-x !'),
    );
    expect(messages).toEqual([]);
    expect(type(keymap, ['prefix'], 'g 2')).toEqual({ id: 'window-number', text: '2' });
    expect(type(keymap, ['dialog'], 'C-x C-s')).toEqual({ id: 'accept' });
    expect(type(keymap, ['dialog'], 'C-x x')).toBe('nothing');
    expect(type(keymap, ['program'], 'C-x !')).toEqual({ id: 'shields' });
  });

  it.each([
    [wish('log', 'follow', 'g g'), 'g g begins with g, which is top (pane: to the top); rebind that one'],
    [wish('pane', 'page-up', '/'), '/ is taken by search (log'],
    [wish('log', 'follow', 'x', 'x y'), 'x and x y cannot both be: one is the beginning of the other'],
    [wish('log', 'follow', 'g gg'), '"gg" in "g gg" is no key; see docs/keys.md'],
    [wish('log', 'follow', ''), 'a key is missing; [] takes all keys away'],
    [wish('log', 'follow', 'a b c d e'), 'is too long: at most 4 keys'],
    [wish('log', 'follow', 'g Escape'), 'cannot be typed: Escape leaves a sequence'],
    [wish('prompt', 'accept', 'x C-s'), 'x C-s types itself in prompt'],
    [wish('global', 'prefix', 'C-x C-x'), 'cannot be: the prefix is one key'],
    [wish('prefix', 'window-number', 'a'), 'a says no number: window-number takes it from the digit'],
  ])('are reported when they cannot be: %j', (bad, words) => {
    const { keymap, messages } = apply(bad);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toContain(words);
    expect(keymap).toEqual(DEFAULT_KEYMAP);
  });

  it('are in the way of their own beginning, whichever came first', () => {
    const { messages } = apply(wish('log', 'follow', 'Z z'), wish('global', 'refresh', 'Z'));
    expect(messages).toEqual([expect.stringContaining('Z is the beginning of Z z, which is follow (log')]);
  });
});

const names = (known: readonly string[]) => fc.oneof(fc.constantFrom(...known), fc.string({ maxLength: 4 }));
const chord = fc
  .array(
    fc.oneof(fc.constantFrom(...KEY_NAMES, 'g', 'G', 'x', '1', 'C-x', 'C-b'), fc.string({ maxLength: 2 })),
    {
      minLength: 1,
      maxLength: 3,
    },
  )
  .map((parts) => parts.join(' '));
const wishes = fc.array(
  fc.record({
    mode: names(MODES),
    intent: names(INTENTS),
    chords: fc.array(chord, { maxLength: 3 }),
    line: fc.nat(),
    column: fc.nat(),
  }),
  { maxLength: 8 },
);

describe('whatever a session file says', () => {
  it('no key has two meanings, and every wish is done or reported', () => {
    fc.assert(
      fc.property(chord, wishes, (prefix, keys) => {
        const { keymap, problems } = applyOverrides(DEFAULT_KEYMAP, { prefix, keys });
        expect(findCollision(keymap)).toBeUndefined();
        for (const found of problems) expect(found.message).not.toBe('');
      }),
      { numRuns: 150 },
    );
  });

  it('what the help shows is what the keys do', () => {
    fc.assert(
      fc.property(chord, wishes, (prefix, keys) => {
        const { keymap } = applyOverrides(DEFAULT_KEYMAP, { prefix, keys });
        const texts = keyTexts(keymap, { readOnly: false });
        for (const mode of MODES) {
          const rows = texts.help(mode).flatMap((section) => section.rows);
          const live = modeChain(mode).flatMap((name) => keymap.filter((row) => row.mode === name));
          for (const row of live) {
            for (const typed of row.chords)
              expect(type(keymap, modeChain(mode), typed)).toMatchObject({ id: row.intent });
            if (row.chords.length > 0) expect(rows.map(({ name }) => name)).toContain(row.intent);
          }
        }
      }),
      { numRuns: 40 },
    );
  });
});
