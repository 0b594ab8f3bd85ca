import { describe, expect, it } from 'vitest';
import { INTENTS, type Key } from '../../../src/core/intent.ts';
import { chordOf, parseChord, typedText } from '../../../src/keys/chords.ts';
import { DEFAULT_KEYMAP, MODES, modeChain, TEXT_MODES } from '../../../src/keys/keymap.ts';
import { findCollision } from '../../../src/keys/overrides.ts';
import { resolve, resolvePaste } from '../../../src/keys/resolve.ts';

/** Typed, not bound: a printable key in a text mode. */
const UNBOUND_ON_PURPOSE = ['text-insert'];

function press(chord: string): Key {
  const key = parseChord(chord);
  if (key === undefined) throw new Error(`no key: ${chord}`);
  return key;
}

describe('the default keymap', () => {
  it('gives a chord one meaning in every chain of modes', () => {
    expect(findCollision(DEFAULT_KEYMAP)).toBeUndefined();
    for (const mode of MODES) {
      const live = DEFAULT_KEYMAP.filter((row) => modeChain(mode).includes(row.mode));
      // In two tables of a chain a key may mean the same.
      const meanings = new Map<string, Set<string>>();
      for (const { chords, intent } of live)
        for (const chord of chords) meanings.set(chord, (meanings.get(chord) ?? new Set()).add(intent));
      expect([...meanings].filter(([, intents]) => intents.size > 1)).toEqual([]);
    }
  });

  it('has one row for an intent in a mode', () => {
    const names = DEFAULT_KEYMAP.map((row) => `${row.mode} ${row.intent}`);
    expect(new Set(names).size).toBe(names.length);
  });

  it('binds every intent', () => {
    const bound = new Set<string>(DEFAULT_KEYMAP.map((row) => row.intent));
    expect(INTENTS.filter((intent) => !bound.has(intent))).toEqual(UNBOUND_ON_PURPOSE);
  });

  it('spells every chord in the one way that a key press has', () => {
    for (const { chords } of DEFAULT_KEYMAP)
      for (const chord of chords) expect(chordOf(press(chord))).toBe(chord);
  });

  it('changes the machine by no Ctrl key, and never needs Ctrl-s', () => {
    for (const row of DEFAULT_KEYMAP) {
      if (row.danger === 'act') expect(row.chords.filter((chord) => chord.startsWith('C-'))).toEqual([]);
      expect(row.chords).not.toEqual(['C-s']);
    }
  });

  it('types printable keys where text is typed', () => {
    for (const row of DEFAULT_KEYMAP)
      if (TEXT_MODES.has(row.mode))
        expect(row.chords.filter((chord) => typedText(press(chord)) !== undefined)).toEqual([]);
  });

  it('raises the shields by a key that nothing else has but after the prefix, and that types itself where text is typed', () => {
    const rows = DEFAULT_KEYMAP.filter((row) => row.chords.includes('!'));
    const modes = ['global shields', 'prefix pane-break', 'copy shields', 'plain shields'];
    expect(rows.map(({ mode, intent }) => `${mode} ${intent}`)).toEqual(modes);
  });
});

describe('resolve', () => {
  const inMode = (mode: (typeof MODES)[number], chord: string) =>
    resolve(DEFAULT_KEYMAP, modeChain(mode), press(chord));

  it.each([
    ['log', '/', 'search'],
    ['bans', '/', 'filter'],
    ['log', 'Tab', 'address-next'],
    ['log', 'Space', 'follow'],
    ['bans', 'Space', 'mark'],
    ['traffic', 'b', 'ban'],
    ['host', 'PageUp', 'page-up'],
    ['journal', 'z', 'undo'],
    ['global', 'C-c', 'quit'],
    ['log', 'C-b', 'prefix'],
    ['prefix', 'C-b', 'send-prefix'],
    ['prefix', 'z', 'zoom'],
    ['prefix', 'Left', 'focus-left'],
    ['prefix', '%', 'split-right'],
    ['prefix', '"', 'split-down'],
    ['prefix', 'C-Left', 'resize-left'],
    ['prefix', 'M-Left', 'resize-left-far'],
    ['prefix', 'Space', 'layout-next'],
    ['prefix', '&', 'window-close'],
    ['dialog', 'Enter', 'accept'],
    ['dialog', 'C-c', 'cancel'],
    ['prompt', 'Up', 'history-previous'],
    ['picker', 'Down', 'line-down'],
    ['help', 'q', 'cancel'],
  ] as const)('in %s, %s is %s', (mode, chord, intent) => {
    expect(inMode(mode, chord)).toEqual({ id: intent });
  });

  it('lets no key of a pane through to a dialog, a prompt or the key after the prefix', () => {
    for (const mode of ['dialog', 'prompt', 'picker'] as const)
      for (const chord of ['b', 'u', 'c', 't', 'z', 'q', ':', '?'])
        expect(inMode(mode, chord)).toEqual({ id: 'text-insert', text: chord });
    for (const chord of ['b', 'u', 't', 'j', '@']) expect(inMode('prefix', chord)).toBeUndefined();
    expect(inMode('help', 'c')).toBeUndefined();
  });

  it('types a space and what no table knows', () => {
    expect(inMode('dialog', 'Space')).toEqual({ id: 'text-insert', text: ' ' });
    expect(inMode('prompt', 'é')).toEqual({ id: 'text-insert', text: 'é' });
    expect(inMode('prompt', 'F5')).toBeUndefined();
    expect(inMode('prompt', 'M-x')).toBeUndefined();
  });

  it('says which number was meant', () => {
    expect(inMode('prefix', '3')).toEqual({ id: 'window-number', text: '3' });
    expect(inMode('bans', 'M-2')).toEqual({ id: 'focus-number', text: '2' });
    expect(inMode('numbers', '9')).toEqual({ id: 'focus-number', text: '9' });
    expect(inMode('prefix', 'M-5')).toEqual({ id: 'layout-number', text: '5' });
    expect(inMode('numbers', '0')).toBeUndefined();
  });

  it('takes a paste for one line of text where text is typed, and for nothing elsewhere', () => {
    expect(resolvePaste(modeChain('prompt'), '192.0.2.1\n  192.0.2.2\r\n')).toEqual({
      id: 'text-insert',
      text: '192.0.2.1 192.0.2.2',
    });
    for (const mode of ['log', 'bans', 'prefix', 'help', 'global'] as const)
      expect(resolvePaste(modeChain(mode), 'bq\n')).toBeUndefined();
  });
});
